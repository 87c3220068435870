"""The addresses that the kernel lists, as one set to look in."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Protocol

from exporter.errors import Unparsable
from exporter.parsing import excerpt

_FAMILIES = (socket.AF_INET, socket.AF_INET6)


class Entry(Protocol):
    """One address of an interface: psutil's snicaddr. Hardware addresses are among them."""

    @property
    def family(self) -> int: ...
    @property
    def address(self) -> str: ...


def held(interfaces: Mapping[str, Iterable[Entry]]) -> frozenset[str]:
    """Normalised addresses; one with a scope (`fe80::1%eth0`) stands there with and without it."""
    if not interfaces:
        raise Unparsable("the kernel lists no interface, not even lo")
    found: set[str] = set()
    for name, entries in interfaces.items():
        for entry in entries:
            if entry.family in _FAMILIES:
                found |= _forms(entry.address, name)
    return frozenset(found)


def _forms(text: str, interface: str) -> set[str]:
    try:
        return {str(ipaddress.ip_address(text)), str(ipaddress.ip_address(text.partition("%")[0]))}
    except ValueError:
        raise Unparsable(f"interface {interface}: expected an IP address, got {excerpt(text)}") from None
