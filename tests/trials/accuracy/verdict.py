"""Ground truth compared with the page: pairs, and whether the targets are met (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.trials.common.truth import Span

SEEN_FROM = 0.15  # seconds: every outage in which attempts fail for so long is seen
MEDIAN, WORST = 0.12, 0.25  # seconds by which a duration may be wrong
NEAR = 0.3  # seconds by which the same outage may differ in time between two clients
FEWEST = 40  # outages that a verdict is made of


@dataclass(frozen=True)
class Row:
    trial: str
    truth: Span | None  # None: invented
    page: Span | None  # None: not seen

    @property
    def error(self) -> float | None:
        """Seconds by which the exporter's duration is more."""
        return self.page.duration - self.truth.duration if self.truth and self.page else None

    @property
    def counts(self) -> bool:
        """Whether the targets speak of it."""
        return self.truth is None or self.truth.failing >= SEEN_FROM


@dataclass(frozen=True)
class Target:
    what: str
    wanted: str
    measured: str
    met: bool


def pair(truth: Sequence[Span], page: Sequence[Span], name: Callable[[float], str]) -> list[Row]:
    """Each outage with the one that overlaps it most, in the order of time; `name` of the trial at a time."""
    left, rows = list(page), []
    for span in truth:
        best = max(left, key=span.overlap, default=None)
        if best and span.overlap(best) > -NEAR:
            left.remove(best)
            rows.append(Row(name(span.start), span, best))
        else:
            rows.append(Row(name(span.start), span, None))
    rows += [Row(name(span.start), None, span) for span in left]
    return sorted(rows, key=_start)


def _start(row: Row) -> float:
    one = row.truth or row.page
    return one.start if one else 0.0


def targets(rows: Sequence[Row], fewest: int = FEWEST) -> list[Target]:
    judged = [row for row in rows if row.counts and row.truth]
    missed = [row for row in judged if row.page is None]
    invented = [row for row in rows if row.truth is None]
    errors = [abs(row.error) for row in judged if row.error is not None]
    middle, worst = (median(errors), max(errors)) if errors else (0.0, 0.0)
    return [
        Target("outages judged", f"≥ {fewest}", str(len(judged)), len(judged) >= fewest),
        Target(f"missed, of {SEEN_FROM:g} s and longer", "0", str(len(missed)), not missed),
        Target("invented", "0", str(len(invented)), not invented),
        Target("duration wrong by, median", f"≤ {MEDIAN:g} s", f"{middle:.3f} s", middle <= MEDIAN),
        Target("duration wrong by, at worst", f"≤ {WORST:g} s", f"{worst:.3f} s", worst <= WORST),
    ]
