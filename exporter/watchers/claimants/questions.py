"""Questions to the links of this host, and who answers: ARP, neighbour discovery, echoes."""

import ipaddress
import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from exporter.errors import Denied, SourceError, Unreachable
from exporter.transports.interfaces import interfaces
from exporter.transports.link import ArpLink, EchoLink, Link, NeighbourLink, wait_readable
from exporter.watchers.claimants import packets
from exporter.watchers.claimants.ask_policy import OURSELVES, Owners
from exporter.watchers.claimants.links import Address, VipLink, find_link, own_macs

WINDOW = 0.5  # seconds that replies may take; they take a millisecond where nobody is overloaded
ECHOES = 5  # as long as not all reply
ECHO_WINDOW = 0.02  # seconds for each; an address taken over in the last one may be asked for all the same

NOBODY: Owners = frozenset()
ECHO_IDENTIFIER = os.getpid() & 0xFFFF


@dataclass
class Answers:
    """To one question for several addresses."""

    owners: dict[Address, Owners] = field(default_factory=dict)  # of each address that could be asked for
    troubles: dict[Address, SourceError] = field(default_factory=dict)


def echo(owners: Mapping[Address, Owners], stop: threading.Event) -> dict[Address, Owners]:
    """Which of them reply for the address. Takes up to ECHOES times ECHO_WINDOW. Raises Denied, and
    Unreachable where the kernel does not list its addresses."""
    listed = interfaces()
    at = {vip: link for vip in owners if (link := find_link(vip, listed, owners)) and not link.held}
    silent = {vip: owners[vip] - {OURSELVES} for vip in at}
    answered, links = dict.fromkeys(silent, NOBODY), _Links()
    try:
        for _ in range(ECHOES):
            for vip, some in silent.items():
                with suppress(Unreachable):
                    links.echo(vip, at[vip], some)
            for vip, heard in links.receive(stop, ECHO_WINDOW, silent).items():
                answered[vip] |= silent[vip] & heard
            silent = {vip: rest for vip, some in silent.items() if (rest := some - answered[vip])}
            if not silent:
                break
    finally:
        links.close()
    return answered


def ask(vips: Sequence[Address], stop: threading.Event) -> Answers:
    """One question for each that is on a link of this host. Takes WINDOW. Raises Denied, and Unreachable
    where the kernel does not list its addresses."""
    before = interfaces()
    at = {vip: link for vip in vips if (link := find_link(vip, before, vips))}
    answers, links = Answers(), _Links()
    try:
        for vip, link in at.items():
            try:
                links.ask(vip, link)
            except Denied:
                raise
            except SourceError as error:
                answers.troubles[vip] = error
        after = interfaces()
        heard = links.receive(stop, WINDOW)
    finally:
        links.close()
    ours = own_macs(before) | own_macs(after)
    for vip, link in at.items():
        if vip not in answers.troubles:
            still = find_link(vip, after, vips)
            own = {OURSELVES} if link.held and still and still.held else set()
            answers.owners[vip] = frozenset(heard.get(vip, set()) - ours | own)
    return answers


class _Links:
    """Opened as they are needed, one for each interface and family."""

    def __init__(self) -> None:
        self._arp: dict[str, ArpLink] = {}
        self._neighbour: dict[str, NeighbourLink] = {}
        self._echo: dict[tuple[str, int], EchoLink] = {}

    def ask(self, vip: Address, at: VipLink) -> None:
        name = at.interface
        if isinstance(vip, ipaddress.IPv4Address):
            if name not in self._arp:
                self._arp[name] = ArpLink(name)
            self._arp[name].send(packets.arp_probe(self._arp[name].mac, vip))
            return
        if not at.source or not at.mac:
            raise Unreachable(
                f"{name}: the neighbours can't be asked: it has no link-local address to ask from"
            )
        if name not in self._neighbour:
            self._neighbour[name] = NeighbourLink(name, at.mac, at.source)
        link = self._neighbour[name]
        link.send(packets.solicitation(at.mac, vip), packets.solicited_nodes(vip))

    def echo(self, vip: Address, at: VipLink, owners: Owners) -> None:
        if not at.source:
            raise Unreachable(f"{at.interface}: it has no address near {vip} to ask from")
        key = at.interface, vip.version
        if key not in self._echo:
            self._echo[key] = EchoLink(at.interface, vip.version, ECHO_IDENTIFIER)
        link, source = self._echo[key], ipaddress.ip_address(at.source)
        for owner in owners:
            link.send(packets.echo_request(link.mac, owner, source, vip, ECHO_IDENTIFIER))

    def receive(
        self, stop: threading.Event, seconds: float, expected: Mapping[Address, Owners] | None = None
    ) -> dict[Address, set[bytes]]:
        """The owners that reply, until `seconds` are over or all that are `expected` have."""
        heard: dict[Address, set[bytes]] = {}
        until = time.monotonic() + seconds
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            if expected is not None and all(some <= heard.get(vip, set()) for vip, some in expected.items()):
                break
            for link in wait_readable(self._all, left):
                while (data := link.receive()) is not None and time.monotonic() < until:
                    if answer := _answer(link, data):
                        heard.setdefault(answer[0], set()).add(answer[1])
        return heard

    @property
    def _all(self) -> list[Link]:
        return [*self._arp.values(), *self._neighbour.values(), *self._echo.values()]

    def close(self) -> None:
        for link in self._all:
            link.close()


def _answer(link: Link, data: bytes) -> tuple[Address, bytes] | None:
    if isinstance(link, EchoLink):
        return packets.echo_answer(data, ECHO_IDENTIFIER)
    if isinstance(link, ArpLink):
        return packets.arp_answer(data, link.mac)
    return packets.advertisement(data)
