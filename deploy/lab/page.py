"""What an exporter of the lab says: one scrape, made as Prometheus makes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from deploy.lab.errors import LabError
from deploy.lab.exporters import PORT
from deploy.lab.lab import Lab

COLLECTORS = ("pacemaker", "corosync", "haproxy", "galera", "address", "vip", "failover")
URL = f"http://127.0.0.1:{PORT}/metrics"
Series = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Page:
    text: str
    series: Mapping[Series, float]

    def all(self, name: str, **labels: str) -> dict[Series, float]:
        """Every series of this name that has these labels among its own."""
        wanted = labels.items()
        return {
            series: value
            for series, value in self.series.items()
            if series[0] == name and wanted <= dict(series[1]).items()
        }

    def get(self, name: str, **labels: str) -> float | None:
        """The value of the one series that has these labels among its own; None where there is none."""
        values = self.all(name, **labels)
        if len(values) > 1:
            raise LookupError(f"{name}{labels} is {len(values)} series: {list(values)}")
        return next(iter(values.values()), None)

    def values(self, label: str, name: str, **labels: str) -> list[str]:
        """What a label says, in order, on the series of this name that are not 0."""
        return sorted(dict(series[1])[label] for series, value in self.all(name, **labels).items() if value)

    def failed(self) -> set[str]:
        """The collectors whose reading failed."""
        return {one for one in COLLECTORS if self.get("ha_cluster_scrape_success", collector=one) == 0}

    def failures(self, collector: str, reason: str) -> float:
        name = "failover_exporter_collector_failures_total"
        return self.get(name, collector=collector, reason=reason) or 0


def parse(text: str) -> Page:
    series = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return Page(text, series)


def scrape(lab: Lab, host: str, timeout: float = 10) -> Page:
    """LabError if the page isn't there within the timeout that it is told, in seconds."""
    header = {"X-Prometheus-Scrape-Timeout-Seconds": f"{timeout:g}"}
    answer = lab.http_get(host, URL, timeout, header)
    if answer.status != 200:
        raise LabError(f"{host}: {URL} answers {answer.status}: {answer.text}")
    return parse(answer.text)
