"""Asks all the time who answers for each address: two owners on one link are a split.

Needs the right to ask (CAP_NET_RAW). Without it one log line says so, and nothing is known.
"""

import ipaddress
import logging
import os
import select
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import psutil

from exporter.errors import Denied, SourceError, Unreachable
from exporter.transports.link import ArpLink, EchoLink, Link, NeighbourLink
from exporter.watchers.claimants import packets as neighbours
from exporter.watchers.claimants.ask_policy import OURSELVES, AskPolicy, Owners
from exporter.watchers.claimants.links import Address, Place, own_macs, place

log = logging.getLogger(__name__)

INTERVAL = 2.0  # seconds between two questions
WINDOW = 0.5  # seconds that answers may take; they take a millisecond where nobody is overloaded
ECHOES = 5  # as long as not all answer
ECHO_WINDOW = 0.02  # seconds for each; an address that is taken in the last one may be asked for all the same
# Before more than one owner is asked for again. With WINDOW it is longer than the kernel holds on to what
# it has just learned (`locktime` in arp(7), 1 s), so that the second question undoes what the first did.
DOUBT_SECONDS = 0.6
FRESH_SECONDS = 3 * (INTERVAL + WINDOW)  # an older count is not told

NOBODY: Owners = frozenset()
OURS = os.getpid() & 0xFFFF  # the identifier of our echoes
_GRANT = (
    "in the systemd unit AmbientCapabilities=CAP_NET_RAW, beside CapabilityBoundingSet= where that is set"
)


@dataclass
class Answers:
    """To one question for several addresses."""

    owners: dict[Address, Owners] = field(default_factory=dict)  # each address that could be asked for
    troubles: dict[Address, SourceError] = field(default_factory=dict)


def agreed(first: Mapping[Address, Owners], second: Mapping[Address, Owners]) -> dict[Address, Owners]:
    """Who answered both times counts, since an address that just moves may be seen at both ends once. Which
    could not be asked for a second time is not known."""
    return {vip: owners & second[vip] for vip, owners in first.items() if vip in second}


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
        self._claims = {vip: AskPolicy() for vip in self._vips}
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
        known = {vip: claims.met for vip, claims in self._claims.items() if len(claims.met) > 1}
        echoing = echo(known, self._stop) if known else {}
        now = time.monotonic()
        alone = {
            vip for vip, claims in self._claims.items() if claims.left_alone(echoing.get(vip, NOBODY), now)
        }
        first = ask([vip for vip in self._vips if vip not in alone], self._stop)
        self._tell(first.troubles)
        second = {vip: some for vip, some in first.owners.items() if self._claims[vip].sure(some, now)}
        doubtful = {vip: some for vip, some in first.owners.items() if vip not in second}
        if doubtful:
            # An owner that does not know this host asks for it in the address's name: better now than later.
            echo(doubtful, self._stop)
            self._stop.wait(DOUBT_SECONDS)
            second |= ask(list(doubtful), self._stop).owners
        owners = agreed(first.owners, second)
        for vip, some in owners.items():
            self._claims[vip].meet(first.owners[vip])
            self._claims[vip].learn(some, time.monotonic())
        self._known = {
            str(vip): len(claims.owners)
            for vip, claims in self._claims.items()
            if vip in owners.keys() | alone and claims.owners is not None
        }
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


def echo(owners: Mapping[Address, Owners], stop: threading.Event) -> dict[Address, Owners]:
    """Which of them answer for the address. Takes up to ECHOES times ECHO_WINDOW. Raises Denied."""
    interfaces = psutil.net_if_addrs()
    places = {vip: found for vip in owners if (found := place(vip, interfaces, owners)) and not found.held}
    silent = {vip: owners[vip] - {OURSELVES} for vip in places}
    answered, links = dict.fromkeys(silent, NOBODY), _Links()
    try:
        for _ in range(ECHOES):
            for vip, some in silent.items():
                with suppress(Unreachable):
                    links.echo(vip, places[vip], some)
            for vip, heard in links.hear(stop, ECHO_WINDOW, silent).items():
                answered[vip] |= silent[vip] & heard
            silent = {vip: rest for vip, some in silent.items() if (rest := some - answered[vip])}
            if not silent:
                break
    finally:
        links.close()
    return answered


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
        heard = links.hear(stop, WINDOW)
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
        self._echo: dict[tuple[str, int], EchoLink] = {}

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

    def echo(self, vip: Address, at: Place, owners: Owners) -> None:
        if not at.source:
            raise Unreachable(f"{at.interface}: it has no address near {vip} to ask from")
        key = at.interface, vip.version
        if key not in self._echo:
            self._echo[key] = EchoLink(at.interface, vip.version, OURS)
        link = self._echo[key]
        for owner in owners:
            link.send(neighbours.echo_request(link.mac, owner, ipaddress.ip_address(at.source), vip, OURS))

    def hear(
        self, stop: threading.Event, seconds: float, wanted: Mapping[Address, Owners] | None = None
    ) -> dict[Address, set[bytes]]:
        """Who answers, until the time is over, or until all have who are wanted."""
        heard: dict[Address, set[bytes]] = {}
        until = time.monotonic() + seconds
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            if wanted is not None and all(some <= heard.get(vip, set()) for vip, some in wanted.items()):
                break
            for link in select.select(self._every, [], [], left)[0]:
                while (data := link.receive()) is not None and time.monotonic() < until:
                    if answer := _answer(link, data):
                        heard.setdefault(answer[0], set()).add(answer[1])
        return heard

    @property
    def _every(self) -> list[Link]:
        return [*self._arp.values(), *self._neighbour.values(), *self._echo.values()]

    def close(self) -> None:
        for link in self._every:
            link.close()


def _answer(link: Link, data: bytes) -> tuple[Address, bytes] | None:
    if isinstance(link, EchoLink):
        return neighbours.echo_answer(data, OURS)
    if isinstance(link, ArpLink):
        return neighbours.arp_answer(data, link.mac)
    return neighbours.advertisement(data)
