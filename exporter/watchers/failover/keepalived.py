"""Keepalived moves the addresses: each VRRP instance is a resource."""

import ipaddress
import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from exporter.errors import SourceError
from exporter.sources.address.parse import held
from exporter.sources.keepalived.reading import Instance, KeepalivedReading, Neighbours
from exporter.sources.keepalived.source import Options
from exporter.transports import names
from exporter.transports.interfaces import interfaces, running
from exporter.watchers.failover.detection.vrrp.causes import CAUSES
from exporter.watchers.failover.detection.vrrp.detector import VrrpDetector
from exporter.watchers.failover.detection.vrrp.snapshot import Shown, VrrpSnapshot
from exporter.watchers.failover.events import Held

Claimants = Callable[[], Mapping[str, int]]


class Keepalived:
    collector = "keepalived"
    causes = CAUSES
    stream = ""

    def __init__(self, options: Options):
        self._names = {address: name for name, address in options.nodes.items()}
        self._claimants: Claimants = dict
        self._known: dict[str, tuple[Instance, Neighbours]] = {}  # as Keepalived said last

    def attach(self, claimants: Claimants) -> None:
        """`claimants` gives how many hosts answer for an address, this one counted; where that is known."""
        self._claimants = claimants

    @staticmethod
    def detector(kept: Mapping[str, Held], here: str) -> VrrpDetector:
        return VrrpDetector(kept, here)

    def snapshot(self, reading: KeepalivedReading, chosen: Iterable[str]) -> VrrpSnapshot:
        wanted = set(chosen)
        groups = [group.members for group in reading.known.groups]
        for one in reading.instances:
            before = self._known.get(one.name, (one, Neighbours("", ())))[1]
            self._known[one.name] = one, reading.known.neighbours.get(one.name, before)
        if reading.running:
            told = {one.name for one in reading.instances}
            self._known = {name: kept for name, kept in self._known.items() if name in told}
        here, links, counts = _held(), _links(), self._claimants()
        return VrrpSnapshot(
            here=platform.node(),
            parent=reading.running.pid if reading.running else None,
            children=reading.running.children if reading.running else (),
            instances={
                name: replace(
                    self._shown(instance, near, here, links, counts, tells=reading.running is not None),
                    together=next((members for members in groups if name in members), ()),
                )
                for name, (instance, near) in self._known.items()
                if not wanted or name in wanted
            },
            bad_scripts=frozenset(reading.known.bad_scripts),
            bad_processes=frozenset(reading.known.bad_processes),
        )

    def _shown(  # noqa: PLR0913 - what Keepalived, the kernel and ARP say
        self,
        one: Instance,
        near: Neighbours,
        here: frozenset[str],
        links: frozenset[str],
        counts: Mapping[str, int],
        *,
        tells: bool,
    ) -> Shown:
        addresses = [held.address for held in one.addresses]
        bound = any(address in here for address in addresses)
        others = [counts[address] - (address in here) for address in addresses if address in counts]
        return Shown(
            state=one.state if tells else None,
            priority=one.effective_priority,
            base_priority=one.base_priority,
            since=one.last_transition,
            interval=one.master_advert_interval or one.advert_interval,
            received=one.counters.get("advert_rcvd", 0),
            goodbyes=one.counters.get("pri_zero_rcvd", 0),
            addresses=frozenset(addresses),
            bound=bound,
            others=max(0, *others) if others else None,
            link=one.interface in links,
            own_interval=one.advert_interval,
            peers=tuple(self._name(peer) for peer in near.peers),
            master=self._name(near.master) if near.master and not bound else "",
        )

    def _name(self, address: str) -> str:
        """As the configuration names it, else as the resolver does, without a domain that this host's own
        name does not have either; else its address."""
        if address not in self._names:
            name = address
            with suppress(SourceError):
                name = names.name_of(address)
            self._names[address] = name if "." in platform.node() or _numeric(name) else name.split(".", 1)[0]
        return self._names[address]

    @staticmethod
    def unknown(_seen: VrrpSnapshot) -> list[str]:
        return []  # Keepalived says them itself

    @staticmethod
    def learn(_resource: str) -> None:
        """Never asked to."""

    def known(self) -> dict[str, str]:
        return {
            name: instance.addresses[0].address
            for name, (instance, _) in self._known.copy().items()
            if instance.addresses
        }

    @staticmethod
    def of(resource: str, seen: VrrpSnapshot) -> frozenset[str]:
        shown = seen.instances.get(resource)
        return shown.addresses if shown else frozenset()


def _held() -> frozenset[str]:
    with suppress(SourceError):
        return held(interfaces())
    return frozenset()


def _links() -> frozenset[str]:
    with suppress(SourceError):
        return running()
    return frozenset()


def _numeric(name: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False
