"""The page that predictions become."""

from pathlib import Path

from exporter.watchers.readiness.expected.formulas import Promise
from exporter.watchers.readiness.expected.terms import Term, Unknown
from exporter.watchers.readiness.metrics import Checked, ConfigFile, ReadinessReading, Takeover, families
from tests.golden import assert_golden

EXPECTED = Path(__file__).parent / "expected"


def test_the_page_of_a_pair(update_golden: bool) -> None:
    """An address that would move, HAProxy that would not follow, each reason, seconds, what is lacking."""
    reading = ReadinessReading(
        (
            Takeover("failover-ip", "haproxy-node01", ("haproxy-node02",)),
            Takeover("haproxy", "haproxy-node01", (), ("banned", "failures")),
            Takeover("failover-ip-2", "haproxy-node01", (), ("standby",)),
        ),
        (
            Promise("node_lost", "detection", (Term("token", 3.0), Term("consensus", 3.6))),
            Promise("node_lost", "address", Unknown("the node is fenced first")),
            Promise("move", "detection", ()),
            Promise("move", "total", (Term("address", 0.5), Term("service", 0.25))),
        ),
        (
            Checked("vip_interface"),
            Checked("galera_reachable", ("no answer from db1, db3",)),
            Checked(
                "resource_agents", ("lsb:haproxy: not installed, no /etc/init.d/haproxy", "ocf:x:y: gone")
            ),
        ),
        (ConfigFile("haproxy.cfg", "9f" * 32),),
    )
    assert_golden(EXPECTED / "pair.prom", families(reading), update=update_golden)
