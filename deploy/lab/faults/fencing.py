"""What happens where a lost node is fenced before anything moves."""

from deploy.lab import network
from deploy.lab.errors import LabError
from deploy.lab.faults.balancers import node_off
from deploy.lab.fleet import Fleet
from deploy.lab.topology import Topology


def has_fencing(topology: Topology) -> bool:
    return topology.pdu is not None


def fencing_fails(fleet: Fleet, name: str | None) -> str:
    """The node that serves is lost, and the unit that should cut its power can't be reached."""
    if fleet.pdu is None:
        raise LabError(f"{fleet.topology.name} has no fencing device")
    network.unplug(fleet.switch, fleet.place(fleet.pdu.name))
    return f"{fleet.pdu.name} taken off the network; {node_off(fleet, name)}"
