"""How long each part of a failover took for clients, as far as this host observed it (pure).

fault     launch of the first probe that failed
detected  first change in the cluster
address   the address is on its new node (observed there alone)
service   HAProxy answers
recovered the end of the outage
"""

from dataclasses import dataclass
from typing import Protocol

from exporter.watchers.failover.events import MOVE

PHASES = ("detection", "address", "service", "reconnect", "total")


class FinishedOutage(Protocol):
    """An outage as a prober reports it, in monotonic seconds."""

    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def answered(self) -> float | None: ...


@dataclass(frozen=True)
class Felt:
    """A finished outage of one address and port, in monotonic seconds."""

    start: float
    end: float
    answered: float | None = (
        None  # HAProxy accepted a connection again, and went on doing so; None: not known
    )


@dataclass(frozen=True)
class Points:
    """Of one event, in monotonic seconds; None where this host did not observe it."""

    kind: str
    detected: float | None
    address: float | None


def phases(felt: Felt, points: Points) -> dict[str, float]:
    """Seconds by phase. A change before clients felt anything (a move by hand) took 0 s to detect."""
    seconds = {"total": felt.end - felt.start}
    at = felt.start
    if points.detected is not None:
        at = _within(points.detected, at, felt.end)
        seconds["detection"] = at - felt.start
    if points.address is not None:
        came = _within(points.address, at, felt.end)
        seconds["address"], at = came - at, came
    elif points.kind == MOVE:
        return seconds  # when the address came is not known here, so what followed can't be divided
    if felt.answered is not None:
        answered = _within(felt.answered, at, felt.end)
        seconds["service"], at = answered - at, answered
        seconds["reconnect"] = felt.end - at
    return seconds


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
