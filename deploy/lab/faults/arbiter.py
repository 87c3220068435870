"""What happens to the third host, which decides between the halves of a split."""

from deploy.lab import network
from deploy.lab.errors import LabError
from deploy.lab.faults.balancers import node_off, power_off
from deploy.lab.faults.where import balancer
from deploy.lab.fleet import Fleet
from deploy.lab.topology import Topology


def has_arbiter(topology: Topology) -> bool:
    return topology.arbiter is not None


def arbiter_lost(fleet: Fleet, _name: str | None) -> str:
    if fleet.arbiter is None:
        raise LabError(f"{fleet.topology.name} has no arbiter")
    return power_off(fleet, fleet.arbiter)


def arbiter_and_node_lost(fleet: Fleet, name: str | None) -> str:
    """At once, as of a rack that lost its power."""
    did = node_off(fleet, name)
    return f"{did}; {arbiter_lost(fleet, None)}"


def outvoted(fleet: Fleet, name: str | None) -> str:
    """Clients and databases reach it as before; what decides who serves does not."""
    if fleet.arbiter is None:
        raise LabError(f"{fleet.topology.name} has no arbiter")
    lonely = fleet.place(balancer(fleet, name).name)
    others = [
        *(one for one in fleet.topology.balancers if one is not lonely),
        fleet.place(fleet.arbiter.name),
    ]
    for other in others:
        network.separate(fleet.switch, lonely, other)
    return f"nothing passes between {lonely.name} and {', '.join(other.name for other in others)}"
