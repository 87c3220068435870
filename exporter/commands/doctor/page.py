"""A metrics page as something to ask: values and labels by name (pure)."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from exporter.errors import Unparsable


class Page:
    def __init__(self, families: Iterable[Metric]):
        self._samples: dict[str, list[Sample]] = {}
        for family in families:
            for sample in family.samples:
                self._samples.setdefault(sample.name, []).append(sample)

    def has(self, name: str) -> bool:
        return name in self._samples

    def series(self, name: str, **labels: str) -> Iterator[tuple[Mapping[str, str], float]]:
        """Labels and value of each series of that name that has these labels."""
        for sample in self._samples.get(name, ()):
            if labels.items() <= sample.labels.items():
                yield sample.labels, sample.value

    def value(self, name: str, **labels: str) -> float | None:
        """Of the first series of that name with these labels; None without one."""
        return next((value for _, value in self.series(name, **labels)), None)

    def labels(self, name: str, label: str, value: float | None = None, **labels: str) -> tuple[str, ...]:
        """What `label` is on the series of that name, each once, in the page's order; `value`: on those."""
        found = (
            of[label]
            for of, number in self.series(name, **labels)
            if label in of and (value is None or number == value)
        )
        return tuple(dict.fromkeys(found))


def parse(text: str) -> Page:
    """Raises Unparsable for what is no page of metrics."""
    try:
        return Page(text_string_to_metric_families(text))
    except ValueError as error:
        raise Unparsable(f"no page of metrics: {str(error)[:100]}") from None
