"""An exporter's page of metrics: one scrape, made as Prometheus makes it, as series with values."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from deploy.lab.errors import LabError
from deploy.lab.exporters import PORT
from deploy.lab.lab import Lab

COLLECTORS = ("pacemaker", "corosync", "haproxy", "galera", "address", "vip", "failover", "readiness")
URL = f"http://127.0.0.1:{PORT}/metrics"


class Series(NamedTuple):
    name: str
    labels: tuple[tuple[str, str], ...]  # sorted

    def __str__(self) -> str:
        inside = ",".join(f'{name}="{value}"' for name, value in self.labels)
        return f"{self.name}{{{inside}}}" if inside else self.name


@dataclass(frozen=True)
class Point:
    value: float
    kind: str  # of its family: counter, gauge, … ; unknown is what the text format calls untyped


@dataclass(frozen=True)
class Page:
    text: str
    points: Mapping[Series, Point]

    def all(self, name: str, /, **labels: str) -> dict[Series, float]:
        """Every series of this name that has these labels among its own."""
        wanted = labels.items()
        return {
            series: point.value
            for series, point in self.points.items()
            if series.name == name and wanted <= dict(series.labels).items()
        }

    def get(self, name: str, /, **labels: str) -> float | None:
        """The value of the one series that has these labels among its own; None where there is none."""
        values = self.all(name, **labels)
        if len(values) > 1:
            raise LookupError(f"{name}{labels} is {len(values)} series: {list(values)}")
        return next(iter(values.values()), None)

    def need(self, name: str, /, **labels: str) -> float:
        """As get(); LabError where there is none."""
        found = self.get(name, **labels)
        if found is None:
            raise LabError(f"the exporter's page has no {name} of {', '.join(labels.values())}")
        return found

    def values(self, label: str, name: str, /, **labels: str) -> list[str]:
        """The values of a label, sorted, on the series of this name that are not 0."""
        return sorted(
            dict(series.labels)[label] for series, value in self.all(name, **labels).items() if value
        )

    def failed(self) -> set[str]:
        """The collectors whose reading failed."""
        return {one for one in COLLECTORS if self.get("ha_cluster_scrape_success", collector=one) == 0}

    def failures(self, collector: str, reason: str) -> float:
        name = "failover_exporter_collector_failures_total"
        return self.get(name, collector=collector, reason=reason) or 0


def series(name: str, /, **labels: str) -> Series:
    return Series(name, tuple(sorted(labels.items())))


def parse(text: str, added: Mapping[str, str] | None = None) -> Page:
    """A page in the text format, with its names as written there. `added` are labels for every series."""
    bare = set(_BARE_COUNTER.findall(text))
    points = {
        series(_as_written(sample.name, bare), **sample.labels, **(added or {})): Point(
            sample.value, family.type
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return Page(text, points)


# ``# TYPE ha_cluster_pacemaker_config_last_change counter``: the parser adds the suffix of OpenMetrics
_BARE_COUNTER = re.compile(r"^# TYPE (\S+)(?<!_total) counter$", re.MULTILINE)


def _as_written(name: str, bare: Collection[str]) -> str:
    without = name.removesuffix("_total")
    return without if without in bare else name


def scrape(lab: Lab, host: str, timeout: float = 10) -> Page:
    """LabError if the page does not arrive within `timeout` seconds, which the exporter is given too."""
    header = {"X-Prometheus-Scrape-Timeout-Seconds": f"{timeout:g}"}
    answer = lab.http_get(host, URL, timeout, header)
    if answer.status != 200:
        raise LabError(f"{host}: {URL} answers {answer.status}: {answer.text}")
    return parse(answer.text)
