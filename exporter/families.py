"""Metric families whose labels are checked.

prometheus-client zips label names with values: a missing value silently drops the label. And a series
that is there twice costs the whole page. Here both are errors of one source.
"""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from exporter.errors import Unparsable


class Family(Metric):
    """One metric with all its series. Made new for each scrape."""

    def __init__(self, name: str, documentation: str, kind: str, labels: tuple[str, ...]):
        # prometheus-client keeps a counter's family without the suffix and writes it back.
        super().__init__(name.removesuffix("_total") if kind == "counter" else name, documentation, kind)
        self._series_name = name
        self._label_names = frozenset(labels)
        self._values: dict[tuple[str, ...], float] = {}

    def add(self, value: float, /, **labels: str) -> None:
        """Add one series. The same series again is let pass if it says the same, else Unparsable."""
        if labels.keys() != self._label_names:
            raise TypeError(
                f"{self._series_name} has labels {sorted(self._label_names)}, got {sorted(labels)}"
            )
        key = tuple(labels.values()) if len(labels) < 2 else tuple(labels[name] for name in sorted(labels))
        if key not in self._values:
            self._values[key] = value
            self.samples.append(Sample(self._series_name, labels, value))
        elif self._values[key] != value:
            raise Unparsable(
                f"{self._series_name}{labels} is there twice: {self._values[key]:g} and {value:g}"
            )

    def add_states(self, states: Iterable[str], current: str, *, label: str = "state", **labels: str) -> None:
        """Add a state set: one series a state, 1 for the current one and 0 for the others."""
        for state in states:
            self.add(float(state == current), **labels, **{label: state})


def gauge(name: str, documentation: str, *labels: str) -> Family:
    return Family(name, documentation, "gauge", labels)


def counter(name: str, documentation: str, *labels: str) -> Family:
    """`name` as it is on the page, so it ends in `_total`."""
    if not name.endswith("_total"):
        raise ValueError(f"{name}: a counter's name ends in _total, OpenMetrics has no other")
    return Family(name, documentation, "counter", labels)
