"""VictoriaMetrics: vmagent scrapes, the single node keeps, vmalert evaluates.

What it needs to tell as soon as Prometheus is said in docs/engines.md, with the reason for each option here.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from deploy.lab.host import Host
from deploy.lab.monitoring.daemon import Daemon, Place
from deploy.lab.monitoring.engines import alertmanager
from deploy.lab.monitoring.engines.engine import ALERTS, Engine
from deploy.lab.monitoring.engines.prometheus import configuration
from deploy.lab.monitoring.prometheus import PrometheusAPI
from deploy.lab.monitoring.vmalert import VmalertAPI
from exporter.rules import groups
from exporter.rules.site import Site

STORE, AGENT, RULER = "victoria-metrics", "vmagent", "vmalert"
PORTS = {STORE: 8428, AGENT: 8429, RULER: 8880}
PAGES = {STORE: 18428, RULER: 18880}
READ_BY_VMAGENT = ("global", "scrape_configs")


class VictoriaMetrics(Engine):
    scrapers = (AGENT,)
    late = 2
    package = STORE

    @property
    def help(self) -> str:
        return f"vmagent, VictoriaMetrics and vmalert of Debian {self.release}"

    def files(self, place: Place) -> Mapping[str, str]:
        made = groups.files(Site(place.interval, **links()))
        return {"scrape.yml": scraping(place), **{f"rules/{name}": text for name, text in made.items()}}

    def daemons(self, place: Place) -> tuple[Daemon, ...]:
        store = place.url(PORTS[STORE])
        return (
            *alertmanager.daemons(place),
            self._daemon(place, STORE, f"-storageDataPath={place.data}/{STORE}", "-search.latencyOffset=1s"),
            self._daemon(
                place,
                AGENT,
                f"-promscrape.config={place.folder}/scrape.yml",
                f"-remoteWrite.url={store}/api/v1/write",
                f"-remoteWrite.tmpDataPath={place.data}/{AGENT}",
            ),
            self._daemon(
                place,
                RULER,
                f"-rule={place.folder}/rules/*.yml",
                f"-datasource.url={store}",
                f"-remoteWrite.url={store}",
                f"-remoteRead.url={store}",
                f"-notifier.url={place.url(alertmanager.PORT)}",
                f"-evaluationInterval={place.interval}s",
                "-rule.evalDelay=0",
                "-disableAlertgroupLabel",
                url_option="-external.url",
            ),
        )

    def _daemon(self, place: Place, name: str, *options: str, url_option: str = "") -> Daemon:
        port = place.port(PORTS[name])
        argv = (name, f"-httpListenAddr=:{port}", *options)
        page = 0 if place.number else PAGES.get(name, 0)
        return Daemon(
            place.name(name), port, "/health", argv, page=page, url_option=url_option, root=self.root()
        )

    def api(self, host: Host, place: Place) -> PrometheusAPI:
        return VmalertAPI(host, *(place.port(PORTS[name]) for name in (STORE, AGENT, RULER)))


def scraping(place: Place) -> str:
    """What vmagent reads of alerts/prometheus.yml; external labels would be labels of every series."""
    config: dict[str, Any] = yaml.safe_load(configuration(place, []))
    kept = {key: config[key] for key in READ_BY_VMAGENT}
    times = {key: value for key, value in kept["global"].items() if key.startswith("scrape_")}
    return yaml.safe_dump({**kept, "global": times}, sort_keys=False)


def links() -> dict[str, str]:
    """Where the links in rules lead: vmalert's external labels would be labels of each alert."""
    labels = yaml.safe_load((ALERTS / "prometheus.yml").read_text())["global"]["external_labels"]
    return {name: str(labels[name]) for name in ("runbooks", "grafana")}
