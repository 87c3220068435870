"""Changes, kept for the events that they may explain (pure). Times are monotonic seconds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from exporter.watchers.failover.detection.kinds import (
    CONFIGURED,
    DEGRADED,
    DOUBLED,
    IMPROVED,
    LOST,
    NO_QUORUM,
    SHARED,
    UNREADABLE,
    Change,
)

CHANGE_SECONDS = 300.0  # a stop may take its time before it leads to the move
DOUBLED_SECONDS = 60.0  # how long it may take until one of the two is stopped
_SHORTER = {
    CONFIGURED: 30.0,  # a change by hand says little, and leads to a move at once
    DEGRADED: 60.0,  # Pacemaker acts on attributes and quorum at once; a stop may take a while
    IMPROVED: 60.0,
    NO_QUORUM: 60.0,
    SHARED: 10.0,  # reported again every 2 s, as long as it is so
    DOUBLED: DOUBLED_SECONDS,
}
INSTANCE_SECONDS = 60.0  # a failed instance of a clone is started again in place, which no event uses up
FOLLOW_SECONDS = 5.0  # what was explained, or came to nothing, still explains events of resources that stayed


@dataclass(eq=False)
class Dated:
    change: Change
    at: float
    spent: dict[str, float] = field(
        default_factory=dict
    )  # by resource: from then on it explains none of its events


class Evidence:
    def __init__(self) -> None:
        self._changes: list[Dated] = []

    def add(self, changes: Iterable[Change], at: float) -> None:
        self._changes += [Dated(change, at) for change in changes]

    def halves_meet(self, at: float, *, reported: bool) -> None:
        """A node is back: Pacemaker may find running there what two hosts answered for, and need not say so.
        `reported`: also where the resource had an event since they did."""
        shared = {
            one.change.resource: one.change
            for one in self._changes
            if one.change.kind == SHARED and (reported or one.change.resource not in one.spent)
        }
        self.add([replace(change, kind=DOUBLED) for change in shared.values()], at)

    def expire(self, now: float, unsettled: Iterable[float] = ()) -> None:
        """Forgets what is too old. `unsettled` is since when resources do not run: what came about then stays
        until they run again, which without quorum, or with shutdown-lock, may be hours later."""
        moments = (now, *unsettled)
        self._changes = [one for one in self._changes if any(_is_near(one, moment) for moment in moments)]

    def of(self, resource: str, now: float, unsettled: float | None = None) -> list[Dated]:
        """What may explain an event of this resource now; `unsettled` is since when it did not run."""
        moments = (now,) if unsettled is None else (now, unsettled)
        return [
            one
            for one in self._changes
            if now < one.spent.get(resource, float("inf"))
            and any(_is_near(one, moment) for moment in moments)
        ]

    def of_a_split(self) -> list[Dated]:
        """What was held or ran twice a moment ago, also where that has explained an event already: what
        belongs to the address is started anew some seconds after it."""
        return [
            Dated(replace(one.change, kind=SHARED), one.at)
            for one in self._changes
            if one.change.kind in (SHARED, DOUBLED)
        ]

    def doubled(self, names: Collection[str]) -> bool:
        """Whether one of these resources ran in two places within the last minute."""
        return any(one.change.kind == DOUBLED and one.change.resource in names for one in self._changes)

    def spend(self, resource: str, now: float, sparing: Collection[str] = ()) -> None:
        """It had an event: all until now was before it, but for the kinds `sparing`."""
        for one in self._changes:
            if one.change.kind not in sparing:
                one.spent[resource] = now

    def outlived(self, homes: Mapping[str, str], now: float) -> None:
        """By resource the node where it runs as before, and which is usable: that node's loss came to
        nothing."""
        for resource, node in homes.items():
            for one in self._changes:
                if one.change.kind in (LOST, UNREADABLE) and one.change.node == node:
                    one.spent.setdefault(resource, now + FOLLOW_SECONDS)

    @staticmethod
    def explained(used: Iterable[Dated], settled: Iterable[str], now: float) -> None:
        """These changes explained an event, while the `settled` resources stayed where they were."""
        for one in used:
            for resource in settled:
                one.spent.setdefault(resource, now + FOLLOW_SECONDS)


def _is_near(one: Dated, moment: float) -> bool:
    usual = INSTANCE_SECONDS if one.change.instance else CHANGE_SECONDS
    return abs(moment - one.at) <= _SHORTER.get(one.change.kind, usual)
