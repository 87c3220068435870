"""Asks Pacemaker's scheduler again when the cluster changed, and once a minute; never within a scrape.

Beside it run the checks of this host: checks/loop.py."""

import asyncio
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from prometheus_client.metrics_core import Metric

from exporter.errors import Unreachable
from exporter.scrape import Source
from exporter.sources.corosync.reading import CorosyncReading
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import Snapshot
from exporter.watchers.readiness.checks.loop import CheckLoop, Read, Wanted
from exporter.watchers.readiness.checks.parameters import Parameters, parameters
from exporter.watchers.readiness.expected.formulas import Promise, promises
from exporter.watchers.readiness.expected.haproxy import HaproxyTimers
from exporter.watchers.readiness.expected.settings import durations, settings
from exporter.watchers.readiness.lost_node import fail_counts, without
from exporter.watchers.readiness.metrics import ReadinessReading, Takeover, families
from exporter.watchers.readiness.options import Options
from exporter.watchers.readiness.reasons import UNKNOWN, Loss, can_fence, reasons
from exporter.watchers.readiness.repeat import AGAIN_SECONDS, REPEAT_SECONDS, after_failures
from exporter.watchers.readiness.simulator import Simulator
from exporter.watchers.readiness.votes import quorate_without

SETTLING_SECONDS = 2.0  # after a change: a failover makes several
STALE_SECONDS = 30.0  # as for the failover watcher's holders


@dataclass(frozen=True)
class View:
    """What one look at the cluster showed."""

    reading: PacemakerReading
    snapshot: Snapshot
    seen_at: float  # monotonic seconds

    def differs(self, other: "View | None") -> bool:
        """In what the scheduler looks at: not in the moment, nor in operations that say the same again."""
        return other is None or _essence(self.snapshot) != _essence(other.snapshot)


def _essence(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, updated=0.0, starts={}, stops={}, founds={}, running={})


class ReadinessWatcher(Source[ReadinessReading]):
    name: ClassVar[str] = "readiness"

    def __init__(self, options: Options, pacemaker: PacemakerOptions, wanted: Wanted | None = None):
        """It simulates from start() to close(), for the views that observe() gets; and makes the checks."""
        self._options = options
        self._simulator = Simulator(
            pacemaker.cibadmin_path, options.crm_simulate_path, pacemaker.crm_mon_path
        )
        self._timers = HaproxyTimers()
        self._durations: dict[tuple[str, str], float] = {}  # Pacemaker forgets a start at the next stop
        self._checks = CheckLoop(options, wanted or Wanted(), self._configured)
        self._read_corosync: Read | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._doubted = False  # the latest answer was not told
        self._lock = threading.Lock()  # guards the following
        self._view: View | None = None
        self._takeovers: tuple[Takeover, ...] = ()
        self._promises: tuple[Promise, ...] = ()
        self._error: Exception | None = None

    @property
    def timeout(self) -> float:
        return 5.0

    def _configured(self, deadline: Deadline) -> Parameters:
        return parameters(self._simulator.cib(deadline))

    def attach(self, read_corosync: Read | None, read_galera: Read | None) -> None:
        """SharedSource.recent of each: for the votes (without them the CIB's own quorum counts), and for the
        checks. Again where such a source is replaced."""
        self._read_corosync = read_corosync
        self._checks.attach(read_corosync, read_galera)

    def observe(self, reading: PacemakerReading, snapshot: Snapshot, seen_at: float) -> None:
        """The failover watcher looked at the cluster; called in the loop, must not wait."""
        view = View(reading, snapshot, seen_at)
        changed = view.differs(self._view)
        if changed:
            self._changed.set()
        self._checks.observe(reading, snapshot, seen_at, changed=changed)
        with self._lock:
            self._view = view

    def start(self) -> None:
        """In the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="readiness watcher")
        self._checks.start()

    def halt(self) -> None:
        self._checks.halt()
        if self._task:
            self._task.cancel()

    def close(self) -> None:
        self._checks.close()

    def read(self, deadline: Deadline) -> ReadinessReading:  # noqa: ARG002  # nothing to wait for
        """No takeovers while Pacemaker can't be asked: that is the collector `pacemaker`'s to report."""
        if self._task is None:
            raise Unreachable("the readiness watcher does not run")
        with self._lock:
            if self._view is None or time.monotonic() - self._view.seen_at > STALE_SECONDS:
                return self._reading(())
            if self._error:
                raise self._error
            return self._reading(self._takeovers, self._promises)

    def _reading(
        self, takeovers: tuple[Takeover, ...], promises: tuple[Promise, ...] = ()
    ) -> ReadinessReading:
        made = self._checks.results
        return ReadinessReading(takeovers, promises, made.checks, made.files, made.errors)

    def failures(self, reading: ReadinessReading) -> Sequence[Exception]:
        """Checks that could not be made."""
        return reading.errors

    def collect(self, reading: ReadinessReading) -> Iterable[Metric]:
        return families(reading)

    async def _run(self) -> None:
        """What is asked is the CIB of now, later than the view. What came after that view and is gone at the
        next is no difference between views, so an answer that changed is asked for again."""
        pause, failures = REPEAT_SECONDS, 0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)
                await asyncio.sleep(SETTLING_SECONDS)
            self._changed.clear()
            if self._view:
                before = self._takeovers
                await self._ask(self._view)
                failures = failures + 1 if self._error else 0
                news = self._doubted or self._takeovers != before
                pause = AGAIN_SECONDS if news and not failures else after_failures(failures)

    async def _ask(self, view: View) -> None:
        """A failure is that of each scrape until the next time."""
        try:
            corosync = await self._corosync()
            work = partial(self._simulate, view, corosync, Deadline.after(self._options.timeout))
            loop = asyncio.get_running_loop()
            promised = await loop.run_in_executor(None, self._promise, view, corosync)
            takeovers = await loop.run_in_executor(None, work)
        except Exception as error:
            self._tell((), (), error)
        else:
            # What nothing in the view explains may be newer than it: told when the next one doesn't either.
            new = takeovers != self._takeovers
            unexplained = any(one.reasons == (UNKNOWN,) for one in takeovers)
            self._doubted = not self._doubted and new and unexplained
            if not self._doubted:
                self._tell(takeovers, promised)

    def _tell(
        self, takeovers: tuple[Takeover, ...], promises: tuple[Promise, ...], error: Exception | None = None
    ) -> None:
        with self._lock:
            self._takeovers, self._promises, self._error = takeovers, promises, error

    async def _corosync(self) -> CorosyncReading | None:
        """None where it can't be read: then the CIB's own quorum counts."""
        if self._read_corosync is None:
            return None
        reading = await self._read_corosync(self.timeout, 0.0)
        return None if reading.error else reading.value

    def _promise(self, view: View, corosync: CorosyncReading | None) -> tuple[Promise, ...]:
        """How long it would take; blocking."""
        now = settings(view.reading, view.snapshot, corosync, self._timers.read(), self._durations)
        self._durations |= durations(view.reading.view.operations)
        return promises(now)

    def _simulate(
        self, view: View, corosync: CorosyncReading | None, deadline: Deadline
    ) -> tuple[Takeover, ...]:
        """For each node that runs something watched; blocking."""
        holders = view.snapshot.holders
        members = {node.name for node in view.reading.view.nodes if node.type == "member"}
        lost = sorted({node for nodes in holders.values() for node in nodes if node in members})
        if not lost:
            return ()
        cib = self._simulator.cib(deadline)
        failed = fail_counts(cib)
        found: list[Takeover] = []
        for node in lost:
            quorate = quorate_without(corosync, node) if corosync else None
            placed = self._simulator.placement(without(cib, node, quorate=quorate), deadline)
            running = (resource for resource, nodes in holders.items() if node in nodes)
            found += (
                takeover(view, resource, Loss(node, quorate, placed.get(resource, ()), failed))
                for resource in running
            )
        return tuple(found)


def takeover(view: View, resource: str, loss: Loss) -> Takeover:
    """Of one resource, by where the scheduler would run it."""
    fenced = can_fence(view.reading)
    to = tuple(node for node in loss.ran if node != loss.node) if fenced else ()
    why = () if to else reasons(view.reading, view.snapshot, resource, loss)
    return Takeover(resource, loss.node, to, why)
