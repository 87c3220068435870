"""Read all sources at once, share each reading, and turn every error into metrics.

The one place where a source's errors are caught: a failed source publishes none of its own series, and always
its success, its duration and the reason.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from prometheus_client.metrics_core import Metric

from exporter.errors import BUG, REASONS, Denied, NotPermitted, SourceError, TimedOut
from exporter.families import counter, gauge
from exporter.transports.deadline import Deadline
from exporter.trouble import TroubleLog

log = logging.getLogger(__name__)

READERS = 32  # threads: one for each source, and for readings under way of sources that a reload took out
RENDERERS = 2  # threads: more are not faster, and each holds the families of a page, 40 MB for 60,000 series
REUSE_SECONDS = 1.0  # a reading this young serves every scrape and watcher that asks
DRAIN_SECONDS = 5.0  # beyond a source's own timeout, for what is rendered of its last reading
# Corosync and Pacemaker write log lines for each attempt that they refuse: they are asked ever more rarely.
# The first refusal says little: a pacemaker-based that ends answers EPERM to who asks then (cib_ipc_accept).
DENIED_SECONDS = 60.0

T = TypeVar("T")
R = TypeVar("R")  # what a part of the page is rendered to


class Source(ABC, Generic[T]):
    """One system that is asked when Prometheus scrapes. `T` is what a parser made of its answer."""

    name: ClassVar[str]  # folder = section of the configuration = label `collector`

    @property
    @abstractmethod
    def timeout(self) -> float:
        """Seconds that one reading may take at most."""

    @abstractmethod
    def read(self, deadline: Deadline) -> T:
        """Ask and parse; blocking, called in a thread, one call at a time. Raises SourceError."""

    @abstractmethod
    def collect(self, reading: T) -> Iterable[Metric]:
        """Render a reading as metric families. No I/O."""

    def failures(self, reading: T) -> Sequence[Exception]:  # noqa: ARG002  # for those that override it
        """Errors of parts that could not be read though the source as a whole was: counted and logged."""
        return ()

    def start(self) -> None:
        """In the running loop: begin what runs between readings. Called when the pages are served."""

    def stuck(self, now: float) -> str:  # noqa: ARG002  # for those that override it
        """What does not work any more though nothing outside prevents it; empty: all is well. Never waits.

        `now` is in monotonic seconds. The service manager ends a program that is stuck for long.
        """
        return ""

    def halt(self) -> None:
        """In the running loop, before close(): end what runs in the loop."""

    def close(self) -> None:
        """End what runs between readings, and close what is kept. May block, so in a thread while serving."""


@dataclass(frozen=True)
class Reading:
    """How one reading went. `error` is None exactly when `value` is what the source returned."""

    value: Any
    error: Exception | None
    seconds: float
    finished: float = field(default_factory=time.monotonic)  # monotonic seconds

    @property
    def refused(self) -> bool:
        """Whether a daemon refused to answer, not a file here."""
        return isinstance(self.error, Denied) and not isinstance(self.error, NotPermitted)


def kept_seconds(refusals: int) -> float:
    """How long a reading serves all who ask, when that many in a row were refused, the latest included."""
    doublings = min(max(refusals - 1, 0), 16)
    return min(REUSE_SECONDS * (1 << doublings), DENIED_SECONDS)


def reason_of(error: Exception) -> str:
    return error.reason if isinstance(error, SourceError) else BUG


def _trouble(error: Exception) -> tuple[str, str]:
    """What distinguishes two troubles: the reason, and what they are about (up to the first colon)."""
    return reason_of(error), str(error).partition(":")[0]


def _describe(error: Exception) -> str:
    return f"{reason_of(error)}: {error}"


class SharedSource:
    """A source whose readings are shared: one under way at a time, and a young one is used again."""

    def __init__(self, source: Source[Any], executor: Executor, before: "SharedSource | None" = None):
        """`before` is the one of that name that this one replaces: its failures are counted on."""
        self.source = source
        self.failures: Counter[str] = before.failures if before else Counter()
        self._executor = executor
        self._users = set[asyncio.Future[Any]]()  # parts of pages that are being made of it
        self._latest: Reading | None = None
        self._refusals = 0  # in a row, until the latest reading
        self._under_way: asyncio.Future[Reading] | None = None
        self._waited_out = False  # the reading under way was already counted as timed out
        self._unchanged_since: Callable[[float], bool] | None = None
        self._trouble_log: TroubleLog = (
            before._trouble_log
            if before
            else TroubleLog(log, source.name, recovered="reads well again", describe=_describe)
        )

    def trust(self, unchanged_since: Callable[[float], bool]) -> None:
        """A page takes the latest reading as long as this says that nothing has changed since it began."""
        self._unchanged_since = unchanged_since

    @property
    def trouble(self) -> str:
        """The reason why the latest reading failed; empty if it did not."""
        return reason_of(self._latest.error) if self._latest and self._latest.error else ""

    def used_by(self, work: Coroutine[Any, Any, R]) -> "asyncio.Task[R]":
        """Start work on a page with this source; drained() waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._users.add(task)
        task.add_done_callback(self._users.discard)
        return task

    def forget(self) -> None:
        """The source has other settings: the latest reading, of those before, serves nobody any more."""
        self._latest = None

    async def drained(self) -> None:
        """When no page is made of it any more and no reading is under way, or none should be."""
        under_way = {*self._users, *([self._under_way] if self._under_way else [])}
        if under_way:
            await asyncio.wait(under_way, timeout=self.source.timeout + DRAIN_SECONDS)

    async def read(self, budget: float) -> Reading:
        """A reading, at the latest after `budget` seconds; never raises."""
        if self._latest and time.monotonic() - self._latest.finished < kept_seconds(self._refusals):
            return self._latest
        under_way = self._under_way or self._start(budget)
        await asyncio.wait({under_way}, timeout=budget)
        if under_way.done():
            return under_way.result()
        late = Reading(None, TimedOut(f"{self.source.name}: no reading within {budget:.1f} s"), budget)
        if not self._waited_out:
            self._waited_out = True
            self._account(late)
        return late

    async def for_page(self, budget: float) -> Reading:
        """As read(), or the latest reading if it is known to be still true."""
        latest, unchanged = self._latest, self._unchanged_since
        if latest and not latest.error and unchanged and unchanged(latest.finished - latest.seconds):
            return latest
        return await self.read(budget)

    async def recent(self, budget: float, age: float) -> Reading:
        """The latest reading if it is at most `age` seconds old, else as read()."""
        if self._latest and time.monotonic() - self._latest.finished <= age:
            return self._latest
        return await self.read(budget)

    def _start(self, budget: float) -> "asyncio.Future[Reading]":
        deadline = Deadline.after(min(budget, self.source.timeout))
        self._waited_out = False
        under_way = asyncio.get_running_loop().run_in_executor(self._executor, self._read, deadline)
        under_way.add_done_callback(self._finish)
        self._under_way = under_way
        return under_way

    def _read(self, deadline: Deadline) -> Reading:
        started = time.monotonic()
        try:
            value = self.source.read(deadline)
        except Exception as error:
            return Reading(None, error, (finished := time.monotonic()) - started, finished)
        return Reading(value, None, (finished := time.monotonic()) - started, finished)

    def _finish(self, under_way: "asyncio.Future[Reading]") -> None:
        self._under_way = None
        if under_way.cancelled():
            return
        self._latest = under_way.result()
        self._refusals = self._refusals + 1 if self._latest.refused else 0
        if not self._waited_out:
            self._account(self._latest)

    def _account(self, reading: Reading) -> None:
        errors = [reading.error] if reading.error else list(self.source.failures(reading.value))
        self.failures.update(reason_of(error) for error in errors)
        self._trouble_log.report_all({_trouble(error): error for error in errors})

    def count_bug(self, error: Exception) -> None:
        """Count and log a reading that could not be rendered."""
        self._account(Reading(None, error, 0.0))


class Scraper:
    """All sources that are configured, as one page."""

    def __init__(self, sources: Sequence[Source[Any]], about: Callable[[], Iterable[Metric]]):
        """`about` gives the families about the exporter itself, for every page."""
        self._about = about
        self._executor = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="source")
        self._renderers = ThreadPoolExecutor(max_workers=RENDERERS, thread_name_prefix="render")
        self._shared: dict[str, SharedSource] = {}
        self.replace(sources)

    @property
    def collectors(self) -> tuple[str, ...]:
        return tuple(self._shared)

    @property
    def troubles(self) -> dict[str, str]:
        """Why the latest reading failed, by collector; without those that were read or not asked yet."""
        return {name: one.trouble for name, one in self._shared.items() if one.trouble}

    def replace(self, sources: Sequence[Source[Any]]) -> list[SharedSource]:
        """Other sources for the scrapes that begin from now on; those under way finish with what they have.

        A source that is there already keeps its latest reading. Returns those that are left out, to be closed
        when they are drained().
        """
        before = self._shared
        self._shared = {source.name: self._share(source, before.get(source.name)) for source in sources}
        return [one for name, one in before.items() if self._shared.get(name) is not one]

    def _share(self, source: Source[Any], before: SharedSource | None) -> SharedSource:
        if before and before.source is source:
            return before
        return SharedSource(source, self._executor, before)

    def shared(self, name: str) -> SharedSource:
        """For a watcher that needs a source's readings too."""
        return self._shared[name]

    async def scrape(
        self, budget: float, render: Callable[[list[Metric]], R], only: Collection[str] = ()
    ) -> list[R]:
        """The page in parts: one for each source (those in `only`, if it names any), one about the scrape.

        All are read within `budget` seconds. `render` is called in threads, for each source as soon as it is
        read, so that the others are rendered while a slow one is waited for; what can't be rendered fails
        alone.
        """
        shared = [one for name, one in self._shared.items() if not only or name in only]
        parts = await asyncio.gather(*(one.used_by(self._part(one, budget, render)) for one in shared))
        about = await self.in_thread(lambda: render(self._about_the_scrape(parts)))
        return [*(part.rendered for part in parts if part.rendered is not None), about]

    async def _part(
        self, one: SharedSource, budget: float, render: Callable[[list[Metric]], R]
    ) -> "_Part[R]":
        reading = await one.for_page(budget)
        if reading.error:
            return _Part(one, reading.seconds, None, reason_of(reading.error))
        try:
            rendered = await self.in_thread(lambda: render(_with_samples(one.source.collect(reading.value))))
        except Exception as error:
            one.count_bug(error)
            return _Part(one, reading.seconds, None, BUG)
        return _Part(one, reading.seconds, rendered)

    def _about_the_scrape(self, parts: "Sequence[_Part[R]]") -> list[Metric]:
        success = gauge("ha_cluster_scrape_success", "1 if the collector could be read.", "collector")
        duration = gauge(
            "ha_cluster_scrape_duration_seconds", "How long the collector's reading took.", "collector"
        )
        failures = counter(
            "failover_exporter_collector_failures_total",
            "Readings that failed, by reason; bug is a defect of the exporter, its log has the trace.",
            "collector",
            "reason",
        )
        failed = gauge(
            "failover_exporter_collector_failed_info",
            "1; why the collector could not be read this time; absent where it could.",
            "collector",
            "reason",
        )
        for part in parts:
            name = part.shared.source.name
            success.add(float(not part.failed), collector=name)
            duration.add(part.seconds, collector=name)
            if part.failed:
                failed.add(1, collector=name, reason=part.failed)
            for reason in REASONS:
                failures.add(part.shared.failures[reason], collector=name, reason=reason)
        return _with_samples([*self._about(), success, duration, failed, failures])

    async def readings(self, budget: float) -> "dict[str, Collected]":
        """By collector, those that scrapes share; what is under way is joined, what is young serves again."""
        shared = dict(self._shared)
        collected = await asyncio.gather(*(one.used_by(_collected(one, budget)) for one in shared.values()))
        return dict(zip(shared, collected, strict=True))

    def close(self) -> None:
        for one in self._shared.values():
            one.source.halt()
            one.source.close()
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._renderers.shutdown(wait=False, cancel_futures=True)

    async def in_thread(self, work: Callable[[], R]) -> R:
        """Where pages are rendered: `work` holds neither the event loop nor a reading up."""
        return await asyncio.get_running_loop().run_in_executor(self._renderers, work)


@dataclass(frozen=True)
class Collected:
    """A source's reading, and the errors of parts that could not be read."""

    reading: Reading
    failures: tuple[Exception, ...] = ()


async def _collected(one: SharedSource, budget: float) -> Collected:
    reading = await one.for_page(budget)
    return Collected(reading, () if reading.error else tuple(one.source.failures(reading.value)))


@dataclass(frozen=True)
class _Part(Generic[R]):
    """The result of one source: where it could not be read or rendered, `failed` says why."""

    shared: SharedSource
    seconds: float
    rendered: R | None
    failed: str = ""


def _with_samples(families: Iterable[Metric]) -> list[Metric]:
    return [family for family in families if family.samples]
