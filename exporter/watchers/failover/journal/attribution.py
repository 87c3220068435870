"""What all events add up to, and the outages they caused. Pure: times are arguments."""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from exporter.watchers.failover.detection.detector import Detected
from exporter.watchers.failover.events import MOVE, Event, Held, Moment, Outage
from exporter.watchers.failover.journal.phases import Felt, Points, phases
from exporter.watchers.histogram import Distribution

# Corosync's token time, 1 s or 3 s, comes before each failover that a dead node causes.
BOUNDS = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)

BEFORE_SECONDS = 5.0  # an outage that is over before the first change may be its own if it began so late
AFTER_SECONDS = 1.0  # … or one that began this long after the event was seen
OPEN_SECONDS = 10.0  # after that without an outage, clients felt nothing
LONGEST_SECONDS = 3600.0  # an event waits for the end of its outage
RECENT = 64  # outages remembered for events that are seen after them


@dataclass
class Durations:
    """A histogram that the journal can keep."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum: float = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.sum += seconds

    def distribution(self) -> Distribution:
        return Distribution(BOUNDS, tuple(accumulate(self.counts)), self.sum)


@dataclass
class Totals:
    """Everything that must survive a restart, beside the events themselves."""

    events: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # resource, kind, cause
    last: dict[tuple[str, str], float] = field(default_factory=dict)  # resource, kind: seconds since 1970
    last_move: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # from, to, cause
    last_phases: dict[str, dict[str, float]] = field(default_factory=dict)
    durations: dict[str, Durations] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        self.events[event.resource, event.kind, event.cause] += 1
        key = (event.resource, event.kind)
        self.last[key] = max(event.at, self.last.get(key, 0.0))
        self.last_phases[event.resource] = {}
        if event.kind == MOVE:
            self.last_move[event.resource] = (event.origin, event.target, event.cause)


@dataclass
class _Open:
    """An event that an outage may still belong to."""

    event: Event
    points: Points
    addresses: frozenset[str]  # of what moves together; empty: not known, so any
    seen: float  # monotonic seconds
    best: tuple[float, float] = (float("-inf"), 0.0)  # how near, and how long, the outage found so far is

    @property
    def felt(self) -> float:
        """Seconds of that outage."""
        return self.best[1]


@dataclass
class _Known:
    """A finished outage, and by resource the first event that it belongs to."""

    address: str
    felt: Felt
    events: dict[str, str] = field(default_factory=dict)

    def claim(self, one: _Open) -> bool:
        """What began after the outage did not cause it, if an earlier event of the resource did."""
        first = self.events.setdefault(one.event.resource, one.event.id)
        return first == one.event.id or _first_change(one) <= self.felt.end


class Attribution:
    def __init__(self, totals: Totals):
        self.totals = totals
        self._open: list[_Open] = []
        self._recent = deque[_Known](maxlen=RECENT)

    def add(
        self, found: Detected, came: Mapping[str, float], addresses: frozenset[str], now: Moment
    ) -> Event:
        """`came` tells by address since when it is here, in monotonic seconds."""
        event = found.event
        first = found.done if found.first_change is None else found.first_change
        arrivals = [at for address, at in came.items() if not addresses or address in addresses]
        recent = [at for at in arrivals if first - BEFORE_SECONDS <= at <= found.done]
        points = Points(event.kind, found.first_change, min(recent) if recent else None)
        self.totals.add(event)
        opened = _Open(event, points, addresses, found.done)
        self._open.append(opened)
        for known in self._recent:
            self._attach(opened, known, now)
        return opened.event

    def outage(self, address: str, felt: Felt, now: Moment) -> list[Event]:
        """The events that a finished outage belongs to, with it. Of several outages the nearest counts, and
        of those that last until the first change, or begin after it, the longest."""
        known = _Known(address, felt)
        self._recent.append(known)  # its event may be seen later
        return [one.event for one in self._open if self._attach(one, known, now)]

    def _attach(self, one: _Open, known: _Known, now: Moment) -> bool:
        address, felt = known.address, known.felt
        found = (min(0.0, felt.end - _first_change(one)), felt.end - felt.start)
        if not _belongs(one, address, felt) or not known.claim(one) or found <= one.best:
            return False
        seconds = phases(felt, one.points)
        one.best = found
        outage = Outage(address, now.wall_of(felt.start), now.wall_of(felt.end), one.felt)
        one.event = replace(one.event, outage=outage, phases=seconds)
        self.totals.last_phases[one.event.resource] = seconds
        return True

    def close(self, now: float, failing: Iterable[str] = ()) -> bool:
        """Let go of events that no outage can belong to any more; `failing` addresses are out just now.
        Gives whether anything was counted."""
        failing = frozenset(failing)
        over = [one for one in self._open if _over(one, now, failing)]
        self._open = [one for one in self._open if one not in over]
        felt = [one for one in over if one.felt]
        for one in felt:
            self.totals.durations.setdefault(one.event.resource, Durations()).observe(one.felt)
        return bool(felt)

    @property
    def waiting(self) -> bool:
        return bool(self._open)


def _belongs(one: _Open, address: str, felt: Felt) -> bool:
    change = _first_change(one)
    in_time = felt.start <= one.seen + AFTER_SECONDS
    near = felt.end >= change or felt.start >= change - BEFORE_SECONDS
    return in_time and near and (not one.addresses or address in one.addresses)


def _first_change(one: _Open) -> float:
    return one.seen if one.points.detected is None else one.points.detected


def _over(one: _Open, now: float, failing: frozenset[str]) -> bool:
    if now - one.seen > LONGEST_SECONDS:
        return True
    out = bool(failing & one.addresses) if one.addresses else bool(failing)
    return now - one.seen > OPEN_SECONDS and not out


def to_json(totals: Totals) -> dict[str, Any]:
    return {
        "events": [[*key, count] for key, count in sorted(totals.events.items())],
        "last": [[*key, at] for key, at in sorted(totals.last.items())],
        "last_move": {resource: list(transition) for resource, transition in totals.last_move.items()},
        "last_phases": totals.last_phases,
        "durations": {name: [list(one.counts), one.sum] for name, one in totals.durations.items()},
        "held": {name: [one.node, one.call, one.changed, one.looked] for name, one in totals.held.items()},
    }


def from_json(kept: Mapping[str, Any]) -> Totals:
    """Raises KeyError, TypeError or ValueError if it is not what to_json() made."""
    totals = Totals(
        events=Counter({(str(a), str(b), str(c)): int(count) for a, b, c, count in kept["events"]}),
        last={(str(resource), str(kind)): float(at) for resource, kind, at in kept["last"]},
        last_move={str(name): _way(transition) for name, transition in kept["last_move"].items()},
        last_phases={
            str(name): {str(phase): float(one) for phase, one in seconds.items()}
            for name, seconds in kept["last_phases"].items()
        },
        held={
            str(name): Held(str(node), call, changed, float(looked))
            for name, (node, call, changed, looked) in kept["held"].items()
        },
    )
    for name, (counts, total) in kept["durations"].items():
        if len(counts) == len(BOUNDS) + 1:  # else another version's buckets: begin anew
            totals.durations[str(name)] = Durations([int(count) for count in counts], float(total))
    return totals


def _way(transition: Sequence[str]) -> tuple[str, str, str]:
    origin, target, cause = transition
    return str(origin), str(target), str(cause)
