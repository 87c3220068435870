"""What runs on the monitoring host, and with which files: those of alerts/, and the lab's own targets."""

import json
import shutil
from collections.abc import Sequence

from deploy.lab import exporters
from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.monitoring import pages
from deploy.lab.monitoring.daemon import Daemon, Place
from deploy.lab.monitoring.engines import alertmanager, find, roots
from deploy.lab.monitoring.prometheus import PrometheusAPI
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

START = 30.0  # seconds; VictoriaMetrics on a busy machine takes ten


class Stack:
    """An engine, an Alertmanager and the recorder behind it."""

    def __init__(self, host: Host, engine: str, place: Place) -> None:
        self.host = host
        self.engine = find(engine)
        self.name = engine
        self.place = place

    @classmethod
    def of(cls, fleet: Fleet) -> "Stack":
        """The lab's own. LabError where the lab has none."""
        if fleet.monitor is None:
            raise LabError("this lab runs without exporters, and so without Prometheus")
        chosen = fleet.state.monitoring()
        return cls(fleet.monitor, chosen.engine, Place(chosen.interval))

    @property
    def daemons(self) -> tuple[Daemon, ...]:
        """In the order of their start."""
        return self.engine.daemons(self.place)

    @property
    def recorded(self) -> str:
        return alertmanager.recorded(self.place)

    def api(self) -> PrometheusAPI:
        return self.engine.api(self.host, self.place)

    def configure(self, topology: Topology) -> None:
        made = {**alertmanager.files(self.place, self.engine.late), **self.engine.files(self.place)}
        for name, text in made.items():
            self.host.write(f"{self.place.folder}/{name}", text)
        self.add_cluster(topology.name, targets(topology))

    def add_cluster(self, name: str, text: str) -> None:
        """For file_sd_configs."""
        self.host.write(f"{self.place.folder}/clusters/{name}.yml", text)

    def remove_cluster(self, name: str) -> None:
        self.host.path(f"{self.place.folder}/clusters/{name}.yml").unlink(missing_ok=True)

    def start(self) -> None:
        """Those that don't run; returns once all answer."""
        daemons = self.daemons
        if not self.place.number:
            pages.show(self.host, {one.name: (one.port, one.page) for one in daemons if one.page})
        self.host.path(self.place.data).mkdir(exist_ok=True)
        for daemon in daemons:
            self.host.spawn(daemon.name, self._argv(daemon))

        def answer() -> bool:
            for daemon in daemons:
                if not self.host.daemon(daemon.name):
                    raise LabError(f"{self.host.name}: {daemon.name} ended; its log:\n{self._tail(daemon)}")
            return not self.unready()

        until(f"the monitoring on {self.host.name}", answer, START, abort=self.host.abort)

    def _argv(self, daemon: Daemon) -> list[str]:
        urls = pages.urls(self.host)
        own = [f"{daemon.url_option}={urls[daemon.name]}"] if daemon.page and daemon.url_option else []
        return roots.command(daemon.root, [self.place.folder, self.place.data], [*daemon.argv, *own])

    def stop(self, names: Sequence[str] | None = None) -> None:
        """At once, all of them or those: what they would still write is in a log, or not wanted."""
        chosen = [one.name for one in self.daemons] if names is None else names
        self.host.signal("KILL", [process for name in chosen if (process := self.host.daemon(name))])
        until(f"{', '.join(chosen)} to end", lambda: not any(map(self.host.daemon, chosen)), 10, step=0.02)

    def stop_scraping(self) -> None:
        self.stop([self.place.name(name) for name in self.engine.scrapers])

    def forget(self) -> None:
        """What all of them kept."""
        shutil.rmtree(self.host.path(self.place.data), ignore_errors=True)

    def unready(self) -> list[str]:
        """The names of those that don't answer."""
        silent = [daemon.name for daemon in self.daemons if not self._ready(daemon)]
        forwarder = [] if self.place.number else [pages.DAEMON]
        return silent + [name for name in forwarder if not self.host.daemon(name)]

    def _ready(self, daemon: Daemon) -> bool:
        url = f"http://127.0.0.1:{daemon.port}{daemon.ready}"
        argv = ["curl", "-sf", "--max-time", "3", "--output", "/dev/null", url]
        return self.host.exec(argv).returncode == 0

    def _tail(self, daemon: Daemon) -> str:
        return self.host.tail(f"/var/log/lab/{daemon.name}.log")


def targets(topology: Topology) -> str:
    """For file_sd_configs; JSON is YAML too."""
    hosts = topology.balancers + topology.clients
    addresses = [f"{host.name}:{exporters.PORT}" for host in hosts]
    return json.dumps([{"targets": addresses, "labels": {"cluster": topology.cluster_name}}], indent=2)
