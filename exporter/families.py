"""Metric families whose labels are checked (pure).

prometheus-client zips label names with values: a missing value silently drops the label. And a series that is
there twice costs the whole page. Here both are errors of one source.
"""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from exporter.errors import Unparsable


class Labels:
    """One set of label values, made once for the series of many families. Not to be changed afterwards."""

    __slots__ = ("by_name", "names", "values")

    def __init__(self, by_name: dict[str, str]):
        self.by_name = by_name
        self.names = tuple(by_name)
        self.values = tuple(by_name.values())

    def having(self, name: str, value: str) -> "Labels":
        """These labels and one more."""
        return Labels({**self.by_name, name: value})


class Family(Metric):
    """One metric with all its series. Made new for each scrape."""

    def __init__(self, name: str, documentation: str, kind: str, labels: tuple[str, ...]):
        # prometheus-client keeps a counter's family without the suffix and writes it back.
        super().__init__(name.removesuffix("_total") if kind == "counter" else name, documentation, kind)
        self._series_name = name
        self._label_names = labels
        self._values: dict[tuple[str, ...], float] = {}

    def add(self, value: float, /, **labels: str) -> None:
        """Add one series. The same series again is ignored if its value is the same, else Unparsable.

        Raises TypeError for other labels than the family's.
        """
        self.put(Labels(labels), value)

    def put(self, labels: Labels, value: float) -> None:
        """As add(), for labels used more than once; fastest when they are in the order of the family."""
        if labels.names != self._label_names:
            labels = self._in_order(labels)
        if labels.values not in self._values:
            self._values[labels.values] = value
            self.samples.append(Sample(self._series_name, labels.by_name, value))
        elif self._values[labels.values] != value:
            raise Unparsable(
                f"{self._series_name}{labels.by_name} is there twice:"
                f" {self._values[labels.values]:g} and {value:g}"
            )

    def _in_order(self, labels: Labels) -> Labels:
        if sorted(labels.names) != sorted(self._label_names):
            raise TypeError(f"{self._series_name} has labels {self._label_names}, got {labels.names}")
        return Labels({name: labels.by_name[name] for name in self._label_names})

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
