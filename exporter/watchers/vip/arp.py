"""Asks all the time who answers for each address: two owners on one link are a split.

Needs the right to ask (CAP_NET_RAW). Without it one log line says so, and nothing is known.
"""

import ipaddress
import logging
import select
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import psutil

from exporter.errors import Denied, SourceError, Unreachable
from exporter.transports.link import ArpLink, Link, NeighbourLink
from exporter.watchers.vip import neighbours
from exporter.watchers.vip.links import Address, Place, own_macs, place

log = logging.getLogger(__name__)

INTERVAL = 2.0  # seconds between two questions
WINDOW = 0.5  # seconds that answers may take; they take a millisecond where nobody is overloaded
DOUBT_SECONDS = 0.3  # before more than one owner is asked for again
FRESH_SECONDS = 3 * (INTERVAL + WINDOW)  # an older count is not told

OURSELVES = b"ourselves"
Owners = frozenset[bytes]  # MAC addresses, or OURSELVES
_GRANT = (
    "in the systemd unit AmbientCapabilities=CAP_NET_RAW, beside CapabilityBoundingSet= where that is set"
)


@dataclass
class Answers:
    """To one question for several addresses."""

    owners: dict[Address, Owners] = field(default_factory=dict)  # each address that could be asked for
    troubles: dict[Address, SourceError] = field(default_factory=dict)


def agreed(first: Mapping[Address, Owners], second: Mapping[Address, Owners]) -> dict[Address, int]:
    """How many own each address. Those that had several owners were asked for twice: who answered both times
    counts, since an address that just moves may be seen at both ends once."""
    sure = {vip: owners for vip, owners in first.items() if len(owners) <= 1}
    twice = {vip: owners & second[vip] for vip, owners in first.items() if vip in second}
    return {vip: len(owners) for vip, owners in (sure | twice).items()}


class Listener(Protocol):
    """Who wants to know at once. Called from the thread that asks; must not wait."""

    def shared(self, address: str) -> None:
        """Several hosts answer for it: told after each question that says so."""


class Claimants:
    """Of the addresses on links of this host, from start() to close()."""

    def __init__(self, vips: Iterable[str], listeners: Sequence[Listener] = ()):
        """One with a scope (`fe80::1%eth0`) is not asked for."""
        self._listeners = listeners
        self._vips = [ipaddress.ip_address(vip) for vip in vips if "%" not in vip]
        self._known: dict[str, int] = {}
        self._asked = float("-inf")  # monotonic seconds
        self._troubles: dict[Address, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="claimants", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()

    def counts(self) -> Mapping[str, int]:
        """By address, of those that are known now. Waits for nothing."""
        return self._known if time.monotonic() - self._asked <= FRESH_SECONDS else {}

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._round()
            except Denied as error:
                log.warning("vip_claimants is off: %s; grant it: %s", error, _GRANT)
                return
            except Exception:
                log.exception("vip_claimants: a question failed")
            self._stop.wait(max(0.0, began + INTERVAL - time.monotonic()))

    def _round(self) -> None:
        first = ask(self._vips, self._stop)
        self._tell(first.troubles)
        doubtful = [vip for vip, owners in first.owners.items() if len(owners) > 1]
        second = Answers()
        if doubtful:
            self._stop.wait(DOUBT_SECONDS)
            second = ask(doubtful, self._stop)
        counts = agreed(first.owners, second.owners)
        self._known = {str(vip): count for vip, count in counts.items()}
        self._asked = time.monotonic()
        for listener in self._listeners:
            for address, count in self._known.items():
                if count > 1:
                    listener.shared(address)

    def _tell(self, troubles: Mapping[Address, SourceError]) -> None:
        """One line when a trouble begins, changes or ends."""
        now = {vip: str(error) for vip, error in troubles.items()}
        for vip in self._vips:
            if now.get(vip) != self._troubles.get(vip):
                log.warning("vip_claimants of %s: %s", vip, now.get(vip, "asked for again"))
        self._troubles = now


def ask(vips: Sequence[Address], stop: threading.Event) -> Answers:
    """One question for each that is on a link of this host. Takes WINDOW. Raises Denied."""
    interfaces = psutil.net_if_addrs()
    places = {vip: found for vip in vips if (found := place(vip, interfaces, vips))}
    answers, links = Answers(), _Links()
    try:
        for vip, at in places.items():
            try:
                links.ask(vip, at)
            except Denied:
                raise
            except SourceError as error:
                answers.troubles[vip] = error
        after = psutil.net_if_addrs()
        heard = links.hear(stop)
    finally:
        links.close()
    ours = own_macs(interfaces) | own_macs(after)
    for vip, at in places.items():
        if vip not in answers.troubles:
            still = place(vip, after, vips)
            own = {OURSELVES} if at.held and still and still.held else set()
            answers.owners[vip] = frozenset(heard.get(vip, set()) - ours | own)
    return answers


class _Links:
    """Opened as they are needed, one for each interface and family."""

    def __init__(self) -> None:
        self._arp: dict[str, ArpLink] = {}
        self._neighbour: dict[str, NeighbourLink] = {}

    def ask(self, vip: Address, at: Place) -> None:
        name = at.interface
        if isinstance(vip, ipaddress.IPv4Address):
            if name not in self._arp:
                self._arp[name] = ArpLink(name)
            self._arp[name].send(neighbours.arp_probe(self._arp[name].mac, vip))
            return
        if not at.source or not at.mac:
            raise Unreachable(
                f"{name}: the neighbours can't be asked: it has no link-local address to ask from"
            )
        if name not in self._neighbour:
            self._neighbour[name] = NeighbourLink(name, at.mac, at.source)
        link = self._neighbour[name]
        link.send(neighbours.solicitation(at.mac, vip), neighbours.solicited_nodes(vip))

    def hear(self, stop: threading.Event) -> dict[Address, set[bytes]]:
        """Who answers, until the time is over."""
        heard: dict[Address, set[bytes]] = {}
        until = time.monotonic() + WINDOW
        links: list[Link] = [*self._arp.values(), *self._neighbour.values()]
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            for link in select.select(links, [], [], left)[0]:
                while (data := link.receive()) is not None and time.monotonic() < until:
                    for vip, mac in _answer(link, data):
                        heard.setdefault(vip, set()).add(mac)
        return heard

    def close(self) -> None:
        for link in (*self._arp.values(), *self._neighbour.values()):
            link.close()


def _answer(link: Link, data: bytes) -> Iterable[tuple[Address, bytes]]:
    if isinstance(link, ArpLink):
        answer: tuple[Address, bytes] | None = neighbours.arp_answer(data, link.mac)
    else:
        answer = neighbours.advertisement(data)
    return (answer,) if answer else ()
