"""What a fault is injected into: the host named, else the one where it matters most."""

from collections.abc import Sequence

from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.state import Process
from deploy.lab.waiting import until


def balancer(fleet: Fleet, name: str | None) -> Host:
    """The one named, else the one that serves clients now."""
    host = fleet.host(name) if name else fleet.holder()
    if host not in fleet.balancers:
        raise LabError(f"{host.name} is not a balancer")
    return host


def database(fleet: Fleet, name: str | None) -> Host:
    host = fleet.host(name) if name else fleet.databases[-1]
    if host not in fleet.databases:
        raise LabError(f"{host.name} is not a Galera node")
    return host


def must(host: Host, process: str) -> int:
    """The pid inside of a process that must be there, else there is nothing to break."""
    found = host.named(process)
    if not found:
        raise LabError(f"{process} does not run on {host.name}: nothing to break (`lab heal` first)")
    return found[0].pid


def strike(which: str, host: Host, process: str) -> int:
    """Sends a signal to all processes of a name, at least one; gives the pid inside of the first."""
    first = must(host, process)
    struck = host.named(process)
    host.signal(which, struck)
    if which == "KILL":
        wait_gone(host, struck)
    return first


def wait_gone(host: Host, processes: Sequence[Process]) -> None:
    """A killed process is there for a moment more."""
    pids = {process.pid for process in processes}
    what = f"{processes[0].name} on {host.name} to end"
    until(what, lambda: not pids & {one.pid for one in host.processes()}, 10, step=0.01)
