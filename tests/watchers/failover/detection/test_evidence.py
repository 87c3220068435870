"""Causes, on what Pacemaker really said: each kind of failover, from both balancers."""

from dataclasses import replace
from datetime import UTC

import pytest

from exporter.sources.pacemaker.parse import crm_mon
from exporter.watchers.failover.detection.detector import Detector
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.failover.events import Moment
from tests.golden import CAPTURES
from tests.watchers.failover.replay import detected, frames, reported

ONE, TWO = "haproxy-node01", "haproxy-node02"
IP, HAPROXY = "failover-ip", "haproxy"

MOVES = [
    (f"resource-moved-{ONE}", ONE, TWO, "operator_move"),
    (f"resource-moved-{TWO}", ONE, TWO, "operator_move"),
    (f"standby-{ONE}", TWO, ONE, "standby"),
    (f"standby-{TWO}", TWO, ONE, "standby"),
    (f"corosync-stopped-{TWO}", ONE, TWO, "node_shutdown"),
    (f"corosync-killed-{ONE}", TWO, ONE, "node_lost"),
    (f"fencing-{TWO}", ONE, TWO, "fencing"),
]


@pytest.mark.parametrize(("story", "origin", "target", "cause"), MOVES)
def test_a_move_is_reported_once_for_each_resource_with_its_cause(
    story: str, origin: str, target: str, cause: str
) -> None:
    """The address and HAProxy: one move each, for the same cause, with a sentence of evidence."""
    events = reported(story)
    assert [(one.resource, one.kind, one.origin, one.target, one.cause) for one in events] == [
        (IP, "move", origin, target, cause),
        (HAPROXY, "move", origin, target, cause),
    ]
    assert all(one.evidence and not one.late for one in events)


@pytest.mark.parametrize("node", [ONE, TWO])
def test_a_killed_haproxy_is_a_restart_by_failure_of_it_alone(node: str) -> None:
    """The address stays: no event of it."""
    (event,) = reported(f"haproxy-killed-{node}")
    assert (event.resource, event.kind, event.origin, event.target) == (HAPROXY, "restart", ONE, ONE)
    assert event.cause == "resource_failure"
    assert event.evidence[0] == f"haproxy on {ONE}: monitor answered 7"


def test_a_cloned_haproxy_is_a_restart_where_the_address_is() -> None:
    """Killed beside it, one event about that instance; on a balancer without an address, none."""
    (event,) = reported("cloned-haproxy-killed-lb1")
    assert (event.resource, event.kind, event.origin, event.target) == ("balancer", "restart", "lb1", "lb1")
    assert event.cause == "resource_failure"
    assert event.evidence[0] == "balancer on lb1: monitor answered 7"
    assert reported("cloned-haproxy-killed-lb3") == []


@pytest.mark.parametrize("node", [ONE, TWO])
def test_failback_is_distinguished_from_the_move_before_it(node: str) -> None:
    """Standby moves it away; when the preferred node is back it returns, and that has another cause."""
    events = reported(f"failback-{node}")
    assert [(one.resource, one.origin, one.target, one.cause) for one in events] == [
        (IP, ONE, TWO, "standby"),
        (HAPROXY, ONE, TWO, "standby"),
        (IP, TWO, ONE, "failback"),
        (HAPROXY, TWO, ONE, "failback"),
    ]
    assert events[-1].evidence[0] == f"{ONE} is back"


def test_a_dc_that_stops_is_reported_to_be_online_until_another_is_elected() -> None:
    """A snapshot of that moment finds all moved, and of the shutdown only that the node is not expected any
    more."""
    before = next(frames(f"standby-{ONE}"))
    view = crm_mon.parse((CAPTURES / "crm_mon-2.1.5-dc-leaving.xml").read_bytes(), UTC)
    detector = Detector({})
    assert detector.observe(snapshot(before.reading), Moment(before.at, before.wall)) == []
    later = Moment(before.at + 10, view.last_update)
    found = detector.observe(snapshot(replace(before.reading, view=view)), later)
    assert [(one.event.resource, one.event.origin, one.event.target, one.event.cause) for one in found] == [
        (IP, TWO, ONE, "node_shutdown"),
        (HAPROXY, TWO, ONE, "node_shutdown"),
    ]


def test_the_stopped_node_itself_sees_what_it_can() -> None:
    """Its Pacemaker goes away in the middle: the address had moved, HAProxy not yet."""
    (event,) = reported(f"corosync-stopped-{ONE}")
    assert (event.resource, event.kind, event.target, event.cause) == (IP, "move", TWO, "node_shutdown")


@pytest.mark.parametrize("story", [f"corosync-killed-{TWO}", f"fencing-{ONE}"])
def test_a_node_that_lost_its_cluster_reports_nothing(story: str) -> None:
    """Killed in the middle, it has no further view: neither a move nor a restart."""
    assert reported(story) == []


def test_the_half_that_takes_over_reports_the_move_and_the_return() -> None:
    """In a split the other half takes the address: a move. When the halves meet it goes back, because it ran
    on both."""
    events = reported(f"lan-cut-{TWO}")
    assert [(one.resource, one.origin, one.target, one.cause) for one in events] == [
        (IP, ONE, TWO, "node_lost"),
        (HAPROXY, ONE, TWO, "node_lost"),
        (IP, TWO, ONE, "split_healed"),
        (HAPROXY, TWO, ONE, "split_healed"),
    ]
    assert events[2].evidence[0] == f"{IP} ran on {ONE} and {TWO}"


def test_the_half_that_keeps_it_reports_no_move_there_and_back() -> None:
    """Its holder never changed; the other half's start, seen when the halves meet, is none of its events."""
    events = reported(f"lan-cut-{ONE}")
    assert [(one.resource, one.kind, one.target) for one in events] == [
        (IP, "restart", ONE),
        (HAPROXY, "restart", ONE),
    ]


def test_the_first_change_is_the_loss_not_the_fencing() -> None:
    """Detection ends when the cluster misses the node; fencing it takes its time after that."""
    address, _ = detected(f"fencing-{TWO}")
    assert address.first_change == pytest.approx(9.235)
    assert address.done == pytest.approx(10.566)
    assert address.event.evidence == (f"{ONE} was fenced (reboot)", f"{ONE} is lost, unclean")


LATE = [
    (f"corosync-killed-{ONE}", [(IP, TWO, ONE, "node_lost"), (HAPROXY, TWO, ONE, "node_lost")]),
    (f"corosync-stopped-{TWO}", [(IP, ONE, TWO, "node_shutdown"), (HAPROXY, ONE, TWO, "node_shutdown")]),
    (f"fencing-{TWO}", [(IP, ONE, TWO, "fencing"), (HAPROXY, ONE, TWO, "fencing")]),
    (f"resource-moved-{ONE}", [(IP, ONE, TWO, "operator_move"), (HAPROXY, ONE, TWO, "operator_move")]),
    (f"haproxy-killed-{TWO}", [(HAPROXY, ONE, ONE, "resource_failure")]),
    (
        f"failback-{TWO}",  # away and back: Pacemaker still knows both starts; nothing shows the standby
        [
            (IP, ONE, TWO, "operator_move"),
            (IP, TWO, ONE, "operator_move"),
            (HAPROXY, ONE, TWO, "operator_move"),
            (HAPROXY, TWO, ONE, "operator_move"),
        ],
    ),
]


@pytest.mark.parametrize(("story", "expected"), LATE)
def test_what_happened_while_the_exporter_was_down_is_found_at_start_and_marked(
    story: str, expected: list[tuple[str, str, str, str]]
) -> None:
    """From where the resources were at the beginning and from the end alone: the same events, marked late,
    with the time at which the node started them, and with the cause that the end still shows."""
    first, *_, last = frames(story)
    before = Detector({})
    before.observe(snapshot(first.reading), Moment(0.0, first.wall))
    found = Detector(before.held()).observe(snapshot(last.reading), Moment(9e5, last.wall))
    assert [(one.event.resource, one.event.origin, one.event.target, one.event.cause) for one in found] == (
        expected
    )
    assert all(one.event.late and one.event.detected is None and one.first_change is None for one in found)
    assert all(first.wall - 1 <= one.event.at <= last.wall for one in found)
