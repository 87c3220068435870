"""The page that predictions become."""

from pathlib import Path

from exporter.watchers.readiness.metrics import ReadinessReading, Takeover, families
from tests.golden import assert_golden

EXPECTED = Path(__file__).parent / "expected"


def test_the_page_of_a_pair(update_golden: bool) -> None:
    """An address that would move, and HAProxy that would not follow it, with each reason."""
    reading = ReadinessReading(
        (
            Takeover("failover-ip", "haproxy-node01", ("haproxy-node02",)),
            Takeover("haproxy", "haproxy-node01", (), ("banned", "failures")),
            Takeover("failover-ip-2", "haproxy-node01", (), ("standby",)),
        )
    )
    assert_golden(EXPECTED / "pair.prom", families(reading), update=update_golden)
