"""The addresses of this host's network interfaces, as the kernel lists them (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

AddressKind = Literal["ipv4", "ipv6", "mac"]


@dataclass(frozen=True)
class InterfaceAddress:
    """One address of an interface, as text: `10.0.0.11`, `fe80::1%eth0`, `02:fc:00:00:00:01`."""

    kind: AddressKind
    address: str
    netmask: str | None = None  # `255.255.255.0`, `ffff:ffff:ffff:ffff::`


Interfaces = Mapping[str, Sequence[InterfaceAddress]]  # by the name of the interface
