"""Where one resource ran, from snapshot to snapshot (pure).

A transition is reported by a start that was not there before, on the node that runs the resource now. A start, or a
stop, elsewhere since the last snapshot was a place on its transition: so a resource that moved there and back between
two snapshots made two transitions. Where Pacemaker forgot the start (a cleanup at that moment), another holder in two
snapshots is a transition too.

None is: a start of the other half of a split, reported when the halves meet, while this half's holder kept the
resource; a resource that stops, until it runs again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from exporter.watchers.failover.detection.snapshot import Call, Snapshot

CLOCKS_APART = 2.0  # seconds that the nodes' clocks may differ; they tell whole seconds
CALLS_KNOWN = 32  # of a resource

Transition = tuple[str, str]  # origin and target, the same for a restart


@dataclass(frozen=True)
class Calls:
    """What nodes say of one resource, by node."""

    starts: Mapping[str, Call]
    stops: Mapping[str, Call]

    @classmethod
    def of(cls, resource: str, snapshot: Snapshot) -> "Calls":
        return cls(
            {node: call for (name, node), call in snapshot.starts.items() if name == resource},
            {node: call for (name, node), call in snapshot.stops.items() if name == resource},
        )


@dataclass(slots=True)
class Placement:
    """What is known of one resource."""

    holder: str | None = None
    start: Call | None = None  # that made it run there
    looked: float = 0.0  # wall clock, when it was last seen to run there
    restless: float | None = None  # monotonic seconds since when it is not quietly at its place
    _known: dict[tuple[str, Call], None] = field(default_factory=dict)  # in the order they were seen
    _candidate: str | None = None  # another holder without a start of its own, seen once

    @classmethod
    def kept(cls, holder: str, start: Call | None, looked: float) -> "Placement":
        placement = cls(holder, start, looked)
        placement._learn({holder: start} if start else {})
        return placement

    def follow(
        self, holders: tuple[str, ...], calls: Calls, excluded: Collection[str], happened: float
    ) -> list[Transition]:
        """The transitions that the resource took since the last snapshot; none while it is on one, or quietly there.

        `excluded` nodes were no place on its transition, whatever they say.
        """
        if self.holder is None:
            self._settle(holders, calls)
            return []
        if len(holders) == 1:
            (here,) = holders
            started = self._fresh(here, calls.starts)
            if started or here in (self.holder, self._candidate):
                moved = started or here != self.holder
                transitions = self._transitions(self.holder, here, calls, excluded) if moved else []
                self._settle(holders, calls)
                self.restless = self._since(happened) if transitions else None
                return transitions
        self._candidate = holders[0] if len(holders) == 1 else None
        self.restless = self._since(happened)
        return []

    def _since(self, happened: float) -> float:
        return happened if self.restless is None else self.restless

    def _fresh(self, node: str, calls: Mapping[str, Call]) -> bool:
        return node in calls and (node, calls[node]) not in self._known

    def _transitions(
        self, origin: str, here: str, calls: Calls, excluded: Collection[str]
    ) -> list[Transition]:
        """From call to call in the order of their time."""
        starts = [(call.changed, node) for node, call in calls.starts.items() if node != here]
        # Where it began it has stopped anyway; a stop elsewhere means that it ran there.
        stops = [(call.changed, node) for node, call in calls.stops.items() if node not in (here, origin)]
        fresh = {node for each in (calls.starts, calls.stops) for node in each if self._fresh(node, each)}
        between = sorted(
            (changed, node)
            for changed, node in starts + stops
            if node in fresh - set(excluded) and changed is not None and changed >= self.looked - CLOCKS_APART
        )
        return list(pairwise([origin, *(node for _, node in between), here]))

    def _settle(self, holders: tuple[str, ...], calls: Calls) -> None:
        self._learn(calls.stops)
        self._learn(calls.starts)
        self._candidate = None
        if len(holders) == 1:
            (here,) = holders
            self.start = calls.starts.get(here, self.start if self.holder == here else None)
            self.holder = here

    def _learn(self, calls: Mapping[str, Call]) -> None:
        for key in calls.items():
            self._known.pop(key, None)
            self._known[key] = None
        while len(self._known) > CALLS_KNOWN:
            del self._known[next(iter(self._known))]
