"""What must survive a restart beside the events themselves: counters, the latest events, where resources ran.

Pure. As JSON, here of version 2 with one resource:

    {"events": [["haproxy", "move", "node_lost", 3]],
     "latest": [["haproxy", "move", 1795347742.3, "lb1", "lb2", "node_lost", [["10.0.0.100", 3306, 0.25]]]],
     "last_phases": {"haproxy": {"total": 0.25, "detection": 0.1}},
     "durations": {"haproxy": [[0, 0, 1, ...], 0.25]},
     "held": {"haproxy": ["lb2", 12, 1795347742.0, 1795347742.3]}}
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeVar

from exporter.endpoint import Endpoint
from exporter.watchers.failover.detection.causes import UNKNOWN
from exporter.watchers.failover.events import MOVE, Event, Held
from exporter.watchers.failover.journal import values
from exporter.watchers.histogram import Histogram

# Corosync's token time, 1 s or 3 s, comes before each failover that a dead node causes.
BOUNDS = (0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 120.0)
# Those of 0.1, which its journals have; each of today's is among them.
FORMER_BOUNDS = (
    0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0,
)  # fmt: skip

# A resource that is not watched any more stays on the page (about 40 series) for this long after it was last
# seen to run, moved or restarted, and of those at most so many: the ones seen latest.
FORGET_SECONDS = 7 * 86400.0
MOST_FORMER = 50


T = TypeVar("T")


@dataclass
class Latest:
    """The latest event of one resource and kind."""

    at: float  # seconds since 1970
    origin: str
    target: str
    cause: str
    clients_out: dict[Endpoint, float] = field(default_factory=dict)  # seconds; empty: no probe failed


@dataclass
class Totals:
    events: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # by resource, kind, cause
    latest: dict[tuple[str, str], Latest] = field(default_factory=dict)  # by resource and kind
    last_phases: dict[str, dict[str, float]] = field(default_factory=dict)  # of the resource's latest event
    durations: dict[str, Histogram] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        self.events[event.resource, event.kind, event.cause] += 1
        self.last_phases[event.resource] = {}
        self.describe(event)

    def describe(self, event: Event) -> None:
        """Take it for the latest event of its resource and kind, with the outages known so far."""
        self.latest[event.resource, event.kind] = Latest(
            event.at,
            event.origin,
            event.target,
            event.cause,
            {Endpoint(one.address, one.port): one.seconds for one in event.outages if one.port is not None},
        )

    def observe(self, resource: str, seconds: float) -> None:
        """Count what clients felt of one event."""
        self.durations.setdefault(resource, Histogram(BOUNDS)).observe(seconds)

    @property
    def resources(self) -> frozenset[str]:
        """All that anything is known of."""
        return frozenset(self.held) | {resource for resource, *_ in (*self.events, *self.latest)}

    def forget(self, watched: Collection[str], now: float) -> frozenset[str]:
        """Drop resources that are not watched and were seen last FORGET_SECONDS before `now`, seconds since
        1970, or before MOST_FORMER others. Returns which."""
        seen = {resource: self._seen(resource) for resource in self.resources - set(watched)}
        newest = sorted(seen, key=lambda resource: (-seen[resource], resource))
        gone = frozenset(one for one in newest if now - seen[one] > FORGET_SECONDS) | {*newest[MOST_FORMER:]}
        self.events = Counter({key: count for key, count in self.events.items() if key[0] not in gone})
        self.latest = {key: one for key, one in self.latest.items() if key[0] not in gone}
        for resource in gone:
            self.last_phases.pop(resource, None)
            self.durations.pop(resource, None)
            self.held.pop(resource, None)
        return gone

    def _seen(self, resource: str) -> float:
        held = self.held.get(resource)
        times = [latest.at for (name, _), latest in self.latest.items() if name == resource]
        return max([*times, held.looked if held else 0.0])


def to_json(totals: Totals) -> dict[str, Any]:
    return {
        "events": [[*key, count] for key, count in sorted(totals.events.items())],
        "latest": [
            [
                *key,
                one.at,
                one.origin,
                one.target,
                one.cause,
                [[*at, out] for at, out in one.clients_out.items()],
            ]
            for key, one in sorted(totals.latest.items())
        ],
        "last_phases": {resource: dict(phases) for resource, phases in totals.last_phases.items()},
        "durations": {name: [list(one.counts), one.sum] for name, one in totals.durations.items()},
        "held": {name: [one.node, one.call, one.changed, one.looked] for name, one in totals.held.items()},
    }


def from_json(kept: object, events: Iterable[Event] = ()) -> Totals:
    """What to_json() of this version or of version 1 made; anything else: ValueError.

    `events`, oldest first, are needed where is_version_1(): it kept from, to and cause of moves alone.
    """
    fields = values.mapping(kept)
    totals = Totals(held=_by_name(values.member(fields, "held"), _held))
    for resource, kind, cause, number in _rows(values.member(fields, "events"), 4):
        totals.events[values.text(resource), values.text(kind), values.text(cause)] = values.count(number)
    totals.latest = _latest_of_version_1(fields, totals, events) if is_version_1(fields) else _latest(fields)
    totals.last_phases = _by_name(
        values.member(fields, "last_phases"), lambda phases: _by_name(phases, values.seconds)
    )
    durations = _by_name(values.member(fields, "durations"), _histogram)
    totals.durations = {name: one for name, one in durations.items() if one}
    return totals


def is_version_1(kept: object) -> bool:
    return isinstance(kept, dict) and "last_move" in kept


def _latest(fields: dict[str, object]) -> dict[tuple[str, str], Latest]:
    latest = {}
    for resource, kind, *rest in _rows(values.member(fields, "latest"), 7):
        at, origin, target, cause, clients_out = rest
        latest[values.text(resource), values.text(kind)] = Latest(
            values.timestamp(at),
            values.text(origin),
            values.text(target),
            values.text(cause),
            {
                Endpoint(values.text(address), values.count(port)): values.seconds(out)
                for address, port, out in _rows(clients_out, 3)
            },
        )
    return latest


def _latest_of_version_1(
    fields: dict[str, object], totals: Totals, events: Iterable[Event]
) -> dict[tuple[str, str], Latest]:
    known = Totals()
    for event in events:
        known.describe(event)
    moves = _by_name(values.member(fields, "last_move"), _transition)
    for resource, kind, at in _rows(values.member(fields, "last"), 3):
        name, key = values.text(resource), (values.text(resource), values.text(kind))
        if key in known.latest:
            continue  # the row itself says more
        here = totals.held[name].node if name in totals.held else ""
        origin, target, cause = moves.get(name, ("", "", "")) if key[1] == MOVE else (here, here, UNKNOWN)
        known.latest[key] = Latest(values.timestamp(at), origin, target, cause)
    return known.latest


def _transition(kept: object) -> tuple[str, str, str]:
    ((origin, target, cause),) = _rows([kept], 3)
    return values.text(origin), values.text(target), values.text(cause)


def _held(kept: object) -> Held:
    ((node, call, changed, looked),) = _rows([kept], 4)
    return Held(
        values.text(node),
        values.optional(values.whole, call),
        values.optional(values.timestamp, changed),
        values.timestamp(looked),
    )


def _histogram(kept: object) -> Histogram | None:
    """None where another version had other buckets: it begins anew."""
    ((counts, total),) = _rows([kept], 2)
    numbers = [values.count(one) for one in values.items(counts)]
    seconds = values.seconds(total)
    if len(numbers) == len(FORMER_BOUNDS) + 1:
        numbers = _coarser(numbers)
    return Histogram(BOUNDS, numbers, seconds) if len(numbers) == len(BOUNDS) + 1 else None


def _coarser(numbers: list[int]) -> list[int]:
    """The same observations, counted between today's bounds."""
    merged = [0] * (len(BOUNDS) + 1)
    for bound, number in zip((*FORMER_BOUNDS, inf), numbers, strict=True):
        merged[bisect_left(BOUNDS, bound)] += number
    return merged


def _rows(kept: object, width: int) -> list[list[object]]:
    rows = [values.items(row) for row in values.items(kept)]
    if any(len(row) != width for row in rows):
        raise ValueError(f"expected lists of {width}")
    return rows


def _by_name(kept: object, check: Callable[[object], T]) -> dict[str, T]:
    return {name: check(one) for name, one in values.mapping(kept).items()}
