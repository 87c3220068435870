"""On which link an address is asked for, by lists of addresses as transports/interfaces.py gives them."""

import ipaddress

from exporter.interface_address import InterfaceAddress, Interfaces
from exporter.transports.interfaces import interfaces
from exporter.watchers.claimants.links import find_link, own_macs

Listed = InterfaceAddress

MAC = "02:00:00:00:00:11"
LO: list[Listed] = [
    Listed("ipv4", "127.0.0.1", "255.0.0.0"),
    Listed("ipv6", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]
ETH0: list[Listed] = [
    Listed("mac", MAC),
    Listed("ipv4", "10.0.0.11", "255.255.255.0"),
    Listed("ipv6", "fe80::11%eth0", "ffff:ffff:ffff:ffff::"),
    Listed("ipv6", "2001:db8::11", "ffff:ffff:ffff:ffff::"),
]


def host(**listed: list[Listed]) -> Interfaces:
    return listed


def where(vip: str, listed: Interfaces) -> tuple[str, bool] | None:
    address = ipaddress.ip_address(vip)
    found = find_link(address, listed, [address])
    return (found.interface, found.held) if found else None


def test_the_interface_whose_network_holds_it() -> None:
    """An address that is elsewhere is asked for where its network is."""
    assert where("10.0.0.100", host(lo=LO, eth0=ETH0)) == ("eth0", False)
    assert where("2001:db8::100", host(lo=LO, eth0=ETH0)) == ("eth0", False)


def test_the_narrowest_network_wins() -> None:
    """As with the kernel's routes."""
    wide: list[Listed] = [Listed("ipv4", "10.1.0.1", "255.0.0.0")]
    assert where("10.0.0.100", host(eth1=wide, eth0=ETH0, eth2=wide)) == ("eth0", False)


def test_held_with_no_network_of_its_own() -> None:
    """The article's cidr_netmask=32: the interface that has it, whatever other networks there are."""
    vip: list[Listed] = [Listed("ipv4", "10.0.0.100", "255.255.255.255")]
    assert where("10.0.0.100", host(eth0=ETH0, eth1=vip)) == ("eth1", True)


def test_on_no_link_of_this_host() -> None:
    """A client behind a router can't ask: unknown, not 0, which would mean that nobody has it."""
    assert where("192.0.2.100", host(lo=LO, eth0=ETH0)) is None


def test_on_the_loopback_interface_it_is_not_held() -> None:
    """IPaddr2's lvs_support leaves it there, where nobody answers for it."""
    vip: list[Listed] = [Listed("ipv4", "10.0.0.100", "255.255.255.255")]
    assert where("10.0.0.100", host(lo=LO + vip, eth0=ETH0)) == ("eth0", False)


def test_the_source_is_link_local_and_none_of_the_vips() -> None:
    """The answer must come to this host, and to no other holder."""
    both = [ipaddress.ip_address("fe80::11"), ipaddress.ip_address("2001:db8::100")]
    found = find_link(both[1], host(eth0=ETH0), both)
    assert found and found.source is None
    found = find_link(both[1], host(eth0=ETH0), both[1:])
    assert found and (found.source, found.mac) == ("fe80::11", bytes.fromhex(MAC.replace(":", "")))


def test_own_macs() -> None:
    """Of Ethernet's kind only; InfiniBand's has 20 bytes."""
    ib: list[Listed] = [Listed("mac", ":".join(["80"] * 20))]
    assert own_macs(host(lo=LO, eth0=ETH0, ib0=ib)) == {bytes.fromhex(MAC.replace(":", ""))}


def test_this_host() -> None:
    """The kernel's own list can be read."""
    listed = interfaces()
    assert own_macs(listed)
    assert where("127.0.0.1", listed) is None
    assert listed["lo"][0].address
