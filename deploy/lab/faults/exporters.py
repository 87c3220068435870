"""What happens to the project's own program."""

from deploy.lab import exporters
from deploy.lab.errors import LabError
from deploy.lab.faults.where import balancer, wait_gone
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.state import Process


def exporter_killed(fleet: Fleet, name: str | None) -> str:
    host = fleet.host(name) if name else balancer(fleet, None)
    _kill(host)
    return f"the exporter killed on {host.name}"


def exporter_frozen(fleet: Fleet, name: str | None) -> str:
    host = fleet.host(name) if name else balancer(fleet, None)
    host.signal("STOP", [_daemon(host)])
    return f"the exporter stopped by SIGSTOP on {host.name}"


def exporter_rights_lost(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    _daemon(host)
    exporters.revoke(host)
    exporters.stop(host)
    exporters.start(host)
    return f"the rights of the exporter on {host.name} taken away, and it started anew"


def exporters_killed(fleet: Fleet, _name: str | None) -> str:
    for host in fleet.exporters:
        _kill(host)
    return f"the exporters killed on {', '.join(host.name for host in fleet.exporters)}"


def _kill(host: Host) -> None:
    daemon = _daemon(host)
    host.signal("KILL", [daemon])
    wait_gone(host, [daemon])


def _daemon(host: Host) -> Process:
    daemon = host.daemon(exporters.DAEMON)
    if daemon is None:
        raise LabError(f"no exporter runs on {host.name}: nothing to break (`lab heal` first)")
    return daemon
