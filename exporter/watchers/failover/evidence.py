"""Signs, kept for the events that they may explain (pure). Times are monotonic seconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from exporter.watchers.failover.signs import CONFIGURED, DOUBLED, LOST, SHARED, Sign

SIGN_SECONDS = 300.0  # a stop may take its time before it leads to the move
DOUBLED_SECONDS = 60.0  # so long it may take until the one of the two is stopped
_SHORTER = {
    CONFIGURED: 30.0,  # a change by hand says little, and leads to a move at once
    SHARED: 10.0,  # told again each 2 s, as long as it is so
    DOUBLED: DOUBLED_SECONDS,
}
FOLLOW_SECONDS = 5.0  # what was explained, or came to nothing, still explains what resources do that stayed


@dataclass(eq=False)
class Dated:
    sign: Sign
    at: float
    spent: dict[str, float] = field(default_factory=dict)  # by resource, since when it explains nothing of it


class Evidence:
    def __init__(self) -> None:
        self._signs: list[Dated] = []

    def add(self, signs: Iterable[Sign], at: float) -> None:
        self._signs += [Dated(sign, at) for sign in signs]

    def halves_meet(self, at: float, *, told: bool) -> None:
        """A node is back: Pacemaker may find there what two hosts answered for, and need not tell that.
        `told`: also where the resource had an event since they did."""
        shared = {
            one.sign.resource: one.sign
            for one in self._signs
            if one.sign.kind == SHARED and (told or one.sign.resource not in one.spent)
        }
        self.add([replace(sign, kind=DOUBLED) for sign in shared.values()], at)

    def expire(self, now: float) -> None:
        self._signs = [
            one for one in self._signs if now - one.at <= _SHORTER.get(one.sign.kind, SIGN_SECONDS)
        ]

    def of(self, resource: str, now: float) -> list[Dated]:
        """What may explain an event of this resource now."""
        return [one for one in self._signs if now < one.spent.get(resource, float("inf"))]

    def spend(self, resource: str, now: float) -> None:
        """It had an event: all until now was before it."""
        for one in self._signs:
            one.spent[resource] = now

    def outlived(self, homes: Mapping[str, str], now: float) -> None:
        """By resource the node where it runs as before, and which is usable: its loss came to nothing."""
        for resource, node in homes.items():
            for one in self._signs:
                if (one.sign.kind, one.sign.node) == (LOST, node):
                    one.spent.setdefault(resource, now + FOLLOW_SECONDS)

    @staticmethod
    def explained(used: Iterable[Dated], quiet: Iterable[str], now: float) -> None:
        """These signs explained an event, while the `quiet` resources stayed where they were."""
        for one in used:
            for resource in quiet:
                one.spent.setdefault(resource, now + FOLLOW_SECONDS)
