"""Outages that clients had, from the log of client.py, by the definition in docs/metrics.md (pure).

An outage: from the launch of the first failed attempt to the completion of the first success launched after
the last failed one; failures less than one second apart belong to one outage. The whole log is looked at once
it is there, backwards and forwards; the exporter's ledger has to decide as it goes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from deploy.lab.errors import LabError

APART = 1.0  # seconds
EVERY = 0.01  # seconds between logins, where durations are measured


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
    failed: int | None = field(default=None, compare=False)  # attempts; None where they were not counted

    @property
    def duration(self) -> float:
        return self.end - self.start

    @property
    def failing(self) -> float:
        """Seconds of it in which attempts failed. An address that moves without a pause may reset the one
        that is on its way, while the next ones wait and succeed: who tries less often may not meet it.
        """
        return self.duration if self.failed is None else min(self.duration, self.failed * EVERY)

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
    for group in _groups([attempt.launch for attempt in attempts if attempt.failed]):
        end = recovery.after(group[-1])
        if end is None:
            continue
        start, failed = group[0], len(group)
        while spans and spans[-1].end > start:  # nothing had recovered before this failure
            start, failed = spans[-1].start, failed + (spans.pop().failed or 0)
        spans.append(Span(start, end, failed))
    return spans


def _groups(failures: Sequence[float]) -> Iterable[Sequence[float]]:
    """Launches of failures that are less than a second from the next."""
    edges = [index for index in range(1, len(failures)) if failures[index] - failures[index - 1] >= APART]
    starts, ends = [0, *edges], [*edges, len(failures)]
    return [failures[start:end] for start, end in zip(starts, ends, strict=True) if failures]


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
