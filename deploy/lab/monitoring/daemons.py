"""What runs on the monitoring host, and with which files: those of alerts/, and the lab's own targets."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.lab import exporters
from deploy.lab.errors import LabError
from deploy.lab.host import PYTHON, REPOSITORY, Host
from deploy.lab.monitoring import pages, receivers
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

ALERTS = REPOSITORY / "alerts"
NOT_COPIED = {"clusters", "rules", "src", "tests"}
RULES = ALERTS / "rules" / "5s"  # as alerts/prometheus.yml scrapes
FOLDER = "/etc/alerts"
DATA = "/var/lib/lab"
RECORDED = f"{DATA}/notifications"
START = 20.0  # seconds


@dataclass(frozen=True)
class Daemon:
    name: str
    port: int  # on all of the host's addresses: the balancers ask Prometheus too
    ready: str  # a path that answers 200 once it is
    page: int = 0  # the port on the machine's loopback, if it has a page for people


PROMETHEUS = Daemon("prometheus", 9090, "/-/ready", 19090)
ALERTMANAGER = Daemon("alertmanager", 9093, "/-/ready", 19093)
RECORDER = Daemon("recorder", 9099, "/")
DAEMONS = (RECORDER, ALERTMANAGER, PROMETHEUS)  # in the order of their start


def configure(host: Host, topology: Topology) -> None:
    for path in ALERTS.rglob("*"):
        inside = path.relative_to(ALERTS)
        if path.is_file() and inside.parts[0] not in NOT_COPIED:
            host.write(f"{FOLDER}/{inside}", path.read_bytes())
    for path in RULES.iterdir():
        host.write(f"{FOLDER}/rules/{path.name}", path.read_bytes())
    filled = receivers.fill((ALERTS / "alertmanager.yml").read_text(), f"http://127.0.0.1:{RECORDER.port}")
    host.write(f"{FOLDER}/alertmanager.yml", filled)
    host.write(f"{FOLDER}/clusters/{topology.name}.yml", targets(topology))


def targets(topology: Topology) -> str:
    """For file_sd_configs; JSON is YAML too."""
    hosts = topology.balancers + topology.clients
    addresses = [f"{host.name}:{exporters.PORT}" for host in hosts]
    return json.dumps([{"targets": addresses, "labels": {"cluster": topology.cluster_name}}], indent=2)


def start(host: Host) -> None:
    """Those that don't run; returns once all answer."""
    pages.show(host, {one.name: (one.port, one.page) for one in DAEMONS if one.page})
    host.path(DATA).mkdir(exist_ok=True)
    for daemon in DAEMONS:
        host.spawn(daemon.name, _argv(daemon, pages.urls(host)))

    def answer() -> bool:
        for daemon in DAEMONS:
            if not host.daemon(daemon.name):
                raise LabError(f"{host.name}: {daemon.name} ended; its log:\n{_tail(host, daemon)}")
        return not unready(host)

    until(f"the monitoring on {host.name}", answer, START, abort=host.abort)


def _argv(daemon: Daemon, urls: dict[str, str]) -> list[str]:
    if daemon is RECORDER:
        program = Path(__file__).with_name("recorder.py")
        return [PYTHON, str(program), str(daemon.port), RECORDED]
    common = [f"--web.listen-address=:{daemon.port}", f"--web.external-url={urls[daemon.name]}"]
    if daemon is PROMETHEUS:
        files = [f"--config.file={FOLDER}/prometheus.yml", f"--storage.tsdb.path={DATA}/prometheus"]
        return ["prometheus", *files, *common]
    files = [f"--config.file={FOLDER}/alertmanager.yml", f"--storage.path={DATA}/alertmanager"]
    return ["prometheus-alertmanager", *files, *common, "--cluster.listen-address="]


def stop(host: Host, *daemons: Daemon) -> None:
    """At once: what they would still write is not wanted, or is in Prometheus's log of writes."""
    running = [process for daemon in daemons if (process := host.daemon(daemon.name))]
    host.signal("KILL", running)
    names = [daemon.name for daemon in daemons]
    until(f"{', '.join(names)} to end", lambda: not any(map(host.daemon, names)), 10, step=0.02)


def forget(host: Host) -> None:
    """What all of them kept."""
    shutil.rmtree(host.path(DATA), ignore_errors=True)


def unready(host: Host) -> list[str]:
    """The names of those that don't answer."""
    silent = [daemon.name for daemon in DAEMONS if not _ready(host, daemon)]
    return silent + [name for name in [pages.DAEMON] if not host.daemon(name)]


def _ready(host: Host, daemon: Daemon) -> bool:
    url = f"http://127.0.0.1:{daemon.port}{daemon.ready}"
    return host.exec(["curl", "-sf", "--max-time", "3", "--output", "/dev/null", url]).returncode == 0


def _tail(host: Host, daemon: Daemon) -> str:
    return host.tail(f"/var/log/lab/{daemon.name}.log")
