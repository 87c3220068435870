"""Bridges without an address or a way out, in a namespace of their own, and the veths into the hosts.

A port is `folab-NET-HOST` in the switch (`folab-0-11` plugs 10.0.0.11 into network 0) and ethNET in its host.
"""

from collections.abc import Iterable

from deploy.lab.host import Host
from deploy.lab.topology import Host as Place
from deploy.lab.topology import Topology

SWITCH = "switch"
TABLE = "table bridge folab"
FIREWALL = "table inet folab"  # of a host


def bridge(network: int) -> str:
    return f"folab-{network}"


def port(place: Place, network: int) -> str:
    return f"folab-{network}-{place.addresses[network].rpartition('.')[2]}"


def ports(topology: Topology) -> list[tuple[Place, int]]:
    return [(place, network) for place in topology.hosts for network in range(len(place.addresses))]


def build_switch(switch: Host, topology: Topology) -> None:
    for network in range(len(topology.prefixes)):
        _ip(switch, f"link add {bridge(network)} type bridge forward_delay 0 stp_state 0")
        _ip(switch, f"link set {bridge(network)} up")


def plug(switch: Host, host: Host, place: Place) -> None:
    for network, address in enumerate(place.addresses):
        name = port(place, network)
        peer = f"peer name eth{network} netns {host.pid()}"
        _ip(switch, f"link add {name} type veth {peer}")
        _ip(switch, f"link set {name} master {bridge(network)} up")
        _ip(host, f"addr add {address}/24 broadcast + dev eth{network}")
        _ip(host, f"link set eth{network} up")
    if place.ipv6:
        _ip(host, f"addr add {place.ipv6}/64 dev eth0 nodad")


def unplug(switch: Host, place: Place, network: int = 0) -> None:
    """The cable still has a carrier at both ends, and carries nothing."""
    _ip(switch, f"link set {port(place, network)} nomaster")


def plug_again(switch: Host, place: Place, network: int = 0) -> None:
    _ip(switch, f"link set {port(place, network)} master {bridge(network)} up")


def is_plugged(switch: Host, place: Place, network: int = 0) -> bool:
    return f" master {bridge(network)} " in switch.run("ip", "-oneline", "link", "show", port(place, network))


def cut_power(switch: Host, place: Place) -> None:
    """As a machine without power: its cables have no carrier at either end."""
    for network in range(len(place.addresses)):
        _ip(switch, f"link set {port(place, network)} down")


def forget(host: Host, addresses: Iterable[str]) -> None:
    """Takes addresses off whatever interface has them."""
    for address in addresses:
        host.in_network("ip", "address", "flush", "to", address)


def separate(switch: Host, one: Place, other: Place, *matches: str) -> None:
    """Nothing passes between two hosts on any network, or nothing that one of nftables' `matches` fits;
    both still reach everybody else.
    """
    drop(switch, ((one, other), (other, one)), *matches)


def drop(switch: Host, ways: Iterable[tuple[Place, Place]], *matches: str, instead: bool = False) -> None:
    """Nothing passes from the first to the second of each, or nothing that one of `matches` fits: besides
    what is dropped already, or instead of it."""
    rules = [
        f"iifname {port(a, network)} oifname {port(b, network)} {match} drop"
        for a, b in ways
        for network in range(len(a.addresses))
        for match in matches or ("",)
    ]
    chain = "\n".join(["type filter hook forward priority 0; policy accept;", *rules])
    before = f"add {TABLE}\nflush {TABLE}\n" if instead else ""
    switch.run("nft", "--file", "-", stdin=f"{before}{TABLE} {{\nchain forward {{\n{chain}\n}}\n}}\n")


def reject(host: Host, address: str, port: int) -> None:
    """A firewall on the host refuses new connections from elsewhere."""
    new = f"ip daddr {address} tcp dport {port} tcp flags & (syn | ack) == syn"
    rule = f'iifname != "lo" {new} reject with tcp reset'
    chain = f"type filter hook input priority 0; policy accept;\n{rule}"
    host.run("nft", "--file", "-", stdin=f"{FIREWALL} {{\nchain input {{\n{chain}\n}}\n}}\n")


def open_again(host: Host) -> None:
    host.run("nft", "--file", "-", stdin=f"add {FIREWALL}\ndelete {FIREWALL}\n")


def repair(switch: Host, topology: Topology) -> None:
    """Every port on its bridge and nothing filtered, whatever it was before. What fencing closed stays."""
    switch.run("nft", "--file", "-", stdin=f"add {TABLE}\ndelete {TABLE}\n")
    for place, network in ports(topology):
        if not may_be_fenced(topology, place, network):
            plug_again(switch, place, network)


def may_be_fenced(topology: Topology, place: Place, network: int = 0) -> bool:
    """Whether unfencing alone opens the port again."""
    return topology.fencing == "fabric" and place in topology.balancers and network == 0


def is_fenced(switch: Host, topology: Topology, place: Place) -> bool:
    """Whether fencing has closed its port."""
    return may_be_fenced(topology, place) and not is_plugged(switch, place)


def _ip(host: Host, command: str) -> None:
    host.in_network("ip", *command.split())
