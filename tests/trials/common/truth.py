"""Outages that clients had, from the log of client.py, by the definition in docs/metrics.md (pure).

An outage: from the launch of the first failed attempt to the completion of the first success launched after
the last failed one; failures less than one second apart belong to one outage. The whole log is looked at once
it is there, backwards and forwards; the exporter's ledger has to decide as it goes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deploy.lab.errors import LabError

APART = 1.0  # seconds


@dataclass(frozen=True)
class Attempt:
    launch: float  # monotonic seconds
    end: float
    failed: bool


@dataclass(frozen=True)
class Span:
    """An outage, by the monotonic clock."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start

    def overlap(self, other: "Span") -> float:
        """Seconds; below 0 the distance between them."""
        return min(self.end, other.end) - max(self.start, other.start)


def parse(lines: Iterable[str]) -> list[Attempt]:
    """In the order of launch. A line: ``5123.114501 5123.116034 -``."""
    found = []
    for line in lines:
        fields = line.split()
        try:
            launch, end, how = fields
            found.append(Attempt(float(launch), float(end), how != "-"))
        except ValueError:
            raise LabError(f"the ground truth's client says: {line.strip()}") from None
    return sorted(found, key=lambda attempt: attempt.launch)


def outages(attempts: Sequence[Attempt]) -> list[Span]:
    """Those that ended."""
    recovery = _Recovery([attempt for attempt in attempts if not attempt.failed])
    spans: list[Span] = []
    for first, last in _groups([attempt.launch for attempt in attempts if attempt.failed]):
        end = recovery.after(last)
        if end is None:
            continue
        start = first
        while spans and spans[-1].end > start:  # nothing had recovered before this failure
            start = spans.pop().start
        spans.append(Span(start, end))
    return spans


def _groups(failures: Sequence[float]) -> Iterable[tuple[float, float]]:
    """First and last launch of failures that are less than a second from the next."""
    edges = [index for index in range(1, len(failures)) if failures[index] - failures[index - 1] >= APART]
    starts, ends = [0, *edges], [*edges, len(failures)]
    return [(failures[start], failures[end - 1]) for start, end in zip(starts, ends, strict=True) if failures]


class _Recovery:
    """The earliest end of the successes launched after a time."""

    def __init__(self, successes: Sequence[Attempt]):
        self._launches = [success.launch for success in successes]
        self._earliest: list[float] = []
        earliest = float("inf")
        for success in reversed(successes):
            earliest = min(earliest, success.end)
            self._earliest.append(earliest)
        self._earliest.reverse()

    def after(self, launch: float) -> float | None:
        index = bisect_right(self._launches, launch)
        return self._earliest[index] if index < len(self._earliest) else None


def longest_gap(attempts: Sequence[Attempt]) -> float:
    """Between two launches: nothing shorter than this can be measured by these attempts."""
    launches = [attempt.launch for attempt in attempts]
    return max((later - one for one, later in pairwise(launches)), default=0.0)
