"""What was seen: results of attempts and outages in, seconds and a summary out (pure)."""

import math
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.watchers.prober.result import AttemptResult

KEPT_OUTAGES = 1000  # the latest; the numbers count all
PERCENTAGES = (50.0, 90.0, 99.0, 99.9)
_STEP = math.log(1.01)  # a percentile is right to half a percent


@dataclass(frozen=True)
class FinishedOutage:
    """As Outage of the prober, by the wall clock."""

    start: float  # wall clock
    duration: float
    slowest_connect: float

    @property
    def end(self) -> float:
        return self.start + self.duration


@dataclass(frozen=True)
class Second:
    """The attempts that ended since the line before."""

    at: float  # wall clock of its end
    attempts: int
    answered: int
    failures: Mapping[str, int]  # by reason, those that happened
    detail: str  # of the latest failure
    slowest: float | None  # seconds, of those that were answered
    servers: Mapping[str, int]
    waiting: int  # launched, without an answer as yet
    out: float  # age of the present outage, 0 when there is none
    trouble: str = ""  # why no attempts can be made just now


@dataclass(frozen=True)
class Summary:
    seconds: float
    attempts: int  # that ended
    answered: int
    failures: Mapping[str, int]
    detail: str  # of the latest failure
    servers: Mapping[str, int]
    waiting: int  # at the end
    out: float  # age of the outage that lasts at the end
    outages: int
    outage_seconds: float
    longest: float
    last_outages: tuple[FinishedOutage, ...]
    fastest: float | None
    slowest: float | None
    percentiles: Mapping[float, float]  # percentage to seconds


class Times:
    """How long any number of attempts took, in bounded memory."""

    def __init__(self) -> None:
        self.fastest: float | None = None
        self.slowest: float | None = None
        self._counts: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        self.fastest = seconds if self.fastest is None else min(seconds, self.fastest)
        self.slowest = seconds if self.slowest is None else max(seconds, self.slowest)
        self._counts[round(math.log(max(seconds, 1e-6)) / _STEP)] += 1

    def percentile(self, percentage: float) -> float | None:
        """The seconds that so many of a hundred did not exceed."""
        if self.fastest is None or self.slowest is None:
            return None
        wanted, seen = math.ceil(self._counts.total() * percentage / 100), 0
        for step in sorted(self._counts):
            seen += self._counts[step]
            if seen >= wanted:
                return min(max(math.exp(step * _STEP), self.fastest), self.slowest)
        return self.slowest


@dataclass(slots=True)
class _Results:
    answered: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    servers: Counter[str] = field(default_factory=Counter)
    detail: str = ""
    slowest: float | None = None

    @property
    def ended(self) -> int:
        return self.answered + self.failures.total()

    def add(self, result: AttemptResult) -> None:
        if result.reason is not None:
            self.failures[result.reason] += 1
            self.detail = result.detail
            return
        self.answered += 1
        total = result.phases["total"]
        self.slowest = total if self.slowest is None else max(total, self.slowest)
        if result.server is not None:
            self.servers[result.server] += 1


class Record:
    def __init__(self) -> None:
        self._second, self._all, self._times = _Results(), _Results(), Times()
        self._outages, self._outage_seconds, self._longest = 0, 0.0, 0.0
        self._last_outages = deque[FinishedOutage](maxlen=KEPT_OUTAGES)

    @property
    def attempts(self) -> int:
        """How many have ended."""
        return self._all.ended

    @property
    def answered(self) -> int:
        return self._all.answered

    def add_result(self, result: AttemptResult) -> None:
        self._second.add(result)
        self._all.add(result)
        if result.reason is None:
            self._times.add(result.phases["total"])

    def add_outage(self, outage: FinishedOutage) -> None:
        self._outages += 1
        self._outage_seconds += outage.duration
        self._longest = max(self._longest, outage.duration)
        self._last_outages.append(outage)

    def second(self, at: float, waiting: int, out: float, trouble: str = "") -> Second:
        """What came since the last call."""
        seen, self._second = self._second, _Results()
        return Second(
            at=at,
            attempts=seen.ended,
            answered=seen.answered,
            failures=seen.failures,
            detail=seen.detail,
            slowest=seen.slowest,
            servers=seen.servers,
            waiting=waiting,
            out=out,
            trouble=trouble,
        )

    def summary(self, seconds: float, waiting: int, out: float) -> Summary:
        found = {percentage: self._times.percentile(percentage) for percentage in PERCENTAGES}
        return Summary(
            seconds=seconds,
            attempts=self._all.ended,
            answered=self._all.answered,
            failures=self._all.failures,
            detail=self._all.detail,
            servers=self._all.servers,
            waiting=waiting,
            out=out,
            outages=self._outages,
            outage_seconds=self._outage_seconds,
            longest=self._longest,
            last_outages=tuple(self._last_outages),
            fastest=self._times.fastest,
            slowest=self._times.slowest,
            percentiles={one: value for one, value in found.items() if value is not None},
        )
