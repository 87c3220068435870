"""The addresses of this host, as the kernel lists them: one netlink call, no `ip` process."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import psutil

from exporter.errors import Unreachable

_KINDS: Mapping[int, Literal["ipv4", "ipv6", "mac"]] = {
    socket.AF_INET: "ipv4",
    socket.AF_INET6: "ipv6",
    socket.AF_PACKET: "mac",
}


@dataclass(frozen=True)
class InterfaceAddress:
    """One address of an interface, as text: `10.0.0.11`, `fe80::1%eth0`, `02:fc:00:00:00:01`."""

    kind: Literal["ipv4", "ipv6", "mac"]
    address: str
    netmask: str | None = None  # `255.255.255.0`, `ffff:ffff:ffff:ffff::`


def interfaces() -> dict[str, Sequence[InterfaceAddress]]:
    """By interface. Raises Unreachable."""
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
