"""HAProxy as a clone, two addresses that follow it: which restarts of its instances are events."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sources.pacemaker.reading import Failure
from exporter.watchers.failover.detection.detector import Detected, Detector
from exporter.watchers.failover.detection.snapshot import Call, Snapshot
from exporter.watchers.failover.events import RESTART, Held, Moment
from tests.watchers.failover.detection.test_detector import NODES, a_snapshot

PROXY, FIRST, SECOND = "haproxy", "vip", "vip-reports"
AT = {FIRST: "alpha", SECOND: "beta"}


def seen(
    calls: Mapping[str, int | None] | None = None, at: Mapping[str, str] | None = None, *failed: str
) -> Snapshot:
    """`calls`: by node the number of its instance's start, None where that is not listed; 1 on each node
    without. `at`: where the addresses are, "" nowhere. `failed`: nodes where the instance failed."""
    running: Mapping[str, int | None] = dict.fromkeys(NODES, 1) if calls is None else calls
    return replace(
        a_snapshot(),
        holders={name: (node,) if node else () for name, node in (at or AT).items()},
        together={name: frozenset({name, PROXY, "proxies"}) for name in AT},
        instances=frozenset({PROXY, "proxies"}),
        addresses=frozenset(AT),
        clones={PROXY: frozenset(AT)},
        running={(PROXY, node): _call(number) for node, number in running.items()},
        failures=frozenset(Failure(node, PROXY, "monitor", 7, "", 1000.0) for node in failed),
    )


def _call(number: int | None) -> Call | None:
    return None if number is None else Call(number, 1000.0 + number)


def told(*snapshots: Snapshot, kept: dict[str, Held] | None = None) -> list[Detected]:
    detector, found = Detector(kept or {}, "gamma"), []
    for second, snapshot in enumerate(snapshots):
        found += detector.observe(snapshot, Moment(second, 2000.0 + second))
    return found


def places(found: list[Detected]) -> list[tuple[str, str, str]]:
    return [(one.event.kind, one.event.resource, one.event.target) for one in found]


def test_the_instance_beside_the_address_is_started_again() -> None:
    """One event about it and its node, with the cause, felt at that address alone; it began as the failure
    was seen, and while it does not run the cluster is not settled."""
    detector = Detector({}, "gamma")
    failed = seen(None, AT, "alpha")
    down = seen({"beta": 1, "gamma": 1}, AT, "alpha")
    again = seen({"alpha": 5, "beta": 1, "gamma": 1}, AT, "alpha")
    found: list[Detected] = []
    for second, snapshot in enumerate((seen(), failed, down)):
        found += detector.observe(snapshot, Moment(second, 2000.0 + second))
    assert (found, detector.settled()) == ([], False)
    for second, snapshot in enumerate((again, again), 3):
        found += detector.observe(snapshot, Moment(second, 2000.0 + second))
    (one,) = found
    event = one.event
    assert (event.kind, event.resource, event.origin, event.target) == (RESTART, PROXY, "alpha", "alpha")
    assert (event.cause, one.felt_at, one.first_change) == ("resource_failure", (FIRST,), 1)
    assert detector.settled()


@pytest.mark.parametrize(
    ("why", "snapshots"),
    [
        ("no address is there", [seen(), seen(None, AT, "gamma"), seen({"alpha": 1, "beta": 1, "gamma": 5})]),
        ("forgotten failures take the start with them", [seen(), seen(dict.fromkeys(NODES))]),
        ("it ran before somebody looked", [seen({"beta": 1, "gamma": 1}), seen()]),
        (
            "the address moved away, whose move is the event",
            [
                seen({"beta": 1, "gamma": 1}, AT),
                seen({"beta": 1, "gamma": 1}, AT | {FIRST: "beta"}),
                seen({"alpha": 5, "beta": 1, "gamma": 1}, AT | {FIRST: "beta"}),
            ],
        ),
        ("the address came with it", [seen(None, AT | {FIRST: "beta"}), seen({"alpha": 5, "beta": 1})]),
    ],
)
def test_what_is_no_restart_that_clients_feel(why: str, snapshots: list[Snapshot]) -> None:
    """No event is about the clone."""
    assert not [one for one in told(*snapshots) if one.event.resource == PROXY], why


def test_an_address_that_stops_with_its_instance() -> None:
    """Both are told when the address is back (its own restart has a start of its own); nothing while it is
    away, and nothing of the instance when the address ends elsewhere."""
    away, home = AT | {FIRST: ""}, {"alpha": 5, "beta": 1, "gamma": 1}
    stopped = [seen(), seen({"beta": 1, "gamma": 1}, away, "alpha"), seen(home, away, "alpha")]
    assert told(*stopped) == []
    assert places(told(*stopped, seen(home, AT, "alpha"))) == [("restart", PROXY, "alpha")]
    elsewhere = seen(home, AT | {FIRST: "gamma"}, "alpha")
    assert places(told(*stopped, elsewhere, elsewhere)) == [("move", FIRST, "gamma")]


def test_what_was_found_running_and_fails_then() -> None:
    """A probe leaves no start in Pacemaker's list: the first one is a restart."""
    assert places(told(seen(dict.fromkeys(NODES)), seen({**dict.fromkeys(NODES), "alpha": 5}))) == [
        ("restart", PROXY, "alpha")
    ]


def test_two_instances_at_once() -> None:
    """Each beside its own address: both are told, and both with the cause."""
    found = told(seen(), seen(None, AT, "alpha", "beta"), seen(dict.fromkeys(NODES, 5), AT, "alpha", "beta"))
    assert places(found) == [("restart", PROXY, "alpha"), ("restart", PROXY, "beta")]
    assert {one.event.cause for one in found} == {"resource_failure"}
    assert [one.felt_at for one in found] == [(FIRST,), (SECOND,)]
    assert len({one.event.id for one in found}) == len(found)


def test_a_failure_that_was_told_explains_no_later_move() -> None:
    """The address that moves half a minute after the restart has another cause."""
    failed, again = seen(None, AT, "alpha"), seen({"alpha": 5, "beta": 1, "gamma": 1}, AT, "alpha")
    moved = seen({"alpha": 5, "beta": 1, "gamma": 1}, AT | {FIRST: "gamma"}, "alpha")
    found = told(seen(), failed, again, *[again] * 20, moved, moved)
    assert [(one.event.resource, one.event.cause) for one in found] == [
        (PROXY, "resource_failure"),
        (FIRST, "unknown"),
    ]


def test_the_exporter_was_away() -> None:
    """What instances did meanwhile is not known, and no event."""
    kept = {FIRST: Held("alpha", None, None, 1990.0)}
    assert told(seen({"alpha": 9, "beta": 1}), kept=kept) == []


@given(st.lists(st.tuples(st.sampled_from(NODES), st.booleans()), max_size=30))
def test_each_restart_beside_an_address_is_told_once(restarts: list[tuple[str, bool]]) -> None:
    """In whatever order instances are started again, seen between their stop and start or not."""
    calls = dict.fromkeys(NODES, 1)
    snapshots = [seen(calls)]
    for number, (node, seen_down) in enumerate(restarts, 10):
        if seen_down:
            snapshots.append(seen({name: call for name, call in calls.items() if name != node}))
        calls = {**calls, node: number}
        snapshots.append(seen(calls))
    assert places(told(*snapshots)) == [
        ("restart", PROXY, node) for node, _ in restarts if node in AT.values()
    ]
