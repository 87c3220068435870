"""On which link an address is to be asked for, told from the kernel's list of addresses (pure)."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Entry(Protocol):
    """One address of an interface: psutil's snicaddr. Hardware addresses are among them."""

    @property
    def family(self) -> int: ...
    @property
    def address(self) -> str: ...
    @property
    def netmask(self) -> str | None: ...


Interfaces = Mapping[str, Iterable[Entry]]


@dataclass(frozen=True)
class Place:
    interface: str
    held: bool  # this host itself holds the address there, and answers for it
    mac: bytes
    source: str | None  # an address of its own to ask from, none of those asked for; link-local for IPv6


def place(vip: Address, interfaces: Interfaces, vips: Iterable[Address]) -> Place | None:
    """None where the address is on no link of this host.

    An address with a netmask of /32, as IPaddr2 is often told, has no network: where it isn't held, the link
    is known by the network of another address. On the loopback interface nobody answers for it: that is where
    IPaddr2's lvs_support leaves it.
    """
    found: list[tuple[int, str]] = []
    for name, entries in interfaces.items():
        networks = [network for entry in entries if (network := _network(entry))]
        if any(one.is_loopback for one in networks):
            continue
        if any(one.ip == vip for one in networks):
            return _at(vip, name, interfaces, vips, held=True)
        found += [(one.network.prefixlen, name) for one in networks if vip in one.network]
    if not found:
        return None
    return _at(vip, max(found, key=lambda one: one[0])[1], interfaces, vips, held=False)


def own_macs(interfaces: Interfaces) -> frozenset[bytes]:
    return frozenset(mac for entries in interfaces.values() if (mac := _mac(entries)))


def _at(vip: Address, name: str, interfaces: Interfaces, vips: Iterable[Address], *, held: bool) -> Place:
    entries = interfaces[name]
    networks = [one for entry in entries if (one := _network(entry)) and one.version == vip.version]
    near = [one.ip for one in networks if (vip in one.network if vip.version == 4 else one.is_link_local)]
    source = next((str(ip) for ip in near if ip not in vips), None)
    return Place(name, held, _mac(entries) or b"", source)


def _network(entry: Entry) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface | None:
    """psutil: ``10.0.0.11`` and ``255.255.255.0``, ``fe80::1%eth0`` and ``ffff:ffff:ffff:ffff::``."""
    if entry.family == socket.AF_INET and entry.netmask:
        return ipaddress.IPv4Interface(f"{entry.address}/{entry.netmask}")
    if entry.family == socket.AF_INET6 and entry.netmask:
        prefix = int(ipaddress.IPv6Address(entry.netmask)).bit_count()
        return ipaddress.IPv6Interface(f"{entry.address.partition('%')[0]}/{prefix}")
    return None


def _mac(entries: Iterable[Entry]) -> bytes | None:
    """Of Ethernet's kind: ``02:fc:00:00:00:01``."""
    for entry in entries:
        if entry.family == socket.AF_PACKET and entry.address.count(":") == 5:
            return bytes.fromhex(entry.address.replace(":", ""))
    return None
