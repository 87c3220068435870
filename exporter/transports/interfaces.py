"""The addresses of this host, as the kernel lists them: one netlink call, no `ip` process."""

import ipaddress
import socket
from collections.abc import Mapping

import psutil

from exporter.errors import Unreachable
from exporter.interface_address import AddressKind, InterfaceAddress, Interfaces

_KINDS: Mapping[int, AddressKind] = {
    socket.AF_INET: "ipv4",
    socket.AF_INET6: "ipv6",
    socket.AF_PACKET: "mac",
}


def interfaces() -> Interfaces:
    """Every address of every interface. Raises Unreachable."""
    try:
        listed = psutil.net_if_addrs()
    except OSError as error:
        raise Unreachable(f"the kernel's list of addresses: {error.strerror or error}") from None
    return {
        name: [
            InterfaceAddress(_KINDS[one.family], one.address, one.netmask)
            for one in entries
            if one.family in _KINDS
        ]
        for name, entries in listed.items()
    }


def running() -> frozenset[str]:
    """The interfaces that are up and have a link. Raises Unreachable."""
    try:
        return frozenset(name for name, one in psutil.net_if_stats().items() if one.isup)
    except OSError as error:
        raise Unreachable(f"the kernel's list of interfaces: {error.strerror or error}") from None


def is_here(host: str) -> bool:
    """Whether a name or address is one of this host's: loopback, or an address that it holds now."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    own = {entry.address for entries in interfaces().values() for entry in entries if entry.kind != "mac"}
    return any(ipaddress.ip_address(address).is_loopback or address in own for address in found)
