"""Where one resource ran, from snapshot to snapshot (pure).

A move (or a restart) shows in a start operation that was not there before, on the node that runs the resource
now. A new start, or stop, on another node since the last snapshot was a stage on the way: so a resource that
moved there and back between two snapshots made two moves. Where Pacemaker forgot the start (a cleanup just
then), another holder in two snapshots is a move too.

None of these is one: the start of the other half of a split, which is reported when the halves meet, while
this half's holder kept the resource; a resource that stops, until it runs again.

A node that lost its cluster sees nothing until it is back, and may have kept running what another one took
over. Then it learns of the takeover, and of how running it twice was ended, in one snapshot or in several, of
any stage: what others started or stopped meanwhile is the takeover, whoever holds it by then.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from exporter.watchers.failover.detection.snapshot import Call, Snapshot

CLOCKS_APART = 2.0  # seconds that the nodes' clocks may differ; they report whole seconds
CALLS_KNOWN = 32  # of a resource

Move = tuple[str, str]  # origin and target; the same node twice for a restart


@dataclass(frozen=True)
class Calls:
    """The latest start and stop of one resource, and the probe that found it running, by node."""

    starts: Mapping[str, Call]
    stops: Mapping[str, Call]
    founds: Mapping[str, Call]

    @classmethod
    def of(cls, resource: str, snapshot: Snapshot) -> "Calls":
        return cls(
            {node: call for (name, node), call in snapshot.starts.items() if name == resource},
            {node: call for (name, node), call in snapshot.stops.items() if name == resource},
            {node: call for (name, node), call in snapshot.founds.items() if name == resource},
        )


@dataclass(slots=True)
class Placement:
    """What is known of one resource."""

    holder: str | None = None
    start: Call | None = None  # that made it run there
    looked: float = 0.0  # wall clock, when it was last seen to run there
    unsettled_since: float | None = None  # monotonic seconds; None while it runs on one node
    away: bool = False  # its node lost the cluster then, and has not learned yet what the others did
    _known: dict[tuple[str, Call], None] = field(default_factory=dict)  # in the order they were seen
    _candidate: str | None = None  # another holder without a start of its own, seen once

    @classmethod
    def kept(cls, holder: str, start: Call | None, looked: float) -> "Placement":
        placement = cls(holder, start, looked)
        placement._learn({holder: start} if start else {})
        return placement

    def lose_sight(self, now: float) -> None:
        """Its node could not ask the cluster any more; monotonic seconds."""
        self.away, self.unsettled_since = True, self._since(now)

    def follow(
        self, holders: tuple[str, ...], calls: Calls, excluded: Collection[str], happened: float
    ) -> list[Move]:
        """The moves since the last snapshot that are done; none while it stops or starts, or just runs.

        Calls on `excluded` nodes are no stages of a move.
        """
        if self.holder is None:
            self._settle(holders, calls)
            return []
        if self.away:
            return self._return(self.holder, holders, calls)
        if len(holders) == 1:
            (here,) = holders
            started = self._is_new(here, calls.starts)
            if started or here in (self.holder, self._candidate):
                moved = started or here != self.holder
                moves = self._moves(self.holder, here, calls, excluded) if moved else []
                self._settle(holders, calls)
                self.unsettled_since = self._since(happened) if moves else None
                return moves
        self._candidate = holders[0] if len(holders) == 1 else None
        self.unsettled_since = self._since(happened)
        return []

    def kept_running(self, calls: Calls) -> bool:
        """Whether it was found running on the node where it was seen last, after that."""
        found = calls.founds.get(self.holder or "")
        return found is not None and self._is_recent(found)

    def _return(self, here: str, holders: tuple[str, ...], calls: Calls) -> list[Move]:
        """`here` is back. Nothing before the first snapshot that shows what became of the resource."""
        taken = self._taken_over(here, holders, calls)
        if not taken and holders != (here,):
            return []
        route = [here, *taken]
        again = holders == (here,) if taken else self._is_new(here, calls.starts)
        if again or self._started_after_meeting(route[-1], holders, calls):
            route.append(holders[0])
        moves = list(pairwise(route))
        self._settle((route[-1],), calls)
        self.away, self.unsettled_since = False, self.unsettled_since if moves else None
        return moves

    def _taken_over(self, here: str, holders: tuple[str, ...], calls: Calls) -> list[str]:
        """The other nodes that ran it meanwhile, in the order of what they did; last one whose start was
        forgotten."""
        done = sorted(
            (call.changed or 0.0, node)
            for each in (calls.starts, calls.stops)
            for node, call in each.items()
            if node != here and self._is_new(node, each) and self._is_recent(call)
        )
        nodes = [node for _, node in done]
        return nodes + [node for node in holders if node not in (here, *nodes)]

    def _started_after_meeting(self, last: str, holders: tuple[str, ...], calls: Calls) -> bool:
        """Whether it was ended already that it ran twice: found on the node that kept it, stopped there, and
        started where it runs."""
        found, start = calls.founds.get(self.holder or ""), calls.starts.get(last)
        met = holders == (last,) and self.holder in calls.stops and self.kept_running(calls)
        return bool(met and found and start and (start.changed or 0.0) >= (found.changed or 0.0))

    def _is_recent(self, call: Call) -> bool:
        """Of after it was last seen to run on its node."""
        return call.changed is not None and call.changed >= self.looked - CLOCKS_APART

    def _since(self, happened: float) -> float:
        return happened if self.unsettled_since is None else self.unsettled_since

    def _is_new(self, node: str, calls: Mapping[str, Call]) -> bool:
        return node in calls and (node, calls[node]) not in self._known

    def _moves(self, origin: str, here: str, calls: Calls, excluded: Collection[str]) -> list[Move]:
        """From call to call in the order of their time."""
        starts = [(call, node) for node, call in calls.starts.items() if node != here]
        # Where it began it has stopped anyway; a stop elsewhere means that it ran there.
        stops = [(call, node) for node, call in calls.stops.items() if node not in (here, origin)]
        fresh = {node for each in (calls.starts, calls.stops) for node in each if self._is_new(node, each)}
        between = sorted(
            (call.changed or 0.0, node)
            for call, node in starts + stops
            if node in fresh - set(excluded) and self._is_recent(call)
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
