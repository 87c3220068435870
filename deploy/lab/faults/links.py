"""What breaks between the balancers: one of them, of three the one that serves, loses the others, or all."""

from deploy.lab import cluster, network
from deploy.lab.faults.where import balancer
from deploy.lab.fleet import Fleet
from deploy.lab.topology import Host

LOSS = 20  # of 100 packets


def port_rejected(fleet: Fleet, name: str | None) -> str:
    host, topology = balancer(fleet, name), fleet.topology
    network.reject(host, topology.vip, topology.port)
    return f"a firewall on {host.name} rejects new connections to {topology.vip}:{topology.port}"


def lan_cut(fleet: Fleet, name: str | None) -> str:
    sides = _cut(fleet, name)
    return f"nothing passes between {sides}; both reach everybody else"


def corosync_cut(fleet: Fleet, name: str | None) -> str:
    sides = _cut(fleet, name, cluster.TRAFFIC)
    return f"Corosync's traffic does not pass between {sides}; everything else does"


def corosync_lossy(fleet: Fleet, name: str | None) -> str:
    sides = _cut(fleet, name, f"{cluster.TRAFFIC} numgen random mod 100 < {LOSS}")
    return f"{LOSS} % of Corosync's packets between {sides} get lost, both ways"


def _cut(fleet: Fleet, name: str | None, *matches: str) -> str:
    one, others = _sides(fleet, name)
    for other in others:
        network.separate(fleet.switch, one, other, *matches)
    return f"{one.name} and {', '.join(other.name for other in others)}"


def _sides(fleet: Fleet, name: str | None) -> tuple[Host, list[Host]]:
    every = fleet.topology.balancers
    one = every[0] if len(every) == 2 and not name else fleet.place(balancer(fleet, name).name)
    return one, [place for place in every if place is not one]


def link_cut(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    last = len(fleet.topology.prefixes) - 1
    network.unplug(fleet.switch, fleet.place(host.name), last)
    return f"{host.name} taken off network {last}, which carries Corosync's link {last}"
