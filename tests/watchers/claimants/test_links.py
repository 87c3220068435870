"""On which link an address is asked for, by lists of addresses as psutil gives them."""

import ipaddress
import socket
from dataclasses import dataclass

import psutil

from exporter.watchers.claimants.links import Entry, Interfaces, own_macs, place

Raw = tuple[int, str, str | None]  # family, address, netmask

MAC = "02:00:00:00:00:11"
LO: list[Raw] = [
    (socket.AF_INET, "127.0.0.1", "255.0.0.0"),
    (socket.AF_INET6, "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]
ETH0: list[Raw] = [
    (socket.AF_PACKET, MAC, None),
    (socket.AF_INET, "10.0.0.11", "255.255.255.0"),
    (socket.AF_INET6, "fe80::11%eth0", "ffff:ffff:ffff:ffff::"),
    (socket.AF_INET6, "2001:db8::11", "ffff:ffff:ffff:ffff::"),
]


@dataclass(frozen=True)
class Listed:
    """Stands in for psutil's snicaddr."""

    family: int
    address: str
    netmask: str | None


def host(**interfaces: list[Raw]) -> Interfaces:
    return {name: [Listed(*one) for one in entries] for name, entries in interfaces.items()}


def where(vip: str, interfaces: Interfaces) -> tuple[str, bool] | None:
    address = ipaddress.ip_address(vip)
    found = place(address, interfaces, [address])
    return (found.interface, found.held) if found else None


def test_the_interface_whose_network_holds_it() -> None:
    """An address that is elsewhere is asked for where its network is."""
    assert where("10.0.0.100", host(lo=LO, eth0=ETH0)) == ("eth0", False)
    assert where("2001:db8::100", host(lo=LO, eth0=ETH0)) == ("eth0", False)


def test_the_narrowest_network_wins() -> None:
    """As with the kernel's routes."""
    wide: list[Raw] = [(socket.AF_INET, "10.1.0.1", "255.0.0.0")]
    assert where("10.0.0.100", host(eth1=wide, eth0=ETH0, eth2=wide)) == ("eth0", False)


def test_held_with_no_network_of_its_own() -> None:
    """The article's cidr_netmask=32: the interface that has it, whatever other networks there are."""
    vip: list[Raw] = [(socket.AF_INET, "10.0.0.100", "255.255.255.255")]
    assert where("10.0.0.100", host(eth0=ETH0, eth1=vip)) == ("eth1", True)


def test_on_no_link_of_this_host() -> None:
    """A client behind a router can't ask: not 0, which would be that nobody has it."""
    assert where("192.0.2.100", host(lo=LO, eth0=ETH0)) is None


def test_on_the_loopback_interface_it_is_not_held() -> None:
    """IPaddr2's lvs_support leaves it there, where it is not answered for."""
    vip: list[Raw] = [(socket.AF_INET, "10.0.0.100", "255.255.255.255")]
    assert where("10.0.0.100", host(lo=LO + vip, eth0=ETH0)) == ("eth0", False)


def test_the_source_is_link_local_and_none_of_the_vips() -> None:
    """The answer must come to this host, and to no other holder."""
    both = [ipaddress.ip_address("fe80::11"), ipaddress.ip_address("2001:db8::100")]
    found = place(both[1], host(eth0=ETH0), both)
    assert found and found.source is None
    found = place(both[1], host(eth0=ETH0), both[1:])
    assert found and (found.source, found.mac) == ("fe80::11", bytes.fromhex(MAC.replace(":", "")))


def test_own_macs() -> None:
    """Of Ethernet's kind only; InfiniBand's has 20 bytes."""
    ib: list[Raw] = [(socket.AF_PACKET, ":".join(["80"] * 20), None)]
    assert own_macs(host(lo=LO, eth0=ETH0, ib0=ib)) == {bytes.fromhex(MAC.replace(":", ""))}


def test_this_host() -> None:
    """The kernel's own list can be read."""
    interfaces: Interfaces = psutil.net_if_addrs()
    assert own_macs(interfaces)
    assert where("127.0.0.1", interfaces) is None
    entry: Entry = next(iter(interfaces["lo"]))
    assert entry.address
