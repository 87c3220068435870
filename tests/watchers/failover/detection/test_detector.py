"""The state machine, on sequences of snapshots of a cluster made of a few lines."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sources.pacemaker.reading import Failure, LastChange, LocationConstraint
from exporter.watchers.failover.detection.detector import BLIND_SECONDS, Detected, Detector
from exporter.watchers.failover.detection.snapshot import Call, NodeState, Snapshot
from exporter.watchers.failover.events import Event, Held, Moment

NODES = ("alpha", "beta", "gamma")
VIP = "vip"
UP = NodeState(online=True, standby=False, shutdown=False, unclean=False, maintenance=False)
UNCHANGED = LastChange(1.0, "root", "cibadmin", "alpha")


def a_snapshot(
    holders: tuple[str, ...] = ("alpha",),
    starts: dict[str, Call] | None = None,
    stops: dict[str, Call] | None = None,
) -> Snapshot:
    return Snapshot(
        led=True,
        updated=1000.0,
        nodes=dict.fromkeys(NODES, UP),
        holders={VIP: holders},
        starts={(VIP, node): call for node, call in (starts or {}).items()},
        stops={(VIP, node): call for node, call in (stops or {}).items()},
        together={VIP: frozenset({VIP})},
        founds={},
        failures=frozenset(),
        fail_counts={},
        fences=frozenset(),
        constraints=frozenset(),
        configured=UNCHANGED,
        addresses=frozenset({VIP}),
    )


@dataclass
class Cluster:
    """One resource on three nodes, remembered as Pacemaker does: of start and stop the later alone."""

    holder: str = "alpha"
    now: float = 1000.0
    starts: dict[str, Call] = field(default_factory=dict)
    stops: dict[str, Call] = field(default_factory=dict)
    calls: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._start("alpha")

    def _start(self, node: str) -> None:
        self.now += 1
        self.stops.pop(node, None)
        self.starts[node] = Call(next(self.calls), float(int(self.now)))

    def _stop(self) -> None:
        self.now += 1
        self.starts.pop(self.holder, None)
        self.stops[self.holder] = Call(next(self.calls), float(int(self.now)))

    def go(self, node: str) -> tuple[Snapshot, Snapshot]:
        """Stop, and start there; returns what is seen in between and after it."""
        self._stop()
        between = a_snapshot((), dict(self.starts), dict(self.stops))
        self._start(node)
        self.holder = node
        return between, self.seen()

    def forget(self) -> None:
        """`crm_resource --refresh`: what runs is found again by asking, not by the start."""
        self.now += 1
        self.starts.clear()
        self.stops.clear()

    def seen(self) -> Snapshot:
        return a_snapshot((self.holder,), dict(self.starts), dict(self.stops))


class Watch:
    """A detector, and a clock on both faces."""

    def __init__(self, kept: dict[str, Held] | None = None):
        self.detector = Detector(kept or {})
        self.found: list[Detected] = []

    def look(self, snapshot: Snapshot, now: float, reported: float | None = None) -> list[Event]:
        found = self.detector.observe(snapshot, Moment(now, now), reported)
        self.found += found
        return [one.event for one in found]

    def moves(self) -> list[tuple[str, str]]:
        return [(one.event.origin, one.event.target) for one in self.found]


steps = st.lists(st.sampled_from([*NODES, "forget"]), max_size=12)


@given(steps, st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_each_move_is_reported_once_however_often_one_looks(route: list[str], looks: Iterable[int]) -> None:
    """None, one or many snapshots at each stage of a move, and one after it: just the moves that it made."""
    cluster, watch, often, expected = Cluster(), Watch(), iter(looks), []
    watch.look(cluster.seen(), cluster.now)
    for step in route:
        if step == "forget":
            cluster.forget()
            seen = [cluster.seen()]
        else:
            expected.append((cluster.holder, step))
            seen = list(cluster.go(step))
        for snapshot in (*(one for one in seen for _ in range(next(often))), cluster.seen()):
            watch.look(snapshot, cluster.now)
    assert watch.moves() == expected


@given(steps, st.sets(st.integers(0, 12)))
def test_looking_rarely_invents_nothing(route: list[str], looks: set[int]) -> None:
    """Snapshots left out at will, as by a crm_mon that fails: no more events than moves, each beginning where
    the last one ended, and after the last snapshot the reported holder is the real one."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    made = 0
    for number, step in enumerate(route):
        if step == "forget":
            cluster.forget()
        else:
            cluster.go(step)
            made += 1
        if number in looks:
            watch.look(cluster.seen(), cluster.now)
    for _ in range(2):
        watch.look(cluster.seen(), cluster.now)
    moves = watch.moves()
    assert len(moves) <= made
    assert all(one[1] == other[0] for one, other in itertools.pairwise([("", "alpha"), *moves]))
    assert (moves[-1][1] if moves else "alpha") == cluster.holder


@given(steps)
def test_a_snapshot_that_does_not_change_has_no_event(route: list[str]) -> None:
    """Whatever happened before, the same snapshot again and again has no event in it."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    for step in route:
        cluster.forget() if step == "forget" else cluster.go(step)
    for _ in range(3):
        watch.look(cluster.seen(), cluster.now)
    before = len(watch.found)
    for later in range(50):
        assert watch.look(cluster.seen(), cluster.now + later) == []
    assert len(watch.found) == before


@given(steps, st.integers(0, 12))
def test_a_restart_of_the_exporter_reports_no_event_twice(route: list[str], at: int) -> None:
    """What one detector reported, the next one that is given its knowledge does not report again."""
    cluster, watch, expected = Cluster(), Watch(), 0
    watch.look(cluster.seen(), cluster.now)
    for number, step in enumerate(route):
        if step == "forget":
            cluster.forget()
        else:
            cluster.go(step)
            expected += 1
        for _ in range(2):
            watch.look(cluster.seen(), cluster.now)
        if number == at:
            fresh = Watch(watch.detector.held())
            fresh.found = watch.found
            watch = fresh
            assert watch.look(cluster.seen(), cluster.now + 1e6) == []
    assert len(watch.found) == expected


def test_there_and_back_between_two_looks_are_two_moves() -> None:
    """The stop that the other node remembers says that it ran there."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    cluster.go("beta")
    cluster.go("alpha")
    watch.look(cluster.seen(), cluster.now)
    assert watch.moves() == [("alpha", "beta"), ("beta", "alpha")]


def test_a_call_elsewhere_from_before_the_last_look_is_none_of_ours() -> None:
    """A node that comes back reports what it did while it was away, while the holder here never changed."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    watch.look(cluster.seen(), cluster.now + 100)
    other = {"beta": Call(7, cluster.now + 50)}
    cluster.now += 110
    cluster.go("alpha")
    watch.look(a_snapshot(("alpha",), cluster.starts | other), cluster.now)
    assert watch.moves() == [("alpha", "alpha")]


def test_two_holders_are_no_move_until_one_is_left() -> None:
    """In a split the views meet with two; the one that is left decides."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    both = a_snapshot(("alpha", "beta"), cluster.starts | {"beta": Call(9, cluster.now - 60)})
    assert watch.look(both, cluster.now + 1) == []
    assert not watch.detector.settled()
    cluster.now += 1
    _, after = cluster.go("beta")
    assert [one.kind for one in watch.look(after, cluster.now)] == ["move"]
    assert watch.detector.settled()


def test_a_holder_without_a_start_of_its_own_is_believed_the_second_time() -> None:
    """Pacemaker forgot the start, by a cleanup in that moment: another holder, twice, is a move."""
    watch = Watch()
    watch.look(a_snapshot(("alpha",)), 1.0)
    assert watch.look(a_snapshot(("beta",)), 2.0) == []
    assert [one.target for one in watch.look(a_snapshot(("beta",)), 3.0)] == ["beta"]


def test_a_resource_first_seen_stopped_has_come_from_nowhere() -> None:
    """There is no move without an origin, and the moves after that are reported."""
    cluster, watch = Cluster(), Watch()
    watch.look(a_snapshot(()), cluster.now)
    watch.look(cluster.seen(), cluster.now)
    assert watch.found == []
    _, after = cluster.go("beta")
    assert [one.kind for one in watch.look(after, cluster.now)] == ["move"]


def test_changes_are_as_old_as_the_first_report_of_them() -> None:
    """The first change is dated by the change feed's report, if that came since the last snapshot."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    last = cluster.now
    between, after = cluster.go("beta")
    watch.look(between, last + 5, reported=last + 4.5)
    watch.look(after, last + 6, reported=last + 1)
    (found,) = watch.found
    assert found.first_change == last + 4.5
    assert found.event.detected == last + 4.5
    assert found.done == last + 6


def test_a_report_from_before_the_last_snapshot_dates_nothing() -> None:
    """It was about something else."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    last = cluster.now
    _, after = cluster.go("beta")
    watch.look(after, last + 5, reported=last - 1)
    assert watch.found[0].first_change == last + 5


def test_a_change_in_the_second_of_the_last_look_is_evidence_too() -> None:
    """Pacemaker reports whole seconds: a move at 1002.9, after a look at 1002.5, was made at 1002."""
    cluster = Cluster()
    held = Held("alpha", cluster.starts["alpha"].call, cluster.starts["alpha"].changed, 1002.5)
    cluster.go("beta")
    preferred = LocationConstraint("cli-prefer-vip", "beta", VIP, "Started", float("inf"), "")
    changed = LastChange(1002.0, "root", "crm_resource", "beta")
    after = replace(cluster.seen(), constraints=frozenset({preferred}), configured=changed)
    (event,) = Watch({VIP: held}).look(after, 1010.0)
    assert (event.cause, event.late) == ("operator_move", True)


def test_what_is_found_after_a_blind_time_is_late() -> None:
    """Nobody looked: the event has the node's time, and no detection."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    _, after = cluster.go("beta")
    (event,) = watch.look(after, cluster.now + BLIND_SECONDS + 1)
    assert event.late
    assert event.at == int(cluster.now)
    assert watch.found[0].first_change is None


def failed(number: float) -> Failure:
    return Failure("alpha", VIP, "monitor", 7, "", number)


def test_a_second_failure_of_the_same_kind_is_evidence_too() -> None:
    """The list of failures names an operation once; its time shows that it failed again."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    for number in (1.0, 2.0):
        _, after = cluster.go("alpha")
        snapshot = replace(
            after, failures=frozenset({failed(number)}), fail_counts={(VIP, "alpha"): int(number)}
        )
        (event,) = watch.look(snapshot, cluster.now)
        assert event.cause == "resource_failure"


def test_evidence_counts_once() -> None:
    """A failure explains the restart after it, not the next one."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    known = frozenset({failed(1.0)})
    causes = []
    for _ in range(2):
        _, after = cluster.go("alpha")
        causes += [one.cause for one in watch.look(replace(after, failures=known), cluster.now)]
    assert causes == ["resource_failure", "unknown"]


def constraint(id_: str, node: str, score: float) -> LocationConstraint:
    return LocationConstraint(id_, node, VIP, "", score, "")


@pytest.mark.parametrize(
    ("came", "gone", "cause"),
    [
        (constraint("cli-prefer-vip", "beta", float("inf")), None, "operator_move"),
        (constraint("cli-ban-vip-on-alpha", "alpha", float("-inf")), None, "operator_move"),
        (constraint("likes-beta", "beta", 500), None, "operator_move"),
        (constraint("cli-prefer-vip", "gamma", float("inf")), None, "unknown"),
        (None, constraint("cli-prefer-vip", "alpha", float("inf")), "failback"),
    ],
)
def test_constraints_that_come_and_go(
    came: LocationConstraint | None, gone: LocationConstraint | None, cause: str
) -> None:
    """A new one for the target or against the origin is an operator's move; one that goes lets it return."""
    cluster, watch = Cluster(), Watch()
    watch.look(replace(cluster.seen(), constraints=frozenset({gone} if gone else ())), cluster.now)
    _, after = cluster.go("beta")
    snapshot = replace(after, constraints=frozenset({came} if came else ()))
    assert [one.cause for one in watch.look(snapshot, cluster.now)] == [cause]


def test_a_restart_after_a_change_by_hand_is_the_operators() -> None:
    """`crm resource restart` leaves a changed configuration; the cluster's own changes don't count."""
    for client, cause in (("crm_resource", "operator_move"), ("crmd", "unknown")):
        cluster, watch = Cluster(), Watch()
        watch.look(cluster.seen(), cluster.now)
        _, after = cluster.go("alpha")
        changed = replace(after, configured=LastChange(2.0, "root", client, "alpha"))
        assert [(one.kind, one.cause) for one in watch.look(changed, cluster.now)] == [("restart", cause)]


def test_without_a_dc_nothing_is_looked_at() -> None:
    """Pacemaker that has just begun knows its nodes as shut down: no event, and no evidence."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    down = replace(UP, online=False, shutdown=True)
    unled = replace(a_snapshot(()), led=False, nodes=dict.fromkeys(NODES, down))
    assert watch.look(unled, cluster.now + 1) == []
    _, after = cluster.go("beta")
    assert [one.cause for one in watch.look(after, cluster.now)] == ["unknown"]


def test_a_node_whose_pacemaker_could_not_be_asked_has_lost_what_left_it() -> None:
    """Corosync killed here: when Pacemaker is back, the resource runs elsewhere."""
    for here, cause in (("alpha", "node_lost"), ("gamma", "unknown"), ("", "unknown")):
        cluster, watch = Cluster(), Watch()
        watch.detector = Detector({}, here)
        watch.look(cluster.seen(), cluster.now)
        for later in (1, 6):
            watch.detector.blind(cluster.now + later)
        _, after = cluster.go("beta")
        (event,) = watch.look(after, cluster.now + 8)
        assert event.cause == cause
        reported = [f"Pacemaker on {here} could not be asked"] if here else []
        assert list(event.evidence) == reported  # once, however often it was asked


@pytest.mark.parametrize(("pause", "cause"), [(1.0, "node_lost"), (60.0, "resource_failure")])
def test_a_loss_that_came_to_nothing_explains_nothing_that_comes_later(pause: float, cause: str) -> None:
    """Pacemaker hung here and went on; what fails a minute after that failed by itself."""
    cluster, watch = Cluster(), Watch()
    watch.detector = Detector({}, "alpha")
    watch.look(cluster.seen(), cluster.now)
    watch.detector.blind(cluster.now + 1)
    assert watch.look(cluster.seen(), cluster.now + 30) == []
    cluster.now += 30 + pause
    _, after = cluster.go("alpha")
    broken = frozenset({Failure("alpha", VIP, "monitor", 7, "", cluster.now)})
    assert [one.cause for one in watch.look(replace(after, failures=broken), cluster.now)] == [cause]


def test_a_node_that_had_stopped_what_ran_there_was_shut_down() -> None:
    """Stopped so fast that no look saw it stopping; but the address was gone before Pacemaker was."""
    cluster, watch = Cluster(), Watch()
    watch.detector = Detector({}, "alpha")
    watch.look(cluster.seen(), cluster.now)
    watch.detector.blind(cluster.now + 1, stopped=True)
    _, after = cluster.go("beta")
    assert [one.cause for one in watch.look(after, cluster.now + 30)] == ["node_shutdown"]


def test_a_shutdown_explains_what_is_found_long_after_the_first_that_left() -> None:
    """One resource was seen to leave in time; the other is found when Pacemaker here is back."""
    cluster, watch = Cluster(), Watch()
    watch.detector = Detector({}, "alpha")
    web = {"alpha": Call(100, 1.0)}
    watch.look(two(cluster.seen(), ("alpha",), web, {}), cluster.now)
    stopping = dict.fromkeys(NODES, UP) | {"alpha": replace(UP, shutdown=True)}
    _, after = cluster.go("beta")
    seen = replace(two(after, ("alpha",), web, {}), nodes=stopping)
    assert [one.cause for one in watch.look(seen, cluster.now)] == ["node_shutdown"]
    watch.detector.blind(cluster.now + 1)
    moved = two(after, ("beta",), {"beta": Call(101, cluster.now + 2)}, {"alpha": Call(101, cluster.now + 2)})
    assert [one.cause for one in watch.look(moved, cluster.now + 9)] == ["node_shutdown"]


def two(
    first: Snapshot, holders: tuple[str, ...], starts: dict[str, Call], stops: dict[str, Call]
) -> Snapshot:
    """A second resource beside the first one, colocated with it."""
    web = a_snapshot(holders, starts, stops)
    return replace(
        first,
        holders=dict(first.holders) | {"web": holders},
        starts=dict(first.starts) | {("web", node): call for (_, node), call in web.starts.items()},
        stops=dict(first.stops) | {("web", node): call for (_, node), call in web.stops.items()},
        together=dict.fromkeys((VIP, "web"), frozenset({VIP, "web"})),
    )


@pytest.mark.parametrize(("pause", "cause"), [(1.0, "resource_failure"), (60.0, "unknown")])
def test_what_explained_one_resource_explains_the_other_only_soon(pause: float, cause: str) -> None:
    """A failed web was started again, the address stayed; its move a minute later has another reason."""
    vip, web, watch = Cluster(), Cluster(), Watch()
    watch.look(two(vip.seen(), (web.holder,), web.starts, web.stops), vip.now)
    web.go("alpha")
    broken = frozenset({Failure("alpha", "web", "monitor", 7, "", 1.0)})
    seen = two(vip.seen(), (web.holder,), web.starts, web.stops)
    (restart,) = watch.look(replace(seen, failures=broken), vip.now + 3)
    assert restart.cause == "resource_failure"
    vip.go("beta")
    seen = two(vip.seen(), (web.holder,), web.starts, web.stops)
    watch.look(replace(seen, failures=broken), vip.now + 3 + pause)
    assert (watch.found[-1].event.resource, watch.found[-1].event.cause) == (VIP, cause)


def test_what_stopped_one_resource_long_ago_explains_no_other() -> None:
    """The web does not run since a node was lost: that is remembered for the web alone."""
    vip, web, watch = Cluster(), Cluster(), Watch()
    watch.look(two(vip.seen(), (web.holder,), web.starts, web.stops), vip.now)
    away = dict.fromkeys(NODES, UP) | {"gamma": replace(UP, online=False)}
    down = replace(two(vip.seen(), (), {}, web.stops), nodes=away)
    for later in range(0, 900, 20):
        watch.look(down, vip.now + later)
    vip.go("beta")
    moved = replace(two(vip.seen(), (), {}, web.stops), nodes=away)
    assert [one.cause for one in watch.look(moved, vip.now + 900)] == ["unknown"]
    web.go("beta")
    back = replace(two(vip.seen(), ("beta",), web.starts, web.stops), nodes=away)
    assert [(one.resource, one.cause) for one in watch.look(back, vip.now + 920)] == [("web", "node_lost")]


def test_a_stop_that_ends_a_split_is_no_stage_of_a_move() -> None:
    """The web was seen on two nodes, the address not, by chance: its stop on the second is the split's."""
    vip, web, watch = Cluster(), Cluster(), Watch()
    watch.look(two(vip.seen(), (web.holder,), web.starts, web.stops), vip.now)
    watch.look(two(vip.seen(), ("alpha", "beta"), web.starts, web.stops), vip.now + 1)
    vip.now += 2
    _, after = vip.go("alpha")
    seen = replace(after, stops={**after.stops, (VIP, "beta"): Call(5, vip.now)})
    watch.look(two(seen, (web.holder,), web.starts, web.stops), vip.now)
    assert watch.moves() == [("alpha", "alpha")]


def test_a_node_that_was_away_at_the_last_snapshot_was_no_stage_of_a_move() -> None:
    """It comes back with an address it never gave up, and stops it."""
    cluster, watch = Cluster(), Watch()
    away = dict.fromkeys(NODES, UP) | {"beta": replace(UP, online=False)}
    watch.look(replace(cluster.seen(), nodes=away), cluster.now)
    _, after = cluster.go("alpha")
    watch.look(replace(after, stops={(VIP, "beta"): Call(5, cluster.now)}), cluster.now)
    assert watch.moves() == [("alpha", "alpha")]


def test_a_node_that_was_found_running_it_was_no_stage_of_a_move() -> None:
    """It came back with the address and stopped it, all between two looks: the probe says so."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    _, after = cluster.go("alpha")
    call = {(VIP, "beta"): Call(5, cluster.now)}
    watch.look(replace(after, founds=call, stops=call), cluster.now)
    assert watch.moves() == [("alpha", "alpha")]
    assert watch.found[0].event.evidence == ("vip was found running on beta too",)
    watch.look(cluster.seen(), cluster.now + 100)
    cluster.now += 110
    cluster.go("beta")
    _, after = cluster.go("alpha")
    after = replace(after, founds=call, updated=cluster.now)
    watch.look(after, cluster.now)  # an old probe proves nothing
    assert watch.moves()[1:] == [("alpha", "beta"), ("beta", "alpha")]


def test_a_start_of_the_other_half_is_no_move_while_the_halves_meet() -> None:
    """Two hosts answered, a node is back: its own start from the split is no stage on the way."""
    cluster, watch = Cluster(), Watch()
    cluster.go("alpha")
    lost = {"beta": replace(UP, online=False)}
    watch.look(replace(cluster.seen(), nodes={**cluster.seen().nodes, **lost}), cluster.now)
    watch.detector.shared(VIP, "10.0.0.100", cluster.now)
    cluster.now += 1
    watch.look(cluster.seen(), cluster.now)  # the halves meet
    cluster.go("beta")
    _, after = cluster.go("alpha")
    watch.look(after, cluster.now)
    assert watch.moves() == [("alpha", "alpha")]
    assert watch.found[0].event.cause == "split_healed"


def outvoted(cluster: Cluster) -> Snapshot:
    """As alpha sees it, alone: without quorum it stopped the address, and knows nothing of the others."""
    lost = {"alpha": UP} | dict.fromkeys(("beta", "gamma"), replace(UP, online=False))
    return replace(a_snapshot((), {}, cluster.stops), quorate=False, nodes=lost)


def test_what_was_given_up_for_lack_of_quorum_ran_nowhere_twice() -> None:
    """The other part has started it. When they meet it is said for a moment to run on both, as before the
    split: it is the takeover of then, found afterwards."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    _, after = cluster.go("beta")
    taken = cluster.now
    for later in range(5, 60, 5):
        assert watch.look(outvoted(cluster), taken + later) == []
    assert watch.look(a_snapshot(("beta", "alpha"), dict(cluster.starts)), taken + 60) == []
    (event,) = watch.look(after, taken + 61)
    assert (event.origin, event.target, event.cause) == ("alpha", "beta", "node_lost")
    assert (event.late, event.at) == (True, taken)
    assert "this part of the cluster lost quorum" in event.evidence


def test_what_nobody_had_quorum_for_is_started_when_they_meet() -> None:
    """No other part took it over: this is when it is back."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    cluster.go("alpha")
    for later in range(5, 60, 5):
        assert watch.look(outvoted(cluster), cluster.now + later) == []
    cluster.now += 60
    _, after = cluster.go("alpha")
    (event,) = watch.look(after, cluster.now)
    assert (event.origin, event.target, event.cause) == ("alpha", "alpha", "node_lost")
    assert (event.late, event.at) == (False, cluster.now)


def test_what_two_hosts_held_a_moment_ago_explains_what_nothing_else_does() -> None:
    """An address that was added by hand: Pacemaker finds it, and starts everything anew; also what belongs to
    the address, seconds later. A failure explains its own restart all the same."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    watch.detector.shared(VIP, "10.0.0.100", cluster.now)
    _, after = cluster.go("alpha")
    (event,) = watch.look(after, cluster.now)
    assert event.cause == "split_healed"
    cluster.now += 20
    _, after = cluster.go("alpha")
    (event,) = watch.look(after, cluster.now)
    assert event.cause == "unknown"
    watch.detector.shared(VIP, "10.0.0.100", cluster.now)
    _, after = cluster.go("alpha")
    (event,) = watch.look(replace(after, failures=frozenset({failed(cluster.now)})), cluster.now)
    assert event.cause == "resource_failure"


def test_a_failure_while_a_split_ends_is_not_why() -> None:
    """Both halves' resources are stopped, one is started; what failed in between moved nothing."""
    cluster, watch = Cluster(), Watch()
    watch.look(cluster.seen(), cluster.now)
    broken = frozenset({failed(cluster.now)})
    watch.look(replace(a_snapshot(("alpha", "beta"), cluster.starts), failures=broken), cluster.now)
    _, after = cluster.go("beta")
    (event,) = watch.look(replace(after, failures=broken), cluster.now)
    assert (event.cause, event.evidence[0]) == ("split_healed", "vip ran on alpha and beta")


@pytest.mark.parametrize(
    ("before", "back", "fails", "cause"),
    [
        (3.0, True, False, "split_healed"),
        (3.0, True, True, "split_healed"),
        (3.0, False, True, "resource_failure"),
        (15.0, True, False, "failback"),
    ],
)
def test_an_address_that_two_hosts_answer_for_when_a_node_is_back(
    before: float, back: bool, fails: bool, cause: str
) -> None:
    """The halves of a split meet, though Pacemaker does not say so. Added by hand it moves nothing."""
    cluster, watch = Cluster(), Watch()
    away = dict.fromkeys(NODES, UP) | {"beta": replace(UP, online=False)}
    watch.look(replace(cluster.seen(), nodes=away) if back else cluster.seen(), cluster.now)
    watch.detector.shared(VIP, "10.0.0.100", cluster.now)
    _, after = cluster.go("beta")
    now = cluster.now + before - 2
    snapshot = replace(after, failures=frozenset({failed(now)} if fails else ()))
    (event,) = watch.look(snapshot, now)
    assert (event.cause, event.detected) == (cause, now)
    assert before > 10 or "10.0.0.100 was held by two hosts" in event.evidence
    assert watch.look(snapshot, now + 1) == []


def test_what_fails_on_a_node_that_is_back_is_of_the_split() -> None:
    """There the takeover is found first; then Pacemaker ends what ran on both, and a start may fail."""
    cluster, watch = Cluster(), Watch()
    watch.detector = Detector({}, "alpha")
    watch.look(cluster.seen(), cluster.now)
    watch.detector.blind(cluster.now + 1)
    _, after = cluster.go("beta")
    watch.detector.shared(VIP, "10.0.0.100", cluster.now)
    assert [one.cause for one in watch.look(after, cluster.now)] == ["node_lost"]
    _, after = cluster.go("beta")
    broken = frozenset({failed(cluster.now)})
    (restart,) = watch.look(replace(after, failures=broken), cluster.now)
    assert (restart.cause, restart.evidence[0]) == ("split_healed", "10.0.0.100 was held by two hosts")


def test_what_follows_the_end_of_a_split_has_a_cause_of_its_own() -> None:
    """Seconds later somebody sends it away: that both had held it was reported then, and explains no more."""
    cluster, watch = Cluster(), Watch()
    away = dict.fromkeys(NODES, UP) | {"beta": replace(UP, online=False)}
    watch.look(replace(cluster.seen(), nodes=away), cluster.now)
    watch.detector.shared(VIP, "10.0.0.100", cluster.now)
    _, after = cluster.go("alpha")
    (meeting,) = watch.look(after, cluster.now)
    assert meeting.cause == "split_healed"
    standby = dict.fromkeys(NODES, UP) | {"beta": replace(UP, standby=True)}
    watch.look(replace(cluster.seen(), nodes=standby), cluster.now)
    watch.look(cluster.seen(), cluster.now + 1)  # and back: the address was shared seconds ago
    _, after = cluster.go("beta")
    sent = frozenset({constraint("cli-prefer-vip", "beta", float("inf"))})
    (event,) = watch.look(replace(after, constraints=sent), cluster.now)
    assert event.cause == "operator_move"


@pytest.mark.parametrize("pending", [True, False])
def test_a_node_on_standby_that_joins_again_was_not_sent_there_now(pending: bool) -> None:
    """Whether it is on standby is not known while it joins; one that was online was sent there."""
    cluster, watch = Cluster(), Watch()
    on_standby = dict.fromkeys(NODES, UP) | {"beta": replace(UP, standby=True)}
    joining = on_standby | {"beta": replace(UP, pending=pending)}
    for nodes in (joining, on_standby):
        watch.look(replace(cluster.seen(), nodes=nodes), cluster.now)
    _, after = cluster.go("gamma")
    (event,) = watch.look(replace(after, nodes=on_standby), cluster.now)
    assert event.cause == ("unknown" if pending else "standby")


def test_a_pending_node_can_not_be_used() -> None:
    """It is back once it is a member, where nodes are fenced too, which calls a pending one online."""
    assert not replace(UP, pending=True).usable
    cluster, watch = Cluster(), Watch()
    watch.look(
        replace(cluster.seen(), nodes=dict.fromkeys(NODES, UP) | {"beta": replace(UP, pending=True)}), 1.0
    )
    _, after = cluster.go("beta")
    (event,) = watch.look(after, cluster.now)
    assert (event.cause, event.evidence) == ("failback", ("beta is back",))


def test_an_old_probe_that_is_reported_again_is_no_second_place() -> None:
    """A node that was away is back, and with it what it had found long ago: it returns as preferred."""
    cluster, watch = Cluster("alpha", now=2000.0), Watch()
    watch.look(replace(cluster.seen(), updated=cluster.now), cluster.now)
    call = {(VIP, "beta"): Call(5, 1000.0)}
    away = dict.fromkeys(NODES, UP) | {"beta": replace(UP, online=False)}
    watch.look(replace(cluster.seen(), nodes=away, updated=cluster.now), cluster.now)
    _, after = cluster.go("beta")
    (event,) = watch.look(replace(after, founds=call, updated=cluster.now), cluster.now)
    assert event.cause == "failback"
