"""Prometheus, with alerts/prometheus.yml and the rules of its interval as they are."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from deploy.lab.host import Host
from deploy.lab.monitoring.daemon import LOOPBACK, Daemon, Place
from deploy.lab.monitoring.engines import alertmanager
from deploy.lab.monitoring.engines.engine import ALERTS, Engine
from deploy.lab.monitoring.prometheus import PrometheusAPI

NAME = "prometheus"
PORT = 9090
PAGE = 19090


class Prometheus(Engine):
    scrapers = (NAME,)
    package = NAME

    @property
    def help(self) -> str:
        return f"Prometheus of Debian {self.release}" if self.release else "Prometheus of the hosts' release"

    def files(self, place: Place) -> Mapping[str, str]:
        return {"prometheus.yml": configuration(place, [place.port(alertmanager.PORT)]), **rules(place)}

    def daemons(self, place: Place) -> tuple[Daemon, ...]:
        return (*alertmanager.daemons(place), self.daemon(place, NAME, place.port(PORT)))

    def daemon(self, place: Place, name: str, port: int) -> Daemon:
        files = (f"--config.file={place.folder}/{name}.yml", f"--storage.tsdb.path={place.data}/{name}")
        argv = (NAME, *files, f"--web.listen-address=:{port}")
        page = 0 if place.number else PAGE
        return Daemon(
            place.name(name),
            port,
            "/-/ready",
            argv,
            page=page,
            url_option="--web.external-url",
            root=self.root(),
        )

    def api(self, host: Host, place: Place) -> PrometheusAPI:
        return PrometheusAPI(host, place.port(PORT))


def configuration(place: Place, alertmanagers: Sequence[int], **labels: str) -> str:
    """alerts/prometheus.yml for the place; `alertmanagers` are ports, `labels` external ones more."""
    config: dict[str, Any] = yaml.safe_load((ALERTS / "prometheus.yml").read_text())
    every = f"{place.interval}s"
    config["global"] |= {"scrape_interval": every, "evaluation_interval": every}
    config["global"]["external_labels"] |= labels
    targets = [f"{LOOPBACK}:{port}" for port in alertmanagers]
    config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": targets}]}]
    return yaml.safe_dump(config, sort_keys=False)


def rules(place: Place) -> Mapping[str, str]:
    folder = ALERTS / "rules" / f"{place.interval}s"
    return {f"rules/{path.name}": path.read_text() for path in sorted(folder.iterdir())}
