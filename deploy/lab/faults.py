"""What can be broken. Each fault is data with a little code; `repair.py` undoes any mixture of them."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.lab import cluster, galera, network
from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet, prefix_of
from deploy.lab.host import Host
from deploy.lab.topology import Topology
from deploy.lab.waiting import until


def everywhere(_topology: Topology) -> bool:
    return True


def two_links(topology: Topology) -> bool:
    return len(topology.prefixes) > 1


@dataclass(frozen=True)
class Fault:
    name: str
    help: str
    inject: Callable[[Fleet, str | None], str]  # takes the host named, or None; gives back what it did
    applies: Callable[[Topology], bool] = everywhere


def haproxy_killed(fleet: Fleet, name: str | None) -> str:
    host = _balancer(fleet, name)
    killed = _must(host, "haproxy")
    host.signal("KILL", host.named("haproxy"))
    return f"HAProxy killed on {host.name} (pid {killed})"


def haproxy_frozen(fleet: Fleet, name: str | None) -> str:
    host = _balancer(fleet, name)
    _must(host, "haproxy")
    host.signal("STOP", host.named("haproxy"))
    return f"HAProxy stopped by SIGSTOP on {host.name}"


def corosync_stopped(fleet: Fleet, name: str | None) -> str:
    host = _balancer(fleet, name)
    cluster.stop(host)
    return f"Pacemaker, then Corosync stopped in order on {host.name}"


def corosync_killed(fleet: Fleet, name: str | None) -> str:
    host = _balancer(fleet, name)
    _must(host, "corosync")
    host.signal("KILL", host.named("corosync"))
    return f"Corosync killed on {host.name}"


def resource_moved(fleet: Fleet, name: str | None) -> str:
    target = fleet.host(name) if name else fleet.peer(fleet.holder())
    moved = fleet.topology.moved
    target.run("crm_resource", "--move", "--resource", moved, "--node", target.name)
    return f"{moved} moved to {target.name} by hand; the constraint that does it stays until `heal`"


def galera_stopped(fleet: Fleet, name: str | None) -> str:
    host = _database(fleet, name)
    _must(host, "mariadbd")
    host.signal("TERM", host.named("mariadbd"))
    until(f"mariadbd on {host.name} to stop", lambda: not host.named("mariadbd"), 30)
    return f"MariaDB stopped in order on {host.name}"


def galera_network_gone(fleet: Fleet, name: str | None) -> str:
    host = _database(fleet, name)
    network.unplug(fleet.switch, fleet.place(host.name))
    return f"{host.name} taken off the network"


def lan_cut(fleet: Fleet, _name: str | None) -> str:
    one, other = fleet.topology.balancers
    network.separate(fleet.switch, one, other)
    return f"nothing passes between {one.name} and {other.name}; both reach everybody else"


def corosync_cut(fleet: Fleet, _name: str | None) -> str:
    one, other = fleet.topology.balancers
    network.separate(fleet.switch, one, other, cluster.TRAFFIC)
    return f"Corosync's traffic does not pass between {one.name} and {other.name}; everything else does"


def vip_twice(fleet: Fleet, name: str | None) -> str:
    holder = fleet.holder()
    host = fleet.host(name) if name else fleet.peer(holder)
    if host not in fleet.balancers or host in fleet.holders():
        raise LabError(f"{host.name} is no balancer without the address")
    vip = fleet.topology.vip
    host.run("ip", "address", "add", f"{vip}/{prefix_of(holder, vip)}", "dev", "eth0")
    return f"{vip} added by hand on {host.name}, which Pacemaker does not see: it looked once, at the start"


def vip_twice_found(fleet: Fleet, name: str | None) -> str:
    first = fleet.topology.primitives[0]
    cluster.block_when_twice(fleet.holder(), first)
    done = vip_twice(fleet, name)
    fleet.balancers[0].run("crm_resource", "--refresh", "--resource", first)
    return f"{done}; then made to look again, with multiple-active=block, so that it stays"


def link_cut(fleet: Fleet, name: str | None) -> str:
    host = _balancer(fleet, name)
    last = len(fleet.topology.prefixes) - 1
    network.unplug(fleet.switch, fleet.place(host.name), last)
    return f"{host.name} taken off network {last}, which carries Corosync's link {last}"


def galera_two_primaries(fleet: Fleet, name: str | None) -> str:
    host = _database(fleet, name)
    for other in fleet.databases:
        if other is not host:
            places = fleet.place(host.name), fleet.place(other.name)
            network.separate(fleet.switch, *places, *galera.GROUP_TRAFFIC)
    galera.bootstrap_alone(host)
    return f"{host.name} cut off from the others' group traffic and made a Primary component of its own"


def pacemaker_hung(fleet: Fleet, name: str | None) -> str:
    host = _balancer(fleet, name)
    _must(host, "pacemaker-based")
    host.signal("STOP", host.named("pacemaker-based"))
    return f"pacemaker-based stopped by SIGSTOP on {host.name}"


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("haproxy-killed", "HAProxy killed where it serves; Pacemaker restarts it", haproxy_killed),
        Fault("haproxy-frozen", "HAProxy stopped by SIGSTOP: Started, and clients wait", haproxy_frozen),
        Fault("corosync-stopped", "Pacemaker, then Corosync stopped in order", corosync_stopped),
        Fault("corosync-killed", "Corosync killed: both balancers hold the address", corosync_killed),
        Fault("resource-moved", "the address moved to the other balancer by hand", resource_moved),
        Fault("galera-stopped", "a Galera node stopped in order", galera_stopped),
        Fault("galera-network-gone", "a Galera node off the network: connects hang", galera_network_gone),
        Fault("lan-cut", "nothing passes between the balancers: two DCs, both hold the address", lan_cut),
        Fault("corosync-cut", "only Corosync's traffic cut: two DCs, both hold the address", corosync_cut),
        Fault("vip-twice", "the address added by hand on the second balancer", vip_twice),
        Fault(
            "vip-twice-found",
            "the same, and Pacemaker finds it on both, with multiple-active=block",
            vip_twice_found,
        ),
        Fault(
            "galera-two-primaries",
            "a Galera node cut off and bootstrapped: two Primary components",
            galera_two_primaries,
        ),
        Fault("link-cut", "one of two Corosync links cut; the cluster goes on", link_cut, two_links),
        Fault(
            "pacemaker-hung",
            "Pacemaker's tools hang for 35 s, then pacemakerd kills what hangs",
            pacemaker_hung,
        ),
    )
}


def find(name: str, topology: Topology) -> Fault:
    fault = FAULTS.get(name)
    if fault is None:
        raise LabError(f"no fault {name!r}: `lab fault --list` names them")
    if not fault.applies(topology):
        raise LabError(f"{name} does not apply to the topology {topology.name}")
    return fault


def _balancer(fleet: Fleet, name: str | None) -> Host:
    """The one named, else the one that serves clients now."""
    host = fleet.host(name) if name else fleet.holder()
    if host not in fleet.balancers:
        raise LabError(f"{host.name} is not a balancer")
    return host


def _database(fleet: Fleet, name: str | None) -> Host:
    host = fleet.host(name) if name else fleet.databases[-1]
    if host not in fleet.databases:
        raise LabError(f"{host.name} is not a Galera node")
    return host


def _must(host: Host, process: str) -> int:
    """The pid inside of a process that must be there, else there is nothing to break."""
    found = host.named(process)
    if not found:
        raise LabError(f"{process} does not run on {host.name}: nothing to break (`lab heal` first)")
    return found[0].pid
