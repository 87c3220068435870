"""An interface of this host whose network holds the address, and that has a link."""

import ipaddress
from collections.abc import Collection, Iterable
from typing import ClassVar

from exporter.interface_address import Interfaces
from exporter.transports import interfaces
from exporter.transports.deadline import Deadline
from exporter.watchers.claimants.links import find_link
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.metrics import Checked


class VipInterface(Check):
    name: ClassVar[str] = "vip_interface"

    def __init__(self, addresses: Iterable[str]):
        """`addresses`: of the configuration; Pacemaker's are added."""
        self._addresses = frozenset(addresses)

    def ask(self, known: Known, deadline: Deadline) -> Checked | None:  # noqa: ARG002  # asks the kernel alone
        addresses = sorted({*self._addresses, *known.parameters.addresses.values()})
        if not addresses:
            return None
        here, running = interfaces.interfaces(), interfaces.running()
        named = known.parameters.interfaces
        failures = [
            why for one in addresses if (why := failure(one, named.get(one, ""), addresses, here, running))
        ]
        if failures:
            known.need_parameters()  # without them it is not known whether the resource names an interface
        return Checked(self.name, tuple(failures))


def failure(
    address: str, named: str, addresses: Iterable[str], here: Interfaces, running: Collection[str]
) -> str:
    """Why the address could not be had here; empty where it could. `named`: the interface that its resource
    names; else IPaddr2 takes the one whose network it belongs to."""
    interface = named
    if not named:
        all_of_them = [ipaddress.ip_address(one) for one in addresses]
        link = find_link(ipaddress.ip_address(address), here, all_of_them)
        if link is None:
            return f"{address} is in no network of this host's interfaces"
        interface = link.interface
    elif named not in here:
        return f"{address} belongs on {named}, and there is no such interface"
    return "" if interface in running else f"{address} belongs on {interface}, which has no link"
