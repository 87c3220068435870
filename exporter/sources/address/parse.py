"""The kernel's list of addresses -> the set of IP addresses that this host holds (pure)."""

import ipaddress

from exporter.errors import Unparsable
from exporter.interface_address import Interfaces
from exporter.parsing import excerpt


def held(interfaces: Interfaces) -> frozenset[str]:
    """Normalised addresses; one with a scope (`fe80::1%eth0`) is in it with and without the scope.

    Raises Unparsable for an empty list, and for an address that is none.
    """
    if not interfaces:
        raise Unparsable("the kernel lists no interface, not even lo")
    found: set[str] = set()
    for name, addresses in interfaces.items():
        for one in addresses:
            if one.kind != "mac":
                found |= _forms(one.address, name)
    return frozenset(found)


def _forms(text: str, interface: str) -> set[str]:
    try:
        return {str(ipaddress.ip_address(text)), str(ipaddress.ip_address(text.partition("%")[0]))}
    except ValueError:
        raise Unparsable(f"interface {interface}: expected an IP address, got {excerpt(text)}") from None
