"""Histograms that live as long as the program: prometheus-client's own keep a lock and a registry each."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample


@dataclass(frozen=True)
class Distribution:
    """What a histogram held at one moment."""

    bounds: tuple[float, ...]  # upper ends of the buckets, +Inf not among them
    cumulative: tuple[int, ...]  # one more than bounds: the last one is the count
    sum: float


class Histogram:
    def __init__(self, bounds: Sequence[float]):
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def distribution(self) -> Distribution:
        return Distribution(self._bounds, tuple(accumulate(self._counts)), self._sum)


class HistogramFamily(Metric):
    """Labels are checked, as in exporter.families."""

    def __init__(self, name: str, documentation: str, *labels: str):
        super().__init__(name, documentation, "histogram")
        self._label_names = frozenset(labels)
        self._seen: set[tuple[str, ...]] = set()

    def add(self, values: Distribution, **labels: str) -> None:
        if labels.keys() != self._label_names:
            raise TypeError(f"{self.name} has labels {sorted(self._label_names)}, got {sorted(labels)}")
        key = tuple(labels[name] for name in sorted(labels))
        if key in self._seen:
            raise ValueError(f"{self.name}{labels} is there twice")
        self._seen.add(key)
        ends = (*map(str, values.bounds), "+Inf")
        for end, count in zip(ends, values.cumulative, strict=True):
            self.samples.append(Sample(f"{self.name}_bucket", {**labels, "le": end}, float(count)))
        self.samples.append(Sample(f"{self.name}_count", labels, float(values.cumulative[-1])))
        self.samples.append(Sample(f"{self.name}_sum", labels, values.sum))
