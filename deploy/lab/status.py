"""What `lab status` shows: one reading, as data."""

from dataclasses import asdict, dataclass

from deploy.lab import health
from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.monitoring import pages

DAEMONS = (
    "corosync",
    "corosync-qdevice",
    "corosync-qnetd",
    "pacemakerd",
    "keepalived",
    "haproxy",
    "mariadbd",
    "failover-exporter",
    "prometheus",
    "vmagent",
    "victoria-metrics",
    "vmalert",
    "prometheus-alertmanager",
)


@dataclass(frozen=True)
class HostStatus:
    name: str
    pid: int | None  # of the host's pid 1, as this machine sees it
    addresses: tuple[str, ...]
    runs: tuple[str, ...]
    says: str  # the cluster's nodes or Galera's state, as this host sees it


@dataclass(frozen=True)
class Status:
    topology: str
    complete: bool  # False while `up` runs, or after it was interrupted
    holder: str | None
    dc: dict[str, str | None]
    faults: tuple[str, ...]
    problems: tuple[str, ...]
    hosts: tuple[HostStatus, ...]
    pages: dict[str, str]  # of Prometheus and Alertmanager, on the machine's own loopback

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "whole": self.complete and not self.problems}


def take(fleet: Fleet, complete: bool, faults: list[str]) -> Status:
    if not all(host.alive() for host in fleet.everything):
        reading, found = health.Reading(), health.diagnose(fleet)
    else:
        reading = health.read(fleet)
        found = health.problems(fleet.topology, reading)
    return Status(
        topology=fleet.topology.name,
        complete=complete,
        holder=_holder(fleet),
        dc={name: view.dc if view else None for name, view in reading.views.items()},
        faults=tuple(faults),
        problems=tuple(found),
        hosts=tuple(_host(host, fleet, reading) for host in fleet.hosts.values()),
        pages=pages.urls(fleet.monitor) if fleet.monitor and fleet.monitor.alive() else {},
    )


def _holder(fleet: Fleet) -> str | None:
    try:
        return fleet.holder().name
    except LabError:
        return None


def _host(host: Host, fleet: Fleet, reading: health.Reading) -> HostStatus:
    init = host.init()
    addresses = (*fleet.place(host.name).addresses, *reading.held.get(host.name, ()))
    runs = tuple(name for name in DAEMONS if host.named(name)) if init else ()
    return HostStatus(host.name, init.pid if init else None, addresses, runs, _says(host.name, reading))


def _says(name: str, reading: health.Reading) -> str:
    if view := reading.views.get(name):
        return f"online: {', '.join(sorted(view.online)) or 'nobody'}; DC: {view.dc or 'none'}"
    if seen := reading.keepalived.get(name):
        return f"keepalived: {seen.state}, priority {seen.priority}"
    if name in reading.keepalived:
        return "keepalived does not answer"
    if name in reading.views:
        return "pacemaker does not answer"
    if name in reading.databases:
        status = reading.databases[name]
        keys = ("wsrep_cluster_status", "wsrep_local_state_comment", "wsrep_cluster_size")
        return ", ".join(status[key] for key in keys if key in status) or "no answer"
    logins = [(way, answer) for way, answer in reading.logins.items() if way.startswith(f"{name} ")]
    return "; ".join(f"{way}: {answer}" for way, answer in logins)
