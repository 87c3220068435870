"""A node that lost its cluster and kept running what another one took over: what it tells when it is back.

Corosync was killed there, or Pacemaker hung. Then Pacemaker finds the resource in two places, stops it in
both and starts it in one. The exporter of that node may look at any of these stages first, and miss others.
"""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.failover.detection.detector import Detector
from exporter.watchers.failover.detection.snapshot import Call, NodeState, Snapshot
from exporter.watchers.failover.events import Event, Moment
from tests.watchers.failover.detection.test_detector import UP, a_snapshot

HERE, PEER = "alpha", "beta"  # the node that lost its cluster, and the one that took over
RESOURCES = ("vip", "web")
EPOCH = 1.8e9  # of the wall clock, at 0 of the monotonic one
LOST, TAKEN, BACK = 1000.0, 1006.0, 1060.0

OFFLINE = replace(UP, online=False)
STAGES = ("joining", "joined", "found", "stopping", "stopped here", "stopped", "started")


def call(number: int, at: float) -> Call:
    """Pacemaker keeps whole seconds."""
    return Call(number, float(int(EPOCH + at)))


def stage(resource: str, name: str, winner: str, *, refreshed: bool) -> Snapshot:
    """What Pacemaker says of one resource then. A node remembers the later of start and stop that succeeded.

    `refreshed`: somebody had it forget what it knew, as the nodes were together again, and look anew.
    """
    at = STAGES.index(name)
    taken, found = call(20, TAKEN), call(5, BACK + 2)
    holders: tuple[str, ...] = (PEER,)
    starts, stops = {PEER: taken}, {}
    founds = {HERE: found} if at >= STAGES.index("found") else {}
    if name == "found":
        holders = (PEER, HERE)
        starts = {} if refreshed else starts
    if refreshed and founds:
        founds[PEER] = found
    if at >= STAGES.index("stopping"):
        holders, starts = (), {}
    if at >= STAGES.index("stopped here"):
        stops = {HERE: call(6, BACK + 3)}
    if at >= STAGES.index("stopped"):
        stops = stops | {PEER: call(21, BACK + 3)}
    if name == "started":
        holders, starts = (winner,), {winner: call(30, BACK + 4)}
        stops = {node: one for node, one in stops.items() if node != winner}
    seen = a_snapshot(holders, starts, stops)
    return replace(
        seen,
        holders={resource: holders},
        starts={(resource, node): one for (_, node), one in seen.starts.items()},
        stops={(resource, node): one for (_, node), one in seen.stops.items()},
        founds={(resource, node): one for node, one in founds.items()},
    )


def view(stages: Sequence[str], winner: str, at: float, *, refreshed: bool = False) -> Snapshot:
    """Of both resources, each in a stage of its own."""
    parts = [
        stage(resource, name, winner, refreshed=refreshed)
        for resource, name in zip(RESOURCES, stages, strict=True)
    ]
    nodes: dict[str, NodeState] = dict.fromkeys((HERE, PEER), UP)
    if "joining" in stages:
        nodes[HERE] = OFFLINE
    return replace(
        parts[0],
        updated=EPOCH + at,
        nodes=nodes,
        holders={name: one for part in parts for name, one in part.holders.items()},
        starts={key: one for part in parts for key, one in part.starts.items()},
        stops={key: one for part in parts for key, one in part.stops.items()},
        founds={key: one for part in parts for key, one in part.founds.items()},
        together=dict.fromkeys(RESOURCES, frozenset(RESOURCES)),
        addresses=frozenset({"vip"}),
    )


def before() -> Snapshot:
    seen = view(("joined", "joined"), PEER, 0.0)
    starts = {(resource, HERE): call(3, 100.0) for resource in RESOURCES}
    return replace(seen, holders=dict.fromkeys(RESOURCES, (HERE,)), starts=starts, stops={}, founds={})


def told(
    looks: Sequence[tuple[str, str]], winner: str, *, shared: bool, refreshed: bool, lost: float
) -> list[Event]:
    """By the exporter of the node that lost its cluster."""
    detector = Detector({}, HERE)
    found: list[Event] = []

    def look(snapshot: Snapshot, at: float) -> None:
        found.extend(one.event for one in detector.observe(snapshot, Moment(at, EPOCH + at)))

    look(before(), lost - 1)
    for later in range(0, int(BACK - lost), 5):
        detector.blind(lost + later)
    if shared:
        detector.shared("vip", "10.0.0.100", BACK + 1)
    unled = replace(before(), led=False)
    look(unled, BACK)
    for number, stages in enumerate(looks):
        at = BACK + 5 + number * 0.3
        look(view(stages, winner, at, refreshed=refreshed), at)
    return found


@st.composite
def looks(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Any of the stages, forwards, and the last one; the second resource may be at another stage."""
    number = draw(st.integers(0, 6))
    lists = [
        sorted(draw(st.lists(st.sampled_from(STAGES), min_size=number, max_size=number)), key=STAGES.index)
        for _ in RESOURCES
    ]
    joining = max(
        (index + 1 for one in lists for index, name in enumerate(one) if name == "joining"), default=0
    )
    for one in lists:  # a node joins once, and whole
        one[:joining] = ["joining"] * joining
    return [*zip(*lists, strict=True), ("started", "started")]


@given(
    looks(),
    st.sampled_from([HERE, PEER]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([LOST, LOST - 3600.0]),
)
def test_the_takeover_is_told_first_and_then_how_the_split_ended(
    seen: list[tuple[str, str]], winner: str, shared: bool, refreshed: bool, lost: float
) -> None:
    """Whichever stages it looked at: of each resource the takeover that the other node told, dated when it
    was, and the end of the split, once each and in this order."""
    found = told(seen, winner, shared=shared, refreshed=refreshed, lost=lost)
    assert len({one.id for one in found}) == len(found)
    for resource in RESOURCES:
        events = sorted((one for one in found if one.resource == resource), key=lambda one: one.at)
        assert [(one.origin, one.target, one.cause) for one in events] == [
            (HERE, PEER, "node_lost"),
            (PEER, winner, "split_healed"),
        ], events
        takeover, end = events
        assert takeover.late
        assert EPOCH + lost <= takeover.at <= EPOCH + TAKEN
        assert end.at > EPOCH + BACK


@given(looks(), st.sampled_from([HERE, PEER]), st.booleans(), st.booleans())
def test_the_node_that_took_over_tells_the_same(
    seen: list[tuple[str, str]], winner: str, shared: bool, refreshed: bool
) -> None:
    """It saw the takeover as it happened; of how the split ended it may miss any stage as well."""
    detector = Detector({}, PEER)
    found: list[Event] = []

    def look(snapshot: Snapshot, at: float) -> None:
        found.extend(one.event for one in detector.observe(snapshot, Moment(at, EPOCH + at)))

    look(before(), TAKEN - 6)
    alone = view(("joining", "joining"), winner, TAKEN)
    look(replace(alone, holders=dict.fromkeys(RESOURCES, ()), starts={}), TAKEN - 1)
    for later in range(1, int(BACK - TAKEN), 10):
        look(alone, TAKEN + later)
    if shared:
        detector.shared("vip", "10.0.0.100", BACK + 1)
    for number, stages in enumerate(seen):
        at = BACK + 5 + number * 0.3
        look(view(stages, winner, at, refreshed=refreshed), at)
    for resource in RESOURCES:
        events = [one for one in found if one.resource == resource]
        assert [(one.origin, one.target, one.cause) for one in events] == [
            (HERE, PEER, "node_lost"),
            (PEER, winner, "split_healed"),
        ], events


def test_nothing_is_told_where_nobody_took_it_over() -> None:
    """Pacemaker hung for a while, and went on."""
    detector = Detector({}, HERE)
    for at in (LOST - 1, BACK):
        assert detector.observe(before(), Moment(at, EPOCH + at)) == []
        detector.blind(at + 1)
    assert detector.observe(before(), Moment(BACK + 2, EPOCH + BACK + 2)) == []
    assert detector.settled()
