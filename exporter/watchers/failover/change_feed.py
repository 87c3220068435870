"""When to read Pacemaker's status: on notifications that cost nothing while nothing happens.

Measured on the lab (Pacemaker 2.1.5, Debian 12):

    crm_mon as a stream, text     prints at each change of the cluster, 10 to 60 ms after it, on either node
                                  and with no other right than crm_mon itself needs; 0 CPU when idle, 13 MB
    kernel addresses, netlink     at once; 0 CPU when idle (polling each 0.2 s costs 0.03 % of a core)
    a probe that fails, recovers  at once; costs what the prober costs anyway

Measured and left out: corosync's membership stream reports that a node is gone no earlier than crm_mon's
(within 5 ms, in three faults) and needs another child and corosync's permission; its message counters
(`stats.srp.mcast_rx`) rise only when Pacemaker sends, but are updated each 1.5 s only; the CIB's file is not
written for a change of status. Without the stream, a look each second costs 1.2 % of a core: that is the
fallback where crm_mon's text can't be had.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from exporter.errors import SourceError, Unreachable
from exporter.sources.address.parse import held
from exporter.transports.interfaces import interfaces
from exporter.transports.netlink import AddressChanges
from exporter.transports.processes import Process, find, waits
from exporter.transports.stream import Stream

log = logging.getLogger(__name__)

BUSY_SECONDS = 4.0  # after a change the watcher looks each second: the stream may then be silent for two
TRUSTED_SECONDS = (
    12.0  # so long a reading is taken for true that no change was notified of: a heartbeat and a look
)

# Those that crm_mon asks: the one that watches the others, and the one that every change comes from (in
# Pacemaker 2, in 1).
_DAEMONS = (("pacemakerd",), ("pacemaker-based", "cib"))

# Text anew at each change of the CIB; --interval is how soon it may print again, and reconnects.
#   Cluster Summary:
#     * Last updated: Sun Nov 22 11:36:33 2026
# While Pacemaker is down it prints only "Reconnecting...".
_CHANGED = b"Last updated"
_DISCONNECTED = b"connect"  # "Reconnecting...", "Not connected", "Connection to cluster lost", by version
_DIALECTS = (
    ("--output-as=text", "--interval=1", "--include=none,times"),  # from 2.0.4
    ("--disable-ncurses", "--interval=1"),
)


class ChangeFeed:
    """Notifications that the cluster may have changed. Called in the loop, but call_in_loop() and close()."""

    def __init__(self, crm_mon_path: str):
        """Without a crm_mon (empty) addresses and probes are what is notified."""
        self.arrivals: dict[str, float] = {}  # for each address of this host since when: monotonic seconds
        self.latest = 0.0  # monotonic seconds of the latest notification
        self._first: float | None = None  # of the notifications since take()
        self._pending = asyncio.Event()
        commands = [(crm_mon_path, *dialect) for dialect in _DIALECTS]
        self._stream = Stream(commands, self._printed, {"TZ": "UTC0"}) if crm_mon_path else None
        self._stream_works = False
        self._daemons: tuple[Process, ...] = ()  # Pacemaker's, where /proc shows them all
        self._changes: AddressChanges | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """In the running loop."""
        self._loop = asyncio.get_running_loop()
        self.latest = time.monotonic()  # nothing is known yet, as after a change
        if self._stream:
            self._stream.start()
        try:
            self._changes = AddressChanges()
        except Unreachable as error:
            log.warning("%s: when an address arrives will not be known", error)
            return
        self.arrivals = dict.fromkeys(addresses_here(), float("-inf"))
        self._loop.add_reader(self._changes, self._address_changed, self._changes)

    def halt(self) -> None:
        """No more notifications of addresses."""
        if self._changes and self._loop:
            self._loop.remove_reader(self._changes)
            self._changes.close()
            self._changes = None

    def close(self) -> None:
        """After halt(). Blocks until the stream's process has ended; from any thread."""
        if self._stream:
            self._stream.stop()

    @property
    def reliable(self) -> bool:
        """Whether each change of the cluster will be notified."""
        if self._stream is None:
            return self._changes is not None
        return self._stream_works and self._stream.running

    def unchanged_since(self, began: float) -> bool:
        """Whether what was read of Pacemaker from `began` on, monotonic seconds, is still so.

        As far as it tells of changes, and for TRUSTED_SECONDS at most: a daemon that hangs tells nothing. One
        that has ended, is stopped or waits for a disk is seen at once. Where /proc hides it, none is trusted.
        """
        now = time.monotonic()
        return (
            self.reliable
            and self.latest < began
            and now - began < TRUSTED_SECONDS
            and not self.busy(now)
            and self._daemons_wait()
        )

    def busy(self, now: float) -> bool:
        """Whether there was a notification a moment ago."""
        return now - self.latest < BUSY_SECONDS

    @property
    def pending(self) -> bool:
        """Whether there are notifications since take()."""
        return self._pending.is_set()

    async def wait(self, seconds: float) -> None:
        """Until there is a notification, `seconds` at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._pending.wait(), seconds)

    def take(self) -> float | None:
        """When the first notification since the last call came, monotonic seconds; None: there was none."""
        first, self._first = self._first, None
        self._pending.clear()
        return first

    def notify(self, at: float) -> None:
        """Something changed at `at`, monotonic seconds."""
        self._first = at if self._first is None else min(at, self._first)
        self.latest = max(self.latest, at)
        self._pending.set()

    def call_in_loop(self, call: Callable[..., None], *arguments: object) -> None:
        """Have the loop call this; from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: the program ends
                self._loop.call_soon_threadsafe(call, *arguments)

    def _printed(self, output: bytes) -> None:
        """In the stream's thread."""
        if _CHANGED in output:
            if not self._daemons_wait():
                found = [process for names in _DAEMONS if (process := find(names))]
                self._daemons = tuple(found) if len(found) == len(_DAEMONS) else ()
            self.call_in_loop(self._cluster_changed, time.monotonic())
        elif _DISCONNECTED in output.lower():
            self.call_in_loop(self._cluster_lost)

    def _cluster_changed(self, at: float) -> None:
        self._stream_works = True
        self.notify(at)

    def _daemons_wait(self) -> bool:
        return bool(self._daemons) and all(map(waits, self._daemons))

    def _cluster_lost(self) -> None:
        self._stream_works = False

    def _address_changed(self, changes: AddressChanges) -> None:
        changes.drain()
        now, here = time.monotonic(), addresses_here()
        if here != self.arrivals.keys():
            self.arrivals = {address: self.arrivals.get(address, now) for address in here}
            self.notify(now)


def addresses_here() -> frozenset[str]:
    """The IP addresses of this host; none where the kernel's list can't be had."""
    with suppress(SourceError):
        return held(interfaces())
    return frozenset()
