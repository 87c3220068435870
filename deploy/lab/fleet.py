"""The hosts of a lab that is up (or on its way), by role."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

from deploy.lab import cluster, exporters, roots
from deploy.lab.errors import LabError
from deploy.lab.host import Host
from deploy.lab.network import SWITCH
from deploy.lab.state import State
from deploy.lab.topology import Host as Place
from deploy.lab.topology import Topology


class Fleet:
    def __init__(self, topology: Topology, state: State) -> None:
        self.topology = topology
        self.state = state
        self.abort = threading.Event()
        self.switch = Host(SWITCH, state, self.abort)
        self.hosts = {place.name: Host(place.name, state, self.abort) for place in topology.hosts}

    @property
    def balancers(self) -> list[Host]:
        return [self.hosts[place.name] for place in self.topology.balancers]

    @property
    def databases(self) -> list[Host]:
        return [self.hosts[place.name] for place in self.topology.databases]

    @property
    def clients(self) -> list[Host]:
        return [self.hosts[place.name] for place in self.topology.clients]

    @property
    def arbiter(self) -> Host | None:
        """The host that runs corosync-qnetd."""
        return self.hosts[self.topology.arbiter.name] if self.topology.arbiter else None

    @property
    def pdu(self) -> Host | None:
        """The host in whose network the fencing device is."""
        return self.hosts[self.topology.pdu.name] if self.topology.pdu else None

    @property
    def exporters(self) -> list[Host]:
        """The hosts that run the project's exporter."""
        if not self.state.exporters():
            return []
        return [host for host in self.balancers + self.clients if host.path(exporters.CONFIG).exists()]

    @property
    def monitor(self) -> Host | None:
        """The host with Prometheus and Alertmanager, which watch the exporters."""
        return self.clients[0] if self.state.exporters() else None

    @property
    def everything(self) -> list[Host]:
        return [self.switch, *self.hosts.values()]

    def host(self, name: str) -> Host:
        if name == SWITCH:
            return self.switch
        if name not in self.hosts:
            raise LabError(f"no host {name!r}: this lab has {', '.join(self.hosts)} (and {SWITCH})")
        return self.hosts[name]

    def place(self, name: str) -> Place:
        found = self.topology.host(name)
        if found is None:
            raise LabError(f"no host {name!r}: this lab has {', '.join(self.hosts)}")
        return found

    def release(self, host: Host) -> str | None:
        """The Debian release whose files a host has; without one, this machine's."""
        release = self.state.release()
        return roots.watching(release) if host in self.clients else release

    def peer(self, balancer: Host) -> Host:
        return self.hosts[self.topology.peer(balancer.name).name]

    def holders(self) -> list[Host]:
        """Which balancers have the first VIP on an interface, asked from their kernels."""
        return [host for host in self.balancers if self.topology.vip in addresses(host)]

    def holder(self) -> Host:
        """The balancer that serves the VIP; with two of them, the one that Pacemaker names first."""
        held = self.holders()
        if not held:
            raise LabError(f"nobody holds {self.topology.vip}")
        if len(held) > 1 and self.topology.primitives:
            view = cluster.view(held[0])
            named = view.running.get(self.topology.primitives[0], ()) if view else ()
            return next((host for host in held if host.name in named[:1]), held[0])
        return held[0]

    def together(self, *jobs: Callable[[], object]) -> None:
        """Runs jobs at the same time; the first that fails makes the others give up, and is raised."""
        try:
            side_by_side(*jobs)
        except BaseException:
            self.abort.set()
            raise

    def each(self, hosts: Iterable[Host], job: Callable[[Host], object]) -> None:
        def bound(host: Host) -> Callable[[], object]:
            return lambda: job(host)

        self.together(*(bound(host) for host in hosts))


def side_by_side(*jobs: Callable[[], object]) -> None:
    """Runs jobs in threads; raises what the first of them raises, without waiting for the others."""
    pool = ThreadPoolExecutor(len(jobs))
    try:
        for future in as_completed([pool.submit(job) for job in jobs]):
            future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def addresses(host: Host) -> list[str]:
    """Addresses on a host's interfaces; of IPv6 those that are not of the link alone."""
    return [address for address, _prefix in _listed(host)]


def prefix_of(host: Host, address: str) -> str:
    """The length of the network that a host holds an address with."""
    found = dict(_listed(host)).get(address)
    if found is None:
        raise LabError(f"{host.name} does not hold {address}")
    return found


def _listed(host: Host) -> list[tuple[str, str]]:
    """``2: eth0    inet 10.0.0.11/24 brd … scope global eth0``: address and length of the network."""
    listed = host.exec(["ip", "-oneline", "addr", "show", "scope", "global"], timeout=5).stdout
    fields = [line.split()[3].partition("/") for line in listed.splitlines()]
    return [(address, prefix) for address, _, prefix in fields]
