"""What happens where a lost node is fenced before anything moves."""

from deploy.lab import loop, network, sbd_hardware
from deploy.lab.errors import LabError
from deploy.lab.faults.balancers import node_off
from deploy.lab.fleet import Fleet
from deploy.lab.topology import Topology


def has_fencing(topology: Topology) -> bool:
    return topology.fencing is not None


def fencing_lost(fleet: Fleet, _name: str | None) -> str:
    """The device can't be reached, or the disk can't be read."""
    if fleet.topology.fencing == "disk":
        loop.lose(sbd_hardware.disk(fleet))
        return "the shared disk answers with errors"
    if fleet.pdu is None:
        raise LabError(f"{fleet.topology.name} has no fencing device")
    place = fleet.place(fleet.pdu.name)
    for number in range(len(place.addresses)):
        network.unplug(fleet.switch, place, number)
    return f"{place.name} taken off the network"


def fencing_fails(fleet: Fleet, name: str | None) -> str:
    """The node that serves is lost, and what should end it can't be reached."""
    return f"{fencing_lost(fleet, None)}; {node_off(fleet, name)}"
