"""On which link of this host an address is asked for, by the kernel's list of addresses (pure)."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from exporter.interface_address import InterfaceAddress, Interfaces

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Networks = list[ipaddress.IPv4Interface | ipaddress.IPv6Interface]


@dataclass(frozen=True)
class VipLink:
    """The link of one address, as this host sees it."""

    interface: str
    held: bool  # this host itself has the address there, and answers for it
    mac: bytes
    source: str | None  # an own address to ask from, none of those asked for; link-local for IPv6


def find_link(vip: Address, interfaces: Interfaces, vips: Iterable[Address]) -> VipLink | None:
    """None where the address is on no link of this host. `vips`: all that are asked for.

    An address with a netmask of /32, as IPaddr2 is often configured, has no network: where it isn't held, the
    link is found by the network of another address. On the loopback interface nobody answers for it: that is
    where IPaddr2's lvs_support leaves it.
    """
    matching: list[tuple[int, str]] = []
    for name, addresses in interfaces.items():
        networks = _networks(addresses)
        if any(one.is_loopback for one in networks):
            continue
        if any(one.ip == vip for one in networks):
            return _link(vip, name, addresses, vips, held=True)
        matching += [(one.network.prefixlen, name) for one in networks if vip in one.network]
    if not matching:
        return None
    name = max(matching, key=lambda one: one[0])[1]
    return _link(vip, name, interfaces[name], vips, held=False)


def own_macs(interfaces: Interfaces) -> frozenset[bytes]:
    return frozenset(mac for addresses in interfaces.values() if (mac := _mac(addresses)))


def _link(
    vip: Address, name: str, addresses: Iterable[InterfaceAddress], vips: Iterable[Address], *, held: bool
) -> VipLink:
    networks = [one for one in _networks(addresses) if one.version == vip.version]
    near = [one.ip for one in networks if (vip in one.network if vip.version == 4 else one.is_link_local)]
    source = next((str(ip) for ip in near if ip not in vips), None)
    return VipLink(name, held, _mac(addresses) or b"", source)


def _networks(addresses: Iterable[InterfaceAddress]) -> _Networks:
    """From ``10.0.0.11`` and ``255.255.255.0``, ``fe80::1%eth0`` and ``ffff:ffff:ffff:ffff::``."""
    found: _Networks = []
    for one in addresses:
        if one.kind == "ipv4" and one.netmask:
            found.append(ipaddress.IPv4Interface(f"{one.address}/{one.netmask}"))
        elif one.kind == "ipv6" and one.netmask:
            prefix = int(ipaddress.IPv6Address(one.netmask)).bit_count()
            found.append(ipaddress.IPv6Interface(f"{one.address.partition('%')[0]}/{prefix}"))
    return found


def _mac(addresses: Iterable[InterfaceAddress]) -> bytes | None:
    """Of Ethernet's kind only, ``02:fc:00:00:00:01``: InfiniBand's has 20 bytes."""
    for one in addresses:
        if one.kind == "mac" and one.address.count(":") == 5:
            return bytes.fromhex(one.address.replace(":", ""))
    return None
