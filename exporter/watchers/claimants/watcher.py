"""Asks in a thread, every two seconds, who answers for each address: two owners on one link are a split.

Needs the capability CAP_NET_RAW. Without it one log line says so, and nothing is known.
"""

import ipaddress
import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from exporter.errors import Denied
from exporter.trouble import TroubleLog
from exporter.watchers.claimants.ask_policy import AskPolicy, Owners
from exporter.watchers.claimants.links import Address
from exporter.watchers.claimants.questions import NOBODY, WINDOW, ask, echo

log = logging.getLogger(__name__)

INTERVAL = 2.0  # seconds between two rounds
# Before more than one owner is asked for again. With WINDOW it is longer than the kernel keeps a new entry
# (`locktime` in arp(7), 1 s), so that the second question undoes the change that the first one made.
CONFIRM_SECONDS = 0.6
FRESH_SECONDS = 3 * (INTERVAL + WINDOW)  # an older count is not published

_GRANT = (
    "in the systemd unit AmbientCapabilities=CAP_NET_RAW, beside CapabilityBoundingSet= where that is set"
)


def _without_scope(vips: Iterable[str]) -> tuple[Address, ...]:
    return tuple(ipaddress.ip_address(vip) for vip in vips if "%" not in vip)


def agreed(first: Mapping[Address, Owners], second: Mapping[Address, Owners]) -> dict[Address, Owners]:
    """The owners that answered both questions: an address that just moves may be seen at both ends once. One
    that could not be asked for a second time is not known."""
    return {vip: owners & second[vip] for vip, owners in first.items() if vip in second}


def several_since(before: Mapping[str, float], counts: Mapping[str, int], now: float) -> dict[str, float]:
    """By address that several own in this round: when the first of the rounds in a row that found so was."""
    return {address: before.get(address, now) for address, count in counts.items() if count > 1}


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
        self._several_since: dict[str, float] = {}  # by address that is shared: monotonic seconds
        self._shared: dict[str, float] = {}
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

    def shared_seconds(self) -> Mapping[str, float]:
        """For how long several have owned it, by address: from the first to the latest of the rounds in a row
        that found so; 0 where the latest did not. Of those that are known now. Waits for nothing."""
        return self._shared if time.monotonic() - self._counted <= FRESH_SECONDS else {}

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
        self._several_since = since = several_since(self._several_since, self._counts, self._counted)
        self._shared = {vip: self._counted - since.get(vip, self._counted) for vip in self._counts}
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
