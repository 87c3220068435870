"""Looks at the cluster when a change is notified; detects, counts and keeps moves and restarts.

A look is a source's shared reading: of Pacemaker crm_mon, 11 ms of CPU; of Keepalived its dump, 0.2 ms.
change_feed.py has the notifications.
"""

import asyncio
import copy
import logging
import platform
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from pathlib import Path
from typing import Any, ClassVar

from prometheus_client.metrics_core import Metric

from exporter.endpoint import Endpoint
from exporter.errors import Unreachable
from exporter.scrape import REUSE_SECONDS, Reading, Source
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.change_feed import ChangeFeed, addresses_here
from exporter.watchers.failover.detection.detector import Detected
from exporter.watchers.failover.events import Event, Moment
from exporter.watchers.failover.journal.attribution import Attribution
from exporter.watchers.failover.journal.phases import Felt, FinishedOutage
from exporter.watchers.failover.journal.totals import Totals
from exporter.watchers.failover.journal.writer import JournalWriter
from exporter.watchers.failover.manager import Detects, Manager, Seen
from exporter.watchers.failover.metrics import FailoverReading, families
from exporter.watchers.failover.options import Options

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0  # between looks where changes are notified
BLIND_HEARTBEAT_SECONDS = 1.0  # where they are not, at least
BLIND_SHARE = 0.1  # of the time at most is taken by looks there, as long as HEARTBEAT_SECONDS allow it
UNREADABLE_SECONDS = 5.0  # while who moves the addresses can't be asked
RESTLESS_SECONDS = 60.0  # so long the watcher looks each second while a resource is between two places
STALE_SECONDS = 30.0  # a holder is not reported when the latest look that saw it is older

Read = Callable[[float], Awaitable[Reading]]
# The reading, what of it decides where resources run, and when it was had (monotonic seconds).
OnLook = Callable[[Any, Any, float], None]


class FailoverWatcher(Source[FailoverReading]):
    name: ClassVar[str] = "failover"

    def __init__(self, options: Options, manager: Manager, journal: Path):
        """It looks at the cluster from start() to close(), by the reader that attach() gave it."""
        self._options = options
        self.manager = manager
        self._writer = JournalWriter(journal)
        self._feed = ChangeFeed(manager.stream)
        self._read: Read | None = None
        self._on_look: OnLook | None = None
        self._task: asyncio.Task[None] | None = None
        self._failing: set[Endpoint] = set()
        self._defect: Exception | None = None  # of the latest look
        self._lock = threading.Lock()  # guards the following
        self._loaded = False  # the journal; what is written before would replace what it has
        self._attribution = Attribution(Totals())
        self._detector: Detects = manager.detector({}, "")
        self._snapshot: Seen | None = None
        self._seen_at = float("-inf")  # when the snapshot was taken, monotonic seconds

    @property
    def timeout(self) -> float:
        return 5.0

    def attach(self, read: Read, on_look: OnLook | None = None) -> None:
        """`read` is of the manager's collector: SharedSource.read, so that scrapes and this share readings.

        `on_look` gets what each look showed, in the loop; it must not wait. Before start(), and again where
        one of them is replaced.
        """
        self._read, self._on_look = read, on_look

    def _reader(self) -> Read:
        if self._read is None:
            raise RuntimeError("attach() comes before start()")
        return self._read

    def unchanged_since(self, began: float) -> bool:
        """Whether a reading of Pacemaker that began then (monotonic seconds) is as true as one made now."""
        return self._feed.unchanged_since(began)

    def change(self, options: Options) -> None:
        """Other options, from the next look on."""
        self._options = options

    def start(self) -> None:
        """In the running loop, after attach()."""
        self._reader()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="failover watcher")

    # The Listener of the probers: called from any thread.

    def failing(self, endpoint: Endpoint) -> None:
        self._feed.call_in_loop(self._note_failing, endpoint, True, time.monotonic())

    def recovered(self, endpoint: Endpoint) -> None:
        self._feed.call_in_loop(self._note_failing, endpoint, False, time.monotonic())

    def outage(self, endpoint: Endpoint, outage: FinishedOutage) -> None:
        self._feed.call_in_loop(self._note_outage, endpoint, Felt(outage.start, outage.end, outage.answered))

    # The Listener of the claimants, likewise.

    def shared(self, address: str) -> None:
        self._feed.call_in_loop(self._note_shared, address, time.monotonic())

    # The collector `failover` of the page.

    def read(self, deadline: Deadline) -> FailoverReading:  # noqa: ARG002  # nothing to wait for
        if self._task is None:
            raise Unreachable("the failover watcher does not run")
        if self._task.done():
            error = None if self._task.cancelled() else self._task.exception()
            raise RuntimeError("the failover watcher ended") from error
        if self._defect:
            raise RuntimeError("the latest look at the cluster failed") from self._defect
        with self._lock:
            fresh = self._snapshot if time.monotonic() - self._seen_at < STALE_SECONDS else None
            watched = self._snapshot.watched if self._snapshot else frozenset[str]()
            totals = copy.deepcopy(self._attribution.totals)
        return FailoverReading(
            resources=tuple(sorted({*watched, *totals.resources})),
            holders=fresh.holders if fresh else {},
            nodes=tuple(fresh.nodes) if fresh else (),
            totals=totals,
            journal=self._writer.health(),
            addresses=self.manager.known(),
            causes=tuple(self.manager.causes),
            recent=self._writer.recent(),
        )

    def collect(self, reading: FailoverReading) -> Iterable[Metric]:
        return families(reading)

    def halt(self) -> None:
        if self._task:
            self._task.cancel()
            self._feed.halt()

    def close(self) -> None:
        """After halt(). Blocks for some seconds at worst: the stream is killed, the journal written."""
        if self._task is None:
            return
        self._feed.close()
        with self._lock:
            if self._loaded:
                self._attribution.close(float("inf"))
                self._keep(())
        self._writer.close()

    async def _run(self) -> None:
        totals = await asyncio.get_running_loop().run_in_executor(None, self._writer.start)
        with self._lock:
            self._attribution = Attribution(totals)
            self._detector = self.manager.detector(totals.held, platform.node())
            self._loaded = True
        self._feed.start()
        while True:
            await self._feed.wait(await self._try_to_look(self._reader()))

    async def _try_to_look(self, read: Read) -> float:
        """A defect costs the look that it is in; each scrape fails with it until a look succeeds."""
        try:
            pause = await self._look(read)
        except Exception as error:
            self._defect = error
            return UNREADABLE_SECONDS
        self._defect = None
        return pause

    async def _look(self, read: Read) -> float:
        """Look once. Returns the seconds until the next look, unless a change is notified before."""
        notified = self._feed.take()
        reading = await _newer(read, self.timeout, notified)
        self._close_events()
        if reading.error is not None:
            stopped = self._stopped_here()
            with self._lock:
                self._detector.blind(reading.finished, stopped=stopped)
            return UNREADABLE_SECONDS
        loop = asyncio.get_running_loop()
        chosen = self._options.resources
        seen = await loop.run_in_executor(None, self.manager.snapshot, reading.value, chosen)
        self._observe(seen, reading.finished, notified)
        if self._on_look:
            self._on_look(reading.value, seen, reading.finished)
        for resource in self.manager.unknown(seen):
            if self._feed.pending:
                break
            await loop.run_in_executor(None, self.manager.learn, resource)
        return self._pause(reading.seconds)

    def _stopped_here(self) -> bool:
        """Whether an address that ran here at the latest snapshot is gone: killing Pacemaker leaves it."""
        if self._snapshot is None:
            return False
        here = platform.node()
        ran = [resource for resource, nodes in self._snapshot.holders.items() if nodes == (here,)]
        held = frozenset().union(*(self.manager.of(resource, self._snapshot) for resource in ran))
        left = addresses_here()
        return bool(left) and not held <= left

    def _observe(self, seen: Seen, finished: float, notified: float | None) -> None:
        now = _now()
        with self._lock:
            before = _places(self._detector)
            found = self._detector.observe(seen, Moment(finished, now.wall_of(finished)), notified)
            events = [
                self._attribution.add(one, self._feed.arrivals, self._felt_at(one, seen), now)
                for one in found
            ]
            self._snapshot, self._seen_at = seen, finished
            forgotten = seen.led and self._forget(seen.watched, now.wall)
            if events or before != _places(self._detector) or forgotten:
                self._keep(events)
        for event in events:
            _log(event)

    def _felt_at(self, found: Detected, seen: Seen) -> frozenset[str]:
        resources = found.felt_at or (found.event.resource,)
        return frozenset().union(*(self.manager.of(resource, seen) for resource in resources))

    def _pause(self, took: float) -> float:
        now = time.monotonic()
        with self._lock:
            restless, waiting = not self._detector.settled(), self._attribution.waiting
        if self._feed.busy(now) or (restless and now - self._feed.latest < RESTLESS_SECONDS):
            return REUSE_SECONDS
        if not self._feed.reliable:
            return blind_pause(took)
        return UNREADABLE_SECONDS if waiting else HEARTBEAT_SECONDS

    def _keep(self, events: Iterable[Event]) -> None:
        self._attribution.totals.held = self._detector.held()
        self._writer.keep(events, self._attribution.totals)

    def _forget(self, watched: Collection[str], now: float) -> bool:
        """Drop what has not been watched for long, so that the page does not grow for ever."""
        self._attribution.totals.held = self._detector.held()
        gone = self._attribution.totals.forget(watched, now)
        self._detector.forget(gone)
        return bool(gone)

    def _close_events(self) -> None:
        with self._lock:
            if self._attribution.close(time.monotonic(), self._failing):
                self._keep(())

    def _note_failing(self, endpoint: Endpoint, failing: bool, at: float) -> None:
        (self._failing.add if failing else self._failing.discard)(endpoint)
        self._feed.notify(at)

    def _note_shared(self, address: str, at: float) -> None:
        with self._lock:
            if (seen := self._snapshot) is None:
                return
            for resource in seen.addresses & seen.holders.keys():
                if address in self.manager.of(resource, seen):
                    self._detector.shared(resource, address, at)

    def _note_outage(self, endpoint: Endpoint, felt: Felt) -> None:
        with self._lock:
            if changed := self._attribution.outage(endpoint, felt, _now()):
                self._keep(changed)


def blind_pause(took: float) -> float:
    """Seconds to the next look where no change is notified, after one that took so long.

    crm_mon of a cluster with a thousand resources runs for a second: one each second would keep a core busy.
    """
    return min(max(BLIND_HEARTBEAT_SECONDS, took / BLIND_SHARE), HEARTBEAT_SECONDS)


async def _newer(read: Read, budget: float, notified: float | None) -> Reading:
    """A reading that began after the notification: what a scrape has just read may be older."""
    reading = await read(budget)
    if notified is not None and reading.finished - reading.seconds < notified:
        await asyncio.sleep(max(0.0, reading.finished + REUSE_SECONDS - time.monotonic()))
        reading = await read(budget)
    return reading


def _places(detector: Detects) -> dict[str, str]:
    return {resource: one.node for resource, one in detector.held().items()}


def _now() -> Moment:
    return Moment(time.monotonic(), time.time())


def _log(event: Event) -> None:
    where = f"on {event.target}" if event.origin == event.target else f"from {event.origin} to {event.target}"
    why = f" ({event.evidence[0]})" if event.evidence else ""
    late = ", found afterwards" if event.late else ""
    log.warning("%s: %s %s, cause %s%s%s", event.resource, event.kind, where, event.cause, why, late)
