"""Failovers as data: one event for each move or restart of one resource (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MOVE = "move"
RESTART = "restart"
KINDS = (MOVE, RESTART)


@dataclass(frozen=True)
class Moment:
    """One point in time, on both clocks."""

    mono: float
    wall: float  # seconds since 1970

    def wall_of(self, mono: float) -> float:
        """The wall clock's time at another point, by this moment's difference of the two."""
        return self.wall + (mono - self.mono)


@dataclass(frozen=True)
class Outage:
    """A time without service at one address and port. Times are seconds since 1970."""

    address: str
    port: int | None  # None: written by version 1 of the journal, which did not keep it
    start: float
    end: float
    seconds: float  # by the monotonic clock


@dataclass(frozen=True)
class Event:
    """Times are seconds since 1970. An event is reported as soon as it is detected; outages may follow."""

    id: str
    resource: str
    kind: str
    origin: str
    target: str
    cause: str
    at: float  # when it was complete; of a late one when the node says that it started
    detected: float | None  # the first change in the cluster
    late: bool  # not observed while it happened: found when the exporter, or Pacemaker, was back
    evidence: tuple[str, ...]  # changes as sentences, those of the cause first
    # At most one for each address and port; the first is the longest, and `phases` are its parts.
    outages: tuple[Outage, ...] = ()
    phases: Mapping[str, float] = field(default_factory=dict)  # seconds

    @property
    def outage(self) -> Outage | None:
        """What clients felt, at the address and port that were out longest; None: no probe failed."""
        return self.outages[0] if self.outages else None


@dataclass(frozen=True)
class Held:
    """Where a resource ran at the latest look, for the next start of the exporter."""

    node: str
    call: int | None  # of the start that made it run there; None if Pacemaker does not know it any more
    changed: float | None
    looked: float  # seconds since 1970
