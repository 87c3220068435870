"""Asks in a thread, every two seconds, who answers for each address: two owners on one link are a split.

Needs the capability CAP_NET_RAW. Without it one log line says so, and nothing is known.
"""

import ipaddress
import logging
import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from exporter.errors import Denied, SourceError, Unreachable
from exporter.transports.interfaces import interfaces
from exporter.transports.link import ArpLink, EchoLink, Link, NeighbourLink, wait_readable
from exporter.trouble import TroubleLog
from exporter.watchers.claimants import packets
from exporter.watchers.claimants.ask_policy import OURSELVES, AskPolicy, Owners
from exporter.watchers.claimants.links import Address, VipLink, find_link, own_macs

log = logging.getLogger(__name__)

INTERVAL = 2.0  # seconds between two rounds
WINDOW = 0.5  # seconds that replies may take; they take a millisecond where nobody is overloaded
ECHOES = 5  # as long as not all reply
ECHO_WINDOW = 0.02  # seconds for each; an address taken over in the last one may be asked for all the same
# Before more than one owner is asked for again. With WINDOW it is longer than the kernel keeps a new entry
# (`locktime` in arp(7), 1 s), so that the second question undoes the change that the first one made.
CONFIRM_SECONDS = 0.6
FRESH_SECONDS = 3 * (INTERVAL + WINDOW)  # an older count is not published

NOBODY: Owners = frozenset()
ECHO_IDENTIFIER = os.getpid() & 0xFFFF
_GRANT = (
    "in the systemd unit AmbientCapabilities=CAP_NET_RAW, beside CapabilityBoundingSet= where that is set"
)


@dataclass
class Answers:
    """To one question for several addresses."""

    owners: dict[Address, Owners] = field(default_factory=dict)  # of each address that could be asked for
    troubles: dict[Address, SourceError] = field(default_factory=dict)


def _without_scope(vips: Iterable[str]) -> tuple[Address, ...]:
    return tuple(ipaddress.ip_address(vip) for vip in vips if "%" not in vip)


def agreed(first: Mapping[Address, Owners], second: Mapping[Address, Owners]) -> dict[Address, Owners]:
    """The owners that answered both questions: an address that just moves may be seen at both ends once. One
    that could not be asked for a second time is not known."""
    return {vip: owners & second[vip] for vip, owners in first.items() if vip in second}


class Listener(Protocol):
    """Is called from the thread that asks; must not wait."""

    def shared(self, address: str) -> None:
        """Several hosts answer for the address. Called after each round with that result."""


class ClaimantsWatcher:
    """Counts the owners of addresses on links of this host, from start() to close()."""

    def __init__(self, vips: Iterable[str], listeners: Sequence[Listener] = ()):
        """An address with a scope (`fe80::1%eth0`) is not asked for."""
        self._listeners = listeners
        self._wanted = _without_scope(vips)
        self._policies: dict[Address, AskPolicy] = {}
        self._troubles: dict[Address, TroubleLog] = {}
        self._take_over()
        self._defect = TroubleLog(log, "vip_claimants", failing="a round failed", recovered="asks again")
        self._counts: dict[str, int] = {}
        self._counted = float("-inf")  # monotonic seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="claimants", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def change(self, vips: Iterable[str]) -> None:
        """Ask for these from the next round on. What is known of those that were asked for already stays."""
        self._wanted = _without_scope(vips)

    def _take_over(self) -> None:
        """In the thread that asks, once there is one: what the round works with changes between two."""
        wanted = self._wanted
        self._policies = {vip: self._policies.get(vip) or AskPolicy() for vip in wanted}
        self._troubles = {
            vip: self._troubles.get(vip)
            or TroubleLog(log, f"vip_claimants of {vip}", recovered="asked for again")
            for vip in wanted
        }

    def close(self) -> None:
        self._stop.set()

    def counts(self) -> Mapping[str, int]:
        """Owners by address, of those that are known now. Waits for nothing."""
        return self._counts if time.monotonic() - self._counted <= FRESH_SECONDS else {}

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._round()
                self._defect.report(None)
            except Denied as error:
                log.warning("vip_claimants is off: %s; grant it: %s", error, _GRANT)
                return
            except Exception as error:
                self._defect.report(error)
            self._stop.wait(max(0.0, began + INTERVAL - time.monotonic()))

    def _round(self) -> None:
        self._take_over()
        deferred = self._deferred()
        first = ask([vip for vip in self._policies if vip not in deferred], self._stop)
        for vip, trouble in self._troubles.items():
            trouble.report(first.troubles.get(vip))
        owners = agreed(first.owners, self._confirm(first.owners))
        for vip, some in owners.items():
            self._policies[vip].remember(first.owners[vip])
            self._policies[vip].record(some, time.monotonic())
        self._counts = {
            str(vip): len(policy.owners)
            for vip, policy in self._policies.items()
            if vip in owners.keys() | deferred and policy.owners is not None
        }
        self._counted = time.monotonic()
        for listener in self._listeners:
            for address, count in self._counts.items():
                if count > 1:
                    listener.shared(address)

    def _deferred(self) -> set[Address]:
        """Addresses whose known owners reply to echoes, so that they need not be asked for in this round."""
        known = {
            vip: policy.known_owners for vip, policy in self._policies.items() if len(policy.known_owners) > 1
        }
        echoing = echo(known, self._stop) if known else {}
        now = time.monotonic()
        return {vip for vip, policy in self._policies.items() if policy.defers(echoing.get(vip, NOBODY), now)}

    def _confirm(self, first: Mapping[Address, Owners]) -> dict[Address, Owners]:
        """The second answers. A result that needs none counts as confirmed."""
        now = time.monotonic()
        second = {vip: some for vip, some in first.items() if self._policies[vip].is_conclusive(some, now)}
        doubtful = {vip: some for vip, some in first.items() if vip not in second}
        if not doubtful:
            return second
        # An owner that does not know this host asks for it in the address's name: better now than later.
        echo(doubtful, self._stop)
        self._stop.wait(CONFIRM_SECONDS)
        return second | ask(list(doubtful), self._stop).owners


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
