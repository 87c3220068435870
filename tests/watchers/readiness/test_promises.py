"""What is promised of each phase, from readings of real clusters and from settings made here."""

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.lab import haproxy
from deploy.lab.topologies import TOPOLOGIES
from exporter.sources.corosync.parse.configuration import QdeviceConfiguration
from exporter.sources.haproxy.configuration.haproxy_cfg import parse
from exporter.sources.haproxy.configuration.timers import Check, Timers
from exporter.sources.pacemaker.parse import crm_mon
from exporter.sources.pacemaker.reading import Colocation, Configuration, Order, PacemakerReading
from exporter.watchers.failover.detection.causes import CAUSES
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.failover.journal.phases import PHASES
from exporter.watchers.readiness.expected.formulas import (
    ELECTION_SECONDS,
    STEP_SECONDS,
    SYN_SECONDS,
    attempts,
    fault_of,
    promises,
)
from exporter.watchers.readiness.expected.settings import Group, Part, Settings, durations, settings
from exporter.watchers.readiness.expected.terms import Unknown
from tests.golden import CAPTURES
from tests.watchers.failover.replay import frames

IP = Part("vip", start=0.1, stop=0.05, check=0.02, interval=1.0)
PROXY = Part("haproxy", start=0.2, stop=0.04, check=0.03, interval=1.0)
BACKEND = Timers(
    connect=3.0, redispatch=-1, servers={name: Check(enabled=True, inter=1.0) for name in ("a", "b", "c")}
)
ARBITER = QdeviceConfiguration("net", "192.0.2.31", "ffsplit")
PAIR = Settings(groups=(Group((IP,), (PROXY,)),), token=3.0, consensus=3.6, backends=(BACKEND,))


def seconds(of: Settings) -> dict[tuple[str, str], float | None]:
    return {(one.fault, one.phase): one.seconds for one in promises(of)}


def why(of: Settings, fault: str, phase: str) -> str:
    (found,) = (one.found for one in promises(of) if (one.fault, one.phase) == (fault, phase))
    assert isinstance(found, Unknown)
    return found.why


def test_the_usual_pair() -> None:
    """Each phase is the sum of what is waited for, and the total that of the phases."""
    found = seconds(PAIR)
    assert found["node_lost", "detection"] == pytest.approx(6.6)
    assert found["node_lost", "address"] == pytest.approx(ELECTION_SECONDS + STEP_SECONDS + 0.1)
    assert found["node_lost", "service"] == pytest.approx(STEP_SECONDS + 0.2)
    assert found["node_lost", "reconnect"] == SYN_SECONDS
    assert found["haproxy_crash", "detection"] == pytest.approx(1.0 + 2 * 0.03)
    assert found["haproxy_crash", "service"] == pytest.approx(2 * STEP_SECONDS + 0.04 + 0.2)
    assert found["move", "detection"] == 0
    assert found["move", "address"] == pytest.approx(3 * STEP_SECONDS + 0.04 + 0.05 + 0.1)
    for fault in ("node_lost", "haproxy_crash", "server_gone", "move"):
        parts = [value for (name, phase), value in found.items() if name == fault and phase != "total"]
        assert found[fault, "total"] == pytest.approx(sum(value or 0 for value in parts))


@pytest.mark.parametrize(
    ("token", "arbiter", "expected"),
    [
        (3.0, ARBITER, 1.5 * 0.8 * 10),
        (3.0, replace(ARBITER, timeout=5.0), 6.6),
        (10.0, ARBITER, 22.0),
        (3.0, replace(ARBITER, timeout=0.5), 6.6),
        (0.1, replace(ARBITER, timeout=0.5), 1.5),
        (3.0, replace(ARBITER, timeout=500.0), 180.0),
        (3.0, replace(ARBITER, heuristics=15.0), 21.6),
        (3.0, replace(ARBITER, algorithm="lms"), 12 + 2),
    ],
)
def test_with_an_arbiter(token: float, arbiter: QdeviceConfiguration, expected: float) -> None:
    """Those that are left wait for its vote, and it votes when it has dropped the lost node's connection:
    1.5 of qdevice's heartbeats after the last one, each 0.8 of its time-out and 1 s to 120 s. Heuristics
    come before the question, lms looks again each quarter of a heartbeat."""
    found = seconds(replace(PAIR, token=token, consensus=1.2 * token, qdevice=arbiter))
    assert found["node_lost", "detection"] == pytest.approx(expected)
    assert found["node_lost", "address"] == seconds(PAIR)["node_lost", "address"]


def test_phases_and_events_are_those_of_the_journal() -> None:
    """So that a promise and what happened can be laid side by side."""
    assert {phase for _, phase in seconds(PAIR)} <= {*PHASES}
    events = {(kind, cause): fault_of(kind, cause) for kind in ("move", "restart") for cause in CAUSES}
    assert events["move", "node_lost"] == "node_lost"
    assert events["restart", "resource_failure"] == "haproxy_crash"
    assert events["move", "unknown"] == ""


def test_a_server_that_is_gone() -> None:
    """The wait for a check, `fall` checks that nobody answers, the pauses between; one time-out a client."""
    found = seconds(PAIR)
    assert found["server_gone", "detection"] == pytest.approx(1 + 3 * 1 + 2 * 1)
    assert found["server_gone", "reconnect"] == pytest.approx(3.0)
    fast = replace(
        BACKEND, check=0.5, connect=0.05, servers={"a": Check(enabled=True, inter=1.0, fastinter=0.2, fall=2)}
    )
    found = seconds(replace(PAIR, backends=(fast,)))
    assert found["server_gone", "detection"] == pytest.approx(1 + 2 * 0.05 + 0.2)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 1),
        ({"balance": "random"}, 1),
        ({"balance": "leastconn"}, 3),
        ({"balance": "leastconn", "redispatch": 1}, 1),
        ({"balance": "source", "redispatch": 2}, 2),
        ({"balance": "source", "redispatch": -2}, 2),
        ({"redispatch": 0}, 4),
        ({"redispatch": 0, "retries": 0}, 1),
        ({"retries": 0, "balance": "source"}, 1),
        ({"servers": {"a": Check()}}, 3),
    ],
)
def test_attempts_at_a_server_that_is_gone(change: dict[str, object], expected: int) -> None:
    """Round robin with redispatch goes elsewhere at once, others at the last retry, without it never."""
    assert attempts(replace(BACKEND, **change)) == expected  # type: ignore[arg-type]  # fields of Timers


@pytest.mark.parametrize(
    ("of", "fault", "phase", "reason"),
    [
        (replace(PAIR, token=None), "node_lost", "detection", "Corosync was not read"),
        (
            replace(PAIR, qdevice=QdeviceConfiguration("own", "", "")),
            *("node_lost", "detection", "quorum device `own`"),
        ),
        (replace(PAIR, fencing=True), "node_lost", "address", "fenced first"),
        (replace(PAIR, groups=()), "move", "address", "Pacemaker has no address"),
        (
            replace(PAIR, groups=(Group((replace(IP, stop=None),), (PROXY,)),)),
            *("move", "address", "no stop of vip has been seen yet"),
        ),
        (
            replace(PAIR, groups=(Group((IP,), (replace(PROXY, interval=None),)),)),
            *("haproxy_crash", "detection", "haproxy has no monitor"),
        ),
        (replace(PAIR, groups=(Group((IP,)),)), "haproxy_crash", "detection", "does not run HAProxy"),
        (replace(PAIR, backends=()), "server_gone", "detection", "no haproxy.cfg"),
        (
            replace(PAIR, backends=(replace(BACKEND, servers={"a": Check()}),)),
            *("server_gone", "detection", "server a has no `check`"),
        ),
        (
            replace(PAIR, backends=(replace(BACKEND, connect=None),)),
            *("server_gone", "reconnect", "`timeout connect` is not set"),
        ),
    ],
)
def test_what_cannot_be_known_is_not_promised(of: Settings, fault: str, phase: str, reason: str) -> None:
    """The phase and the total are absent, with the reason; the fault's other phases stay."""
    assert reason in why(of, fault, phase)
    assert seconds(of)[fault, phase] is None
    assert seconds(of)[fault, "total"] is None
    assert sum(value is None for value in seconds(of).values()) < len(seconds(of))


def test_without_a_resource_haproxy_runs_on_both_nodes() -> None:
    """Then nothing has to be started behind the address."""
    assert seconds(replace(PAIR, groups=(Group((IP,)),)))["move", "service"] == 0


def test_a_crash_that_reaches_the_threshold_moves() -> None:
    """All is stopped here and started there, and a SYN may be lost on the way."""
    found = seconds(replace(PAIR, groups=(Group((IP,), (replace(PROXY, moves=True),)),)))
    assert found["haproxy_crash", "address"] == pytest.approx(3 * STEP_SECONDS + 0.04 + 0.05 + 0.1)
    assert found["haproxy_crash", "reconnect"] == SYN_SECONDS


def test_a_clone_is_restarted_in_place() -> None:
    """HAProxy on both nodes: a crash is promised like one resource's, a move does not wait for it."""
    cloned = replace(PAIR, groups=(Group((IP,), clones=(PROXY,)),))
    found = seconds(cloned)
    assert found["haproxy_crash", "total"] == seconds(PAIR)["haproxy_crash", "total"]
    assert found["move", "service"] == found["node_lost", "service"] == 0
    found = seconds(replace(PAIR, groups=(Group((IP,), clones=(PROXY,), follows=True),)))
    assert found["haproxy_crash", "address"] == pytest.approx(3 * STEP_SECONDS + 0.04 + 0.05 + 0.1)
    assert found["haproxy_crash", "service"] == pytest.approx(STEP_SECONDS + 0.2)
    assert found["haproxy_crash", "reconnect"] == SYN_SECONDS
    found = seconds(replace(PAIR, groups=(Group((IP,), clones=(replace(PROXY, moves=True),)),)))
    assert found["haproxy_crash", "address"] == pytest.approx(3 * STEP_SECONDS + 0.04 + 0.05 + 0.1)
    assert found["haproxy_crash", "service"] == 0


def test_settings_of_a_real_cluster_with_haproxy_cloned() -> None:
    """Each address is a group with the clone beside it; what is started before it, it follows."""
    before = next(frames("cloned-haproxy-killed-lb1")).reading
    found = settings(before, snapshot(before))
    assert [[part.name for part in group.addresses] for group in found.groups] == [["vip"], ["vip-reports"]]
    assert all([part.name for part in group.clones] == ["balancer"] for group in found.groups)
    assert all(group.clones[0].interval == 1.0 and group.clones[0].start for group in found.groups)
    assert not any(group.services or group.follows for group in found.groups)
    ordered = replace(before, orders=(Order(("balancers", "vip")),))
    assert [group.follows for group in settings(ordered, snapshot(ordered)).groups] == [True, False]


def test_of_several_addresses_the_slowest_counts() -> None:
    """One promise for the pair."""
    slow = replace(IP, name="reports", start=9.0)
    found = seconds(replace(PAIR, groups=(*PAIR.groups, Group((slow,)))))
    assert found["node_lost", "address"] == pytest.approx(ELECTION_SECONDS + STEP_SECONDS + 9.0)


@given(
    st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0.001, 60), st.integers(1, 20), st.floats(0.001, 60)
)
def test_more_waiting_is_never_promised_shorter(
    token: float, interval: float, inter: float, fall: int, more: float
) -> None:
    """Whatever is made longer, no phase becomes shorter."""

    def of(extra: float) -> Settings:
        backend = replace(
            BACKEND,
            connect=1 + extra,
            servers={"a": Check(enabled=True, inter=inter + extra, fall=fall)},
        )
        proxy = replace(PROXY, interval=interval + extra)
        return replace(PAIR, token=token + extra, groups=(Group((IP,), (proxy,)),), backends=(backend,))

    before, after = seconds(of(0)), seconds(of(more))
    assert all((after[key] or 0) >= (value or 0) for key, value in before.items())


def moved() -> PacemakerReading:
    output = (CAPTURES / "crm_mon-2.1.5-article-resource-moved-haproxy-node02.xml").read_bytes()
    view = crm_mon.parse(output, UTC)
    together = Colocation(("haproxy", "failover-ip"), float("inf"))
    return PacemakerReading.of(view, Configuration(colocations=(together,)))


def test_settings_of_a_real_cluster() -> None:
    """After a move: the start is that of the new node, the stop that of the old one."""
    reading = moved()
    (service,) = parse([haproxy.config(TOPOLOGIES["article"])], {}).services()
    found = settings(reading, snapshot(reading), None, service.timers)
    assert found.groups == (
        Group(
            (Part("failover-ip", start=0.101, stop=0.106, check=0.151, interval=1.0),),
            (Part("haproxy", start=0.215, stop=0.045, check=0.058, interval=1.0),),
        ),
    )
    assert (found.fencing, found.token) == (False, None)
    assert seconds(found)["server_gone", "reconnect"] == 3.0


def test_what_pacemaker_forgot_is_remembered() -> None:
    """A node's history keeps the latest of start and stop alone."""
    reading = moved()
    left = tuple(one for one in reading.view.operations if one.task != "stop")
    later = replace(reading, view=replace(reading.view, operations=left))
    known = settings(later, snapshot(later), None, (), durations(reading.view.operations))
    assert [part.stop for part in known.groups[0].services] == [0.045]
    assert [part.stop for part in settings(later, snapshot(later)).groups[0].services] == [None]
