"""What one reading of Corosync is: the tools' outputs joined, links with the names of their nodes."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.errors import Unparsable
from exporter.sources.corosync.parse.cfgtool import CfgtoolStatus, LocalLink
from exporter.sources.corosync.parse.configuration import Configuration
from exporter.sources.corosync.parse.quorumtool import Quorum
from exporter.sources.corosync.parse.stats import KnetLink, Stats


@dataclass(frozen=True)
class Layout:
    """What changes only when corosync starts or reloads its configuration."""

    configuration: Configuration
    local: CfgtoolStatus

    @property
    def peers(self) -> list[int]:
        return [node for node in self.configuration.nodes if node != self.local.node_id]

    @property
    def own_addresses(self) -> dict[int, str]:
        """By link, as in corosync.conf; empty without a node list."""
        own = self.configuration.nodes.get(self.local.node_id)
        return dict(own.addresses) if own else {}

    def knet_links(self) -> list[tuple[int, int]]:
        """Node id and number of each link towards a peer that corosync.conf asks for."""
        return [
            (peer, link)
            for peer in self.peers
            for link in self.own_addresses
            if link in self.configuration.nodes[peer].addresses
        ]

    def name(self, node_id: int) -> str:
        """As in the node list, else its first address there, else its id."""
        node = self.configuration.nodes.get(node_id)
        return node.name if node else str(node_id)


@dataclass(frozen=True)
class Ring:
    number: int
    address: str
    healthy: bool


@dataclass(frozen=True)
class PeerLink:
    number: int
    node_id: int
    node: str
    enabled: bool
    connected: bool
    knet: KnetLink | None  # counters; None with UDP(U), or where knet has not made the link


@dataclass(frozen=True)
class CorosyncReading:
    layout: Layout
    quorum: Quorum
    stats: Stats | None  # None with Corosync 2: it has no statistics map
    rings: tuple[Ring, ...]
    links: tuple[PeerLink, ...]


def check_layout(layout: Layout) -> None:
    """A link's list of nodes is as long as the node list, unless one of the two is cut off."""
    nodes = len(layout.configuration.nodes)
    for link in layout.local.links:
        if nodes and link.rows not in {0, nodes}:
            raise Unparsable(
                f"corosync-cfgtool: link {link.number} lists {link.rows} nodes, not {nodes}: cut off"
            )
    numbers = {link.number for link in layout.local.links}
    if not layout.local.transport and not numbers.issuperset(layout.own_addresses):
        raise Unparsable(
            f"corosync-cfgtool: links {numbers}, configured {set(layout.own_addresses)}: cut off"
        )


def put_together(layout: Layout, quorum: Quorum, stats: Stats | None) -> CorosyncReading:
    if layout.local.knet:
        if stats is None:
            raise Unparsable("corosync-cmapctl: no statistics, knet always has them")
        links = tuple(_from_stats(layout, stats))
    else:
        links = tuple(_from_cfgtool(layout))
    return CorosyncReading(layout, quorum, stats, tuple(_rings(layout, links)), links)


def _from_stats(layout: Layout, stats: Stats) -> Iterator[PeerLink]:
    """A link that is configured and that knet does not have could not be set up: not enabled."""
    for peer, number in layout.knet_links():
        knet = stats.links.get((peer, number))
        yield PeerLink(
            number=number,
            node_id=peer,
            node=layout.name(peer),
            enabled=knet is not None and knet.enabled,
            connected=knet is not None and knet.connected,
            knet=knet,
        )


def _from_cfgtool(layout: Layout) -> Iterator[PeerLink]:
    """UDP(U) from 3.1.1: a link is listed while its interface is up, then with every node."""
    listed = {link.number: link for link in layout.local.links}
    for number in layout.own_addresses if layout.local.transport else ():
        link = listed.get(number)
        for peer in layout.peers:
            yield PeerLink(
                number=number,
                node_id=peer,
                node=layout.name(peer),
                enabled=link is not None,
                connected=link is not None and link.connected.get(peer, False),
                knet=None,
            )


def _rings(layout: Layout, links: tuple[PeerLink, ...]) -> Iterator[Ring]:
    """With knet the node list names the links: corosync-cfgtool leaves out one that is not enabled."""
    listed = {link.number: link for link in layout.local.links}
    numbers = layout.own_addresses.keys() | (set() if layout.local.knet else listed.keys())
    for number in sorted(numbers):
        link = listed.get(number)
        connected = all(peer.connected for peer in links if peer.number == number)
        working = layout.local.knet or (link is not None and not link.faulty)
        yield Ring(number, _address(layout, number, link), working and connected)


def _address(layout: Layout, number: int, link: LocalLink | None) -> str:
    """With UDP(U) corosync-cfgtool from 3.1.1 on gives the address of another node as this one's."""
    configured = layout.own_addresses.get(number, "")
    if link is None or (link.rows and not layout.local.knet and configured):
        return configured
    return link.address
