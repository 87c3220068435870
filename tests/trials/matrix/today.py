"""The same faults as seen by the exporters and rules in common use today, in the same run as ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from deploy.lab.errors import LabError
from deploy.lab.galera import account_file
from deploy.lab.haproxy import SOCKET
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.monitoring.prometheus import PrometheusAPI
from deploy.lab.waiting import until
from tests.trials.common.ground_truth import vantage

RULES = Path(__file__).with_name("today") / "rules.yml"
FOLDER = "/etc/today"
PROMETHEUS_PORT = 19190
BLACKBOX = "/etc/prometheus/blackbox.yml"
INTERVAL = "15s"  # what most people scrape with
START = 20.0  # seconds
MY_CNF = f"{FOLDER}/my.cnf"


@dataclass(frozen=True)
class Daemon:
    host: Host
    name: str
    port: int
    argv: tuple[str, ...]


class Peers(Protocol):
    """Who else looks on."""

    def start(self) -> None: ...

    def alerts(self) -> set[str]: ...

    def fired(self, seconds: float) -> set[str]: ...


class Nobody:
    """Where today's exporters are not what is measured."""

    def start(self) -> None:
        """There is nothing to start."""

    def alerts(self) -> set[str]:
        return set()

    def fired(self, seconds: float) -> set[str]:  # noqa: ARG002 - as of Peers
        return set()


class Today:
    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.host = vantage(lab)
        self.prometheus = PrometheusAPI(self.host, PROMETHEUS_PORT)

    def start(self) -> None:
        """What does not run; harmless to what does."""
        fleet = self.lab.fleet
        for host in fleet.databases:
            host.write(MY_CNF, account_file("exporter"), 0o600)
        self.host.write(f"{FOLDER}/rules.yml", RULES.read_text())
        self.host.write(f"{FOLDER}/prometheus.yml", yaml.safe_dump(self._config()))
        for daemon in self._daemons():
            daemon.host.spawn(daemon.name, list(daemon.argv))
        until("today's Prometheus", self._ready, START, log=lambda: self.host.tail("/var/log/lab/today.log"))

    def stop(self) -> None:
        for daemon in self._daemons():
            with suppress(LabError):
                if found := daemon.host.daemon(daemon.name):
                    daemon.host.signal("TERM", [found])

    def alerts(self) -> set[str]:
        """Those that fire, or would if what they see lasted."""
        return self._names('ALERTS{alertstate=~"pending|firing"}')

    def fired(self, seconds: float) -> set[str]:
        """Those that fired at any time of the last seconds."""
        return self._names(f'last_over_time(ALERTS{{alertstate="firing"}}[{seconds:.0f}s])')

    def _names(self, query: str) -> set[str]:
        return {one.labels["alertname"] for one in self.prometheus.query(query)}

    def _ready(self) -> bool:
        with suppress(LabError):
            return bool(self.prometheus.query("up"))
        return False

    def _daemons(self) -> list[Daemon]:
        fleet = self.lab.fleet
        hacluster = ("ha_cluster_exporter", "--web.listen-address=:9664")
        haproxy = ("prometheus-haproxy-exporter", "--web.listen-address=:9101")
        mysqld = ("prometheus-mysqld-exporter", "--web.listen-address=:9104", f"--config.my-cnf={MY_CNF}")
        blackbox = ("prometheus-blackbox-exporter", "--web.listen-address=:9115")
        prometheus = (
            "prometheus",
            f"--config.file={FOLDER}/prometheus.yml",
            "--storage.tsdb.path=/var/lib/today",
            f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}",
        )
        return [
            *(Daemon(host, "today-hacluster", 9664, hacluster) for host in fleet.balancers),
            *(
                Daemon(host, "today-haproxy", 9101, (*haproxy, f"--haproxy.scrape-uri=unix:{SOCKET}"))
                for host in fleet.balancers
            ),
            *(Daemon(host, "today-mysqld", 9104, mysqld) for host in fleet.databases),
            Daemon(self.host, "today-blackbox", 9115, (*blackbox, f"--config.file={BLACKBOX}")),
            Daemon(self.host, "today", PROMETHEUS_PORT, prometheus),
        ]

    def _config(self) -> Mapping[str, Any]:
        scraped = [daemon for daemon in self._daemons() if daemon.host is not self.host]
        jobs = [
            {"job_name": name, "static_configs": [{"targets": targets}]}
            for name, targets in _by_name(scraped).items()
        ]
        return {
            "global": {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL},
            "rule_files": ["rules.yml"],
            "scrape_configs": [*jobs, self._probe()],
        }

    def _probe(self) -> Mapping[str, Any]:
        topology = self.lab.topology
        return {
            "job_name": "probe",
            "metrics_path": "/probe",
            "params": {"module": ["tcp_connect"]},
            "static_configs": [{"targets": [f"{vip}:{topology.port}" for vip in topology.vips]}],
            "relabel_configs": [
                {"source_labels": ["__address__"], "target_label": "__param_target"},
                {"source_labels": ["__param_target"], "target_label": "instance"},
                {"target_label": "__address__", "replacement": "127.0.0.1:9115"},
            ],
        }


def _by_name(daemons: list[Daemon]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for daemon in daemons:
        found.setdefault(daemon.name, []).append(f"{daemon.host.name}:{daemon.port}")
    return found


@contextmanager
def running(lab: Lab) -> Iterator[Today]:
    today = Today(lab)
    try:
        today.start()
        yield today
    finally:
        today.stop()
