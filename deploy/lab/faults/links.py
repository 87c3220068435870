"""What breaks between the balancers, or between one of them and everybody else."""

from deploy.lab import cluster, network
from deploy.lab.faults.where import balancer
from deploy.lab.fleet import Fleet

LOSS = 20  # of 100 packets


def port_rejected(fleet: Fleet, name: str | None) -> str:
    host, topology = balancer(fleet, name), fleet.topology
    network.reject(host, topology.vip, topology.port)
    return f"a firewall on {host.name} rejects new connections to {topology.vip}:{topology.port}"


def lan_cut(fleet: Fleet, _name: str | None) -> str:
    one, other = fleet.topology.balancers
    network.separate(fleet.switch, one, other)
    return f"nothing passes between {one.name} and {other.name}; both reach everybody else"


def corosync_cut(fleet: Fleet, _name: str | None) -> str:
    one, other = fleet.topology.balancers
    network.separate(fleet.switch, one, other, cluster.TRAFFIC)
    return f"Corosync's traffic does not pass between {one.name} and {other.name}; everything else does"


def corosync_lossy(fleet: Fleet, _name: str | None) -> str:
    one, other = fleet.topology.balancers
    network.separate(fleet.switch, one, other, f"{cluster.TRAFFIC} numgen random mod 100 < {LOSS}")
    return f"{LOSS} % of Corosync's packets between {one.name} and {other.name} get lost, both ways"


def link_cut(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    last = len(fleet.topology.prefixes) - 1
    network.unplug(fleet.switch, fleet.place(host.name), last)
    return f"{host.name} taken off network {last}, which carries Corosync's link {last}"
