"""Time-outs, retries and checks, as haproxy.cfg gives them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.lab import haproxy
from deploy.lab.topologies import TOPOLOGIES
from exporter.sources.haproxy.configuration.haproxy_cfg import parse
from exporter.sources.haproxy.configuration.timers import Check, Timers, checked, seconds


def timers(text: str) -> Timers:
    (service,) = parse([text], {}).services()
    (found,) = service.timers
    return found


def test_the_lab() -> None:
    """Time-outs of `defaults`, the backend's checks, each server's own."""
    found = timers(haproxy.config(TOPOLOGIES["article"]))
    assert (found.connect, found.client, found.server, found.check) == (3.0, 3600.0, 3600.0, None)
    assert (found.retries, found.redispatch, found.balance) == (3, -1, "roundrobin")
    assert set(found.servers.values()) == {Check(enabled=True, inter=1.0, fall=3)}
    assert list(found.servers) == ["galera-node01", "galera-node02", "galera-node03"]


def test_what_is_not_set_is_haproxys_own() -> None:
    """No time-out is no limit; three retries, a check every 2 s, down after three."""
    found = timers("listen db\n mode tcp\n bind :3306\n server a 10.0.0.1 check\n server b 10.0.0.2\n")
    assert (found.connect, found.retries, found.redispatch) == (None, 3, 0)
    assert found.servers == {"a": Check(enabled=True, inter=2.0, fall=3), "b": Check()}


def test_a_server_overrides_and_defaults_are_taken_back() -> None:
    """`default-server` counts for the servers below it; `no option` and a section's own lines win."""
    found = timers(
        "defaults\n timeout connect 5s\n option redispatch 2\n timeout client 1m\n"
        "frontend f\n mode tcp\n bind :3306\n timeout client 3500\n default_backend b\n"
        "backend b\n mode tcp\n timeout connect 50\n no option redispatch\n retries 1\n balance leastconn\n"
        " default-server inter 1s fastinter 200ms fall 2 check on-marked-down shutdown-sessions\n"
        " server a 10.0.0.1:3306 inter 500ms\n server c 10.0.0.3:3306 no-check\n"
    )
    assert (found.connect, found.client, found.retries, found.redispatch) == (0.05, 3.5, 1, 0)
    assert found.balance == "leastconn"
    common = Check(enabled=True, inter=1.0, fastinter=0.2, fall=2, ends_sessions=True)
    assert found.servers["a"] == checked(common, ["inter", "500ms"])
    assert found.servers["c"].enabled is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50", 0.05), ("50ms", 0.05), ("3s", 3.0), ("2m", 120.0), ("500us", 0.0005), ("1d", 86400.0)],
)
def test_times(text: str, expected: float) -> None:
    """Milliseconds where no unit is given."""
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["0", "0s", "", "soon", "-1", "1.5s"])
def test_no_time(text: str) -> None:
    """0 is no limit in HAProxy; what it would refuse is taken for not set."""
    assert seconds(text) is None


@given(st.lists(st.lists(st.sampled_from(["timeout", "server", "check", "inter", "5s", "fall", "x", ""]))))
def test_any_words_are_survived(lines: list[list[str]]) -> None:
    """Whatever HAProxy itself would say of them."""
    found = Timers()
    for line in lines:
        found = found.taken(line)
    assert all(one.inter > 0 and one.fall >= 1 for one in found.servers.values())
