"""Rounds compared with what clients had (pure)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tests.trials.common.tables import Table
from tests.trials.common.truth import Attempt, Span, outages

BEFORE = 0.1  # seconds around a round in which clients have to be on time
GAP = 0.04  # seconds between two launches of clients, who are to see what lasts for 0.05


@dataclass(frozen=True)
class Round:
    """One outage that was made, and what the page of one kind of probe counted of it."""

    what: str  # was done
    probe: str
    began: float  # monotonic seconds: it was asked for
    over: float  # likewise: by then it had lasted its time, however long it took to be made
    counted: tuple[int, ...]  # outages, by endpoint
    durations: tuple[float, ...]  # seconds, of the last one of each endpoint


@dataclass(frozen=True)
class Row:
    """All rounds of a kind, for a kind of probe."""

    what: str
    probe: str
    made: int
    felt: int  # by clients
    counted: int  # of those that clients felt
    more: int  # counted where clients felt none, or more than they felt
    errors: tuple[float, ...]  # seconds by which the exporter's duration is more

    @property
    def median(self) -> float:
        return median(abs(error) for error in self.errors)

    @property
    def worst(self) -> float:
        return max(abs(error) for error in self.errors)


def judged(rounds: Iterable[Round], attempts: Sequence[Attempt]) -> list[Round]:
    """Those in which clients were launched on time: elsewhere, what they felt is not known."""
    launches = [attempt.launch for attempt in attempts]

    def on_time(one: Round) -> bool:
        first = bisect_left(launches, one.began - BEFORE)
        last = bisect_right(launches, one.over + BEFORE)
        return all(
            later - launch <= GAP for launch, later in pairwise(launches[max(first - 1, 0) : last + 1])
        )

    return [one for one in rounds if on_time(one)]


def rows(rounds: Sequence[Round], attempts: Sequence[Attempt]) -> list[Row]:
    """Of those that are judged, in the order in which they were made."""
    spans, rounds = outages(attempts), judged(rounds, attempts)
    kinds = dict.fromkeys((one.what, one.probe) for one in rounds)
    return [
        _row(what, probe, [one for one in rounds if (one.what, one.probe) == (what, probe)], spans)
        for what, probe in kinds
    ]


def _row(what: str, probe: str, rounds: Sequence[Round], felt_by_clients: Sequence[Span]) -> Row:
    felt = counted = more = made = 0
    errors: list[float] = []
    for one in rounds:
        truth = _of(one, felt_by_clients)
        for number, duration in zip(one.counted, one.durations, strict=True):
            made += 1
            felt += bool(truth)
            counted += bool(truth and number)
            more += max(0, number - len(truth))
            if len(truth) == number == 1:
                errors.append(duration - truth[0].duration)
    return Row(what, probe, made, felt, counted, more, tuple(errors))


def _of(one: Round, spans: Sequence[Span]) -> list[Span]:
    """An outage begins with the launch of its first failure, which may have been under way for long."""
    return [span for span in spans if span.end > one.began and span.start < one.over]


def table(found: Iterable[Row]) -> Table:
    head = (
        "what was done",
        "probe",
        "made",
        "felt by clients",
        "counted",
        "invented",
        "wrong by, median s",
        "worst s",
    )
    return Table(head, [_cells(row) for row in found])


def _cells(row: Row) -> tuple[str, ...]:
    errors = (f"{row.median:.3f}", f"{row.worst:.3f}") if row.errors else ("-", "-")
    return (row.what, row.probe, str(row.made), str(row.felt), str(row.counted), str(row.more), *errors)
