"""What is reported of a failover: one event for each move or restart of one resource."""

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
class Event:
    """Times are seconds since 1970. An event is reported as soon as it is seen; `outage` may come later."""

    id: str
    resource: str
    kind: str
    origin: str
    target: str
    cause: str
    at: float  # when it was seen done; of a late one when the node says that it started
    detected: float | None  # the first change in the cluster
    late: bool  # nobody looked while it happened: found when the exporter, or Pacemaker, was back
    evidence: tuple[str, ...]  # changes in sentences, the cause's own first
    outage: "Outage | None" = None
    phases: Mapping[str, float] = field(default_factory=dict)  # seconds


@dataclass(frozen=True)
class Outage:
    """What clients felt of it. Times are seconds since 1970."""

    address: str
    start: float
    end: float
    seconds: float  # by the monotonic clock


@dataclass(frozen=True)
class Held:
    """Where a resource was seen last, for the next start of the exporter."""

    node: str
    call: int | None  # of the start that made it run there; None if Pacemaker does not know it any more
    changed: float | None
    looked: float  # seconds since 1970
