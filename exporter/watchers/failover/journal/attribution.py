"""Which outage belongs to which event. Pure: times are arguments.

An event stays open for a while after it was detected, since the outage that it caused may end later; and
finished outages are remembered for events that are detected later. Each address and port has its own outages:
of those that may belong to an event the nearest in time counts, and the longest of those that overlap it.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from exporter.endpoint import Endpoint
from exporter.watchers.failover.detection.detector import Detected
from exporter.watchers.failover.events import Event, Moment, Outage
from exporter.watchers.failover.journal.phases import Felt, Points, phases
from exporter.watchers.failover.journal.totals import Totals

BEFORE_SECONDS = 5.0  # an outage that ended before the first change may belong to it if it began so late
AFTER_SECONDS = 1.0  # … or one that began this long after the event was detected
OPEN_SECONDS = 10.0  # after that without an outage, clients felt nothing
LONGEST_SECONDS = 3600.0  # an event waits for the end of its outage
RECENT = 64  # finished outages remembered

Rank = tuple[float, float]


@dataclass(frozen=True)
class _Match:
    """The outage of one address and port that fits an event best so far."""

    rank: Rank
    felt: Felt
    outage: Outage


@dataclass
class _Open:
    """An event that outages may still belong to."""

    event: Event
    points: Points
    addresses: frozenset[str]  # of what moves together; empty: not known, so any
    done: float  # monotonic seconds
    latest: bool = True  # of its resource
    latest_of_kind: bool = True
    matches: dict[Endpoint, _Match] = field(default_factory=dict)

    @property
    def first_change(self) -> float:
        return self.done if self.points.detected is None else self.points.detected

    def may_have(self, endpoint: Endpoint, felt: Felt) -> bool:
        in_time = felt.start <= self.done + AFTER_SECONDS
        near = felt.end >= self.first_change or felt.start >= self.first_change - BEFORE_SECONDS
        return in_time and near and (not self.addresses or endpoint.host in self.addresses)

    def rank(self, felt: Felt) -> Rank:
        """The higher, the better it fits: how near, then how long."""
        return min(0.0, felt.end - self.first_change), felt.end - felt.start

    def take(self, endpoint: Endpoint, match: _Match) -> None:
        self.matches[endpoint] = match
        ranked = sorted(self.matches.values(), key=lambda one: one.rank, reverse=True)
        self.event = replace(
            self.event,
            outages=tuple(one.outage for one in ranked),
            phases=phases(ranked[0].felt, self.points),
        )

    def superseded_by(self, event: Event) -> None:
        if event.resource == self.event.resource:
            self.latest = False
            self.latest_of_kind = self.latest_of_kind and event.kind != self.event.kind

    def over(self, now: float, failing: Collection[Endpoint]) -> bool:
        """Whether no outage can belong to it any more."""
        if now - self.done > LONGEST_SECONDS:
            return True
        out = any(not self.addresses or endpoint.host in self.addresses for endpoint in failing)
        return now - self.done > OPEN_SECONDS and not out


@dataclass
class _Finished:
    """A finished outage, and by resource the id of the first event that it belongs to."""

    endpoint: Endpoint
    felt: Felt
    events: dict[str, str] = field(default_factory=dict)

    def claim(self, one: _Open) -> bool:
        """What began after the outage did not cause it, if an earlier event of the resource did."""
        first = self.events.setdefault(one.event.resource, one.event.id)
        return first == one.event.id or one.first_change <= self.felt.end


class Attribution:
    def __init__(self, totals: Totals):
        """`totals` are kept up to date with what is attributed."""
        self.totals = totals
        self._open: list[_Open] = []
        self._recent = deque[_Finished](maxlen=RECENT)

    def add(
        self, found: Detected, arrivals: Mapping[str, float], addresses: frozenset[str], now: Moment
    ) -> Event:
        """The event with the outages known so far.

        `arrivals`: for each address of this host since when it is here, monotonic seconds. `addresses` are
        those of the resources that move with the event's; empty: not known.
        """
        event = found.event
        first = found.done if found.first_change is None else found.first_change
        came = [at for address, at in arrivals.items() if not addresses or address in addresses]
        recent = [at for at in came if first - BEFORE_SECONDS <= at <= found.done]
        points = Points(event.kind, found.first_change, min(recent) if recent else None)
        self.totals.add(event)
        for earlier in self._open:
            earlier.superseded_by(event)
        opened = _Open(event, points, addresses, found.done)
        self._open.append(opened)
        for finished in self._recent:
            self._attach(opened, finished, now)
        return opened.event

    def outage(self, endpoint: Endpoint, felt: Felt, now: Moment) -> list[Event]:
        """The events that a finished outage belongs to, with it."""
        finished = _Finished(endpoint, felt)
        self._recent.append(finished)  # its event may be detected later
        return [one.event for one in self._open if self._attach(one, finished, now)]

    def _attach(self, one: _Open, finished: _Finished, now: Moment) -> bool:
        endpoint, felt = finished.endpoint, finished.felt
        if not one.may_have(endpoint, felt) or not finished.claim(one):
            return False
        rank, known = one.rank(felt), one.matches.get(endpoint)
        if known and rank <= known.rank:
            return False
        start, end = now.wall_of(felt.start), now.wall_of(felt.end)
        one.take(endpoint, _Match(rank, felt, Outage(*endpoint, start, end, felt.end - felt.start)))
        if one.latest_of_kind:
            self.totals.describe(one.event)
        if one.latest:
            self.totals.last_phases[one.event.resource] = dict(one.event.phases)
        return True

    def close(self, now: float, failing: Collection[Endpoint] = ()) -> bool:
        """Let go of events that no outage can belong to any more; `failing` are out just now.

        Returns whether a duration was counted.
        """
        over = [one for one in self._open if one.over(now, failing)]
        self._open = [one for one in self._open if one not in over]
        felt = [(one.event.resource, one.event.outage.seconds) for one in over if one.event.outage]
        for resource, seconds in felt:
            self.totals.observe(resource, seconds)
        return bool(felt)

    @property
    def waiting(self) -> bool:
        """Whether outages may still belong to an event."""
        return bool(self._open)
