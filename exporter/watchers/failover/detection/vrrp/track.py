"""One VRRP instance from look to look."""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from exporter.watchers.failover.detection.vrrp.causes import SILENT, STILL_HEARD
from exporter.watchers.failover.detection.vrrp.changes import SHARED, Change
from exporter.watchers.failover.detection.vrrp.snapshot import BACKUP, FAULT, INIT, Shown
from exporter.watchers.failover.events import Moment

CHANGE_SECONDS = 30.0  # a lowered priority takes effect after up to four advertisements
SHARED_SECONDS = 10.0  # reported again every 2 s, as long as it is so
LOOKS = 32
# A master is given up after three advertisements that did not come, and up to one more (RFC 5798, Skew_Time).
# So many of the last were missing if it fell silent; none if it was heard until then.
_MISSING = 2


@dataclass(frozen=True)
class Dated:
    change: Change
    at: float  # monotonic seconds


@dataclass(frozen=True)
class _Look:
    wall: float
    received: int
    children: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Loss:
    """The addresses left this host, and it is not known yet who has them."""

    mono: float
    wall: float  # of Keepalived's own transition, where it said one; seconds since 1970
    received: int  # advertisements until then
    evidence: tuple[Dated, ...]


@dataclass
class Track:
    holder: str | None = None  # who had it at the latest look that showed one
    looked: float = 0.0  # when, seconds since 1970
    from_journal: bool = False  # what is known of it is from before this run
    loss: Loss | None = None
    evidence: list[Dated] = field(default_factory=list)
    _doubted: bool = False
    _looks: deque[_Look] = field(default_factory=lambda: deque(maxlen=LOOKS))

    def begin(self, holder: str, looked: float) -> None:
        """This run has seen for the first time who has the addresses."""
        self.holder, self.looked, self.from_journal = holder, looked, False

    def add(self, changes: Iterable[Change], at: float) -> None:
        self.evidence += [Dated(change, at) for change in changes]

    def doubts(self, shown: Shown, here: str) -> bool:
        """Whether Keepalived was asked just before it took over: the next look, which is due, says more."""
        early = self.holder != here and shown.state in (INIT, BACKUP, FAULT) and not self._doubted
        self._doubted = early
        return early

    def take(self, keep: Collection[str] = ()) -> list[Dated]:
        """The evidence, for an event that uses it up but for these kinds."""
        taken = self.evidence
        self.evidence = [one for one in taken if one.change.kind in keep]
        return taken

    def expire(self, now: float) -> None:
        self.evidence = [
            one
            for one in self.evidence
            if now - one.at <= (SHARED_SECONDS if one.change.kind == SHARED else CHANGE_SECONDS)
        ]

    def note(self, shown: Shown, children: tuple[tuple[int, float], ...], now: Moment) -> None:
        self._looks.append(_Look(now.wall, shown.received, children))

    def heard_since(self, shown: Shown, children: tuple[tuple[int, float], ...]) -> float | None:
        """When the look before was, seconds since 1970, if another host has advertised since: it had the
        addresses in between."""
        look = self._looks[-1] if self._looks else None
        heard = look is not None and look.children == children and shown.received > look.received
        return look.wall if look and heard else None

    def heard(self, shown: Shown, children: tuple[tuple[int, float], ...]) -> Change | None:
        """Whether the other host was heard until this one took over at `shown.since`; None: not known.

        By how many advertisements came since a look before it would have been heard last.
        """
        before = [
            look
            for look in self._looks
            if look.children == children and look.wall <= shown.since - 4 * shown.interval
        ]
        if not before or shown.interval <= 0:
            return None
        look = before[-1]
        due = (shown.since - look.wall) / shown.interval
        if shown.received - look.received > due - _MISSING:
            return Change(STILL_HEARD, "the other host advertised a lower priority than this one's")
        return Change(SILENT, "the other host was not heard any more")
