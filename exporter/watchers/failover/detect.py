"""Sees moves and restarts in a sequence of sights: pure, the time comes as an argument.

An event is a start that was not there before, on the node that runs the resource now. A start, or a stop,
elsewhere since the last sight was a place on its way: so a resource that moved there and back between two
sights made two events. Where Pacemaker forgot the start (a cleanup at that moment), another holder in two
sights is a move too.

What is not one: a start of the other half of a split, told when the halves meet, while this half's holder
kept the resource; nodes that come back; a resource that stops, until it runs again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from exporter.watchers.failover import signs
from exporter.watchers.failover.cause import Step, cause_of
from exporter.watchers.failover.events import MOVE, RESTART, Event, Held, Moment
from exporter.watchers.failover.sight import Call, Sight
from exporter.watchers.failover.signs import CONFIGURED, Sign

BLIND_SECONDS = 30.0  # after that without a sight what is found is late
SIGN_SECONDS = 300.0  # a stop may take its time before it leads to the move
CONFIGURED_SECONDS = 30.0  # a change by hand says little, and leads to a move at once
CLOCKS_APART = 2.0  # seconds that the nodes' clocks may differ; they tell whole seconds
EVIDENCE = 12  # sentences kept with an event
CALLS_KNOWN = 32  # of a resource


@dataclass(frozen=True)
class _Dated:
    sign: Sign
    at: float  # monotonic seconds
    number: int


@dataclass(slots=True)
class _Track:
    """What is known of one resource."""

    holder: str | None = None
    start: Call | None = None  # that made it run there
    looked: float = 0.0  # wall clock, when it was last seen to run there
    known: dict[tuple[str, Call], None] = field(default_factory=dict)  # in the order they were seen
    shared: set[str] = field(default_factory=set)  # nodes that ran it when another one did too
    candidate: str | None = None  # another holder without a start of its own, seen once
    restless: float | None = None  # monotonic seconds since when it is not quietly at its place
    explained: int = 0  # signs up to this number belong to earlier events

    def learn(self, calls: Mapping[str, Call]) -> None:
        for key in calls.items():
            self.known.pop(key, None)
            self.known[key] = None
        while len(self.known) > CALLS_KNOWN:
            del self.known[next(iter(self.known))]


Way = tuple[str, str]  # origin and target


@dataclass(frozen=True)
class Detected:
    """An event, and its times on the monotonic clock."""

    event: Event
    first_sign: float | None
    done: float


class Detector:
    def __init__(self, kept: Mapping[str, Held]):
        """`kept` is where the journal says that the resources were."""
        self._tracks = {
            resource: _Track(
                holder=held.node,
                start=Call(held.call, held.changed) if held.call is not None else None,
                looked=held.looked,
            )
            for resource, held in kept.items()
        }
        for track in self._tracks.values():
            if track.holder and track.start:
                track.learn({track.holder: track.start})
        self._since = max((held.looked for held in kept.values()), default=float("inf"))
        self._before: Sight | None = None
        self._looked = float("-inf")  # monotonic seconds
        self._signs: list[_Dated] = []
        self._numbered = 0

    def observe(self, sight: Sight, now: Moment, told: float | None = None) -> list[Detected]:
        """What happened since the last sight. `told` is when, since then, something first said that there
        was a change (monotonic seconds); the signs in this sight are as old as that."""
        happened = told if told is not None and self._looked < told <= now.mono else now.mono
        late = now.mono - self._looked > BLIND_SECONDS
        self._gather(sight, now.mono, happened)
        found: list[Detected] = []
        for resource, holders in sight.holders.items():
            track = self._tracks.setdefault(resource, _Track())
            if ways := _follow(track, holders, _calls_of(resource, sight), happened):
                track.restless = happened if track.restless is None else track.restless
                found += (self._tell(track, resource, way, sight, now, late=late) for way in ways)
                track.explained, track.restless = self._numbered, None
            if holders == (track.holder,):
                track.looked = now.wall
        self._before, self._looked = sight, now.mono
        return found

    def settled(self) -> bool:
        """Whether every watched resource was, at the last sight, quietly at its place."""
        return all(track.restless is None for track in self._tracks.values())

    def held(self) -> dict[str, Held]:
        return {
            resource: Held(
                track.holder,
                track.start.call if track.start else None,
                track.start.changed if track.start else None,
                track.looked,
            )
            for resource, track in self._tracks.items()
            if track.holder is not None
        }

    def _gather(self, sight: Sight, now: float, happened: float) -> None:
        fresh = signs.signs(self._before, sight) if self._before else signs.first_signs(sight, self._since)
        for sign in fresh:
            self._numbered += 1
            self._signs.append(_Dated(sign, happened, self._numbered))
        self._signs = [
            one
            for one in self._signs
            if now - one.at <= (CONFIGURED_SECONDS if one.sign.kind == CONFIGURED else SIGN_SECONDS)
        ]

    def _tell(  # noqa: PLR0913 - all of what an event is made of
        self, track: _Track, resource: str, way: Way, sight: Sight, now: Moment, *, late: bool
    ) -> Detected:
        origin, target = way
        evidence = [one for one in self._signs if one.number > track.explained]
        step = Step(resource, origin, target, sight.together[resource])
        cause, supporting = cause_of(step, [one.sign for one in evidence])
        lost = signs.LOST  # a node is lost before it is fenced
        times = [
            one.at
            for one in evidence
            if one.sign in supporting or (one.sign.kind == lost and one.sign.node == origin)
        ]
        first = min([*times, now.mono if track.restless is None else track.restless])
        start = sight.starts.get((resource, target))
        event = Event(
            id=f"{round(now.wall * 1000)}-{resource}-{target}-{start.call if start else 0}",
            resource=resource,
            kind=RESTART if origin == target else MOVE,
            origin=origin,
            target=target,
            cause=cause,
            at=min(start.changed, now.wall) if late and start and start.changed else now.wall,
            detected=None if late else now.wall_of(first),
            late=late,
            evidence=_sentences([*supporting, *(one.sign for one in evidence)]),
        )
        return Detected(event, None if late else first, now.mono)


@dataclass(frozen=True)
class _Calls:
    """Of one resource, by node."""

    starts: Mapping[str, Call]
    stops: Mapping[str, Call]


def _calls_of(resource: str, sight: Sight) -> _Calls:
    return _Calls(
        {node: call for (name, node), call in sight.starts.items() if name == resource},
        {node: call for (name, node), call in sight.stops.items() if name == resource},
    )


def _follow(track: _Track, holders: tuple[str, ...], calls: _Calls, happened: float) -> list[Way]:
    """The ways that the resource took since the last sight; none while it is on one, or quietly there."""
    if track.holder is None:
        _settle(track, holders, calls)
        return []
    if len(holders) == 1:
        (here,) = holders
        started = here in calls.starts and (here, calls.starts[here]) not in track.known
        if started or here in (track.holder, track.candidate):
            ways = _ways(track, track.holder, here, calls) if started or here != track.holder else []
            _settle(track, holders, calls)
            if not ways:
                track.restless = None
            return ways
    elif holders:
        track.shared.update(holders)
    track.candidate = holders[0] if len(holders) == 1 else None
    track.restless = happened if track.restless is None else track.restless
    return []


def _ways(track: _Track, origin: str, here: str, calls: _Calls) -> list[Way]:
    """From call to call in the order of their time."""
    after = track.looked - CLOCKS_APART
    starts = [(call.changed, node) for node, call in calls.starts.items() if (node, call) not in track.known]
    # Where it began and where it is, it has stopped too; a stop elsewhere means that it ran there.
    stops = [
        (call.changed, node)
        for node, call in calls.stops.items()
        if (node, call) not in track.known and node != origin
    ]
    between = sorted(
        (changed, node)
        for changed, node in starts + stops
        if node != here and node not in track.shared and changed is not None and changed >= after
    )
    return list(pairwise([origin, *(node for _, node in between), here]))


def _settle(track: _Track, holders: tuple[str, ...], calls: _Calls) -> None:
    track.learn(calls.stops)
    track.learn(calls.starts)
    track.candidate = None
    if len(holders) == 1:
        (here,) = holders
        track.start = calls.starts.get(here, track.start if track.holder == here else None)
        track.holder = here
        track.shared.clear()


def _sentences(told: Sequence[Sign]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sign.text for sign in told))[:EVIDENCE]
