"""The files that put the dashboards into Grafana."""

from typing import Any

import yaml

from dashboards.src.interpolate import SCRAPE
from tests.dashboards.pages import FOLDER, REPOSITORY


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "provisioning" / path).read_text())
    assert found["apiVersion"] == 1
    return found


def test_the_data_source_knows_the_scrape_interval() -> None:
    """Windows of rates are made from it: it is that of the scrape configuration."""
    (source,) = read("datasources/prometheus.yml")["datasources"]
    prometheus = yaml.safe_load((REPOSITORY / "alerts" / "prometheus.yml").read_text())
    assert source["type"] == "prometheus"
    assert source["jsonData"]["timeInterval"] == prometheus["global"]["scrape_interval"] == f"{SCRAPE:.0f}s"


def test_the_provider_reads_files_and_keeps_them() -> None:
    """Where README.md says that they lie; nobody changes the copies."""
    (provider,) = read("dashboards/failover-exporter.yml")["providers"]
    assert (provider["type"], provider["allowUiUpdates"]) == ("file", False)
    assert provider["options"]["path"] in (FOLDER / "README.md").read_text()
