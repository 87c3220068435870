"""A page of metrics as series with values (pure)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, order=True)
class Series:
    name: str
    labels: tuple[tuple[str, str], ...]  # sorted

    def __str__(self) -> str:
        inside = ",".join(f'{name}="{value}"' for name, value in self.labels)
        return f"{self.name}{{{inside}}}" if inside else self.name


@dataclass(frozen=True)
class Point:
    value: float
    kind: str  # of its family: counter, gauge, … ; unknown is what the text format calls untyped


Page = Mapping[Series, Point]


def series(name: str, **labels: str) -> Series:
    return Series(name, tuple(sorted(labels.items())))


def parse(text: str, added: Mapping[str, str] | None = None) -> dict[Series, Point]:
    """A page in the text format, with its names as they stand there. `added` are labels for every series."""
    bare = set(_BARE_COUNTER.findall(text))
    return {
        series(_as_written(sample.name, bare), **sample.labels, **(added or {})): Point(
            sample.value, family.type
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


# ``# TYPE ha_cluster_pacemaker_config_last_change counter``: the parser adds the suffix of OpenMetrics
_BARE_COUNTER = re.compile(r"^# TYPE (\S+)(?<!_total) counter$", re.MULTILINE)


def _as_written(name: str, bare: Collection[str]) -> str:
    without = name.removesuffix("_total")
    return without if without in bare else name


def matching(page: Page, names: "re.Pattern[str]") -> dict[Series, Point]:
    """The series whose name begins with the pattern."""
    return {one: point for one, point in page.items() if names.match(one.name)}
