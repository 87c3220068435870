"""Histograms that live as long as the program: filled and put on the page in this one place (pure).

prometheus-client's own need a registry, and can't be written to a file and read back.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample


@dataclass(frozen=True)
class Distribution:
    """What a histogram held at one moment."""

    bounds: tuple[float, ...]  # upper bounds of the buckets, +Inf not among them
    cumulative: tuple[int, ...]  # one more than bounds: the last one is the count
    sum: float


@dataclass
class Histogram:
    """`counts` has one entry for each bucket and a last one for what is above all bounds; not cumulative."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    sum: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.bounds) + 1)
        if len(self.counts) != len(self.bounds) + 1:
            raise ValueError(f"{len(self.counts)} counts for {len(self.bounds)} bounds, expected one more")

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def distribution(self) -> Distribution:
        return Distribution(self.bounds, tuple(accumulate(self.counts)), self.sum)


class HistogramFamily(Metric):
    """A histogram's series, made new for each scrape. Labels are checked, as in exporter.families."""

    def __init__(self, name: str, documentation: str, *labels: str):
        super().__init__(name, documentation, "histogram")
        self._label_names = frozenset(labels)
        self._seen: set[tuple[str, ...]] = set()

    def add(self, values: Distribution, **labels: str) -> None:
        """Raises TypeError for other labels than the family's, ValueError for the same labels again."""
        if labels.keys() != self._label_names:
            raise TypeError(f"{self.name} has labels {sorted(self._label_names)}, got {sorted(labels)}")
        key = tuple(labels[name] for name in sorted(labels))
        if key in self._seen:
            raise ValueError(f"{self.name}{labels} was added before")
        self._seen.add(key)
        ends = (*map(str, values.bounds), "+Inf")
        for end, count in zip(ends, values.cumulative, strict=True):
            self.samples.append(Sample(f"{self.name}_bucket", {**labels, "le": end}, float(count)))
        self.samples.append(Sample(f"{self.name}_count", labels, float(values.cumulative[-1])))
        self.samples.append(Sample(f"{self.name}_sum", labels, values.sum))
