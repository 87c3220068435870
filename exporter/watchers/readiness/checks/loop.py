"""When the checks are made: when the cluster, a file or the nodes that answer changed, and once a minute;
sooner again where one could not be made."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from exporter.scrape import Reading
from exporter.sources.corosync.reading import CorosyncReading
from exporter.sources.haproxy.configuration.files import Host
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.transports import interfaces
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import Snapshot
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.checks.clock import Clock
from exporter.watchers.readiness.checks.digests import COROSYNC_CONF, CorosyncDigest, HaproxyDigest
from exporter.watchers.readiness.checks.galera_reachable import GaleraReachable, unreachable
from exporter.watchers.readiness.checks.haproxy_config import HaproxyConfig
from exporter.watchers.readiness.checks.haproxy_files import HaproxyFiles, find
from exporter.watchers.readiness.checks.parameters import Parameters
from exporter.watchers.readiness.checks.resource_agents import ResourceAgents
from exporter.watchers.readiness.checks.runner import Results, Runner
from exporter.watchers.readiness.checks.vip_bindable import VipBindable
from exporter.watchers.readiness.checks.vip_interface import VipInterface
from exporter.watchers.readiness.options import Options
from exporter.watchers.readiness.repeat import after_failures

LOOK_SECONDS = 5.0  # between looks at whether a file changed: some calls of stat(2)
SETTLING_SECONDS = 2.0  # after a change of the cluster: a failover makes several
STALE_SECONDS = 30.0  # as for the failover watcher's holders
YOUNG_SECONDS = 30.0  # a reading of Galera or Corosync this young is taken; Prometheus asks for them anyway
_PREPARING_SECONDS = 5.0
_READING_SECONDS = 5.0

Read = Callable[[float, float], Awaitable[Reading]]  # SharedSource.recent
T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """What the rest of the configuration has to do with the checks."""

    haproxy: bool = False
    corosync: bool = False
    galera: bool = False
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Seen:
    reading: PacemakerReading | None  # None: not Pacemaker moves the addresses
    snapshot: Snapshot | None
    at: float  # monotonic seconds


@dataclass
class _Changes:
    """What is compared between looks."""

    stamps: object = None  # of files
    links: object = None  # addresses and interfaces that run
    silent: tuple[str, ...] | None = None  # the Galera nodes that do not answer; None: not known
    files: tuple[str, ...] = field(default_factory=tuple)


class CheckLoop:
    def __init__(
        self,
        options: Options,
        wanted: Wanted,
        configured: Callable[[Deadline], Parameters],
        host: Host | None = None,
    ):
        """`configured` reads what of the manager's configuration concerns the checks; blocking. It runs from
        start() to close()."""
        self._wanted, self._configured, self._host = wanted, configured, host or Host()
        self._runner = Runner(tuple(_checks(wanted, options, self._host)))
        self._read_corosync: Read | None = None
        self._read_galera: Read | None = None
        self._seen: _Seen | None = None
        self._changes = _Changes()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0  # in a row
        self.results = Results()

    def attach(self, read_corosync: Read | None, read_galera: Read | None) -> None:
        self._read_corosync, self._read_galera = read_corosync, read_galera

    def observe(
        self, reading: PacemakerReading | None, snapshot: Snapshot | None, seen_at: float, *, changed: bool
    ) -> None:
        """Who moves the addresses was looked at. In the loop; must not wait."""
        self._seen = _Seen(reading, snapshot, seen_at)
        if changed:
            self._wake.set()

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name="readiness checks")

    def halt(self) -> None:
        if self._task:
            self._task.cancel()

    def close(self) -> None:
        self._runner.close()

    async def _run(self) -> None:
        while True:
            try:
                await self._check()
                await self._until_needed()
            except Exception as error:  # a defect: the page says so, and the next time may be better
                self.results = Results(errors=(error,))
                await asyncio.sleep(LOOK_SECONDS)

    async def _check(self) -> None:
        self._wake.clear()
        known = await self._known()
        self._changes.files = () if isinstance(known.files, Exception) else known.files.paths
        await self._changed()
        self.results = await self._runner.run(known)
        self._failures = self._failures + 1 if self.results.errors else 0

    async def _until_needed(self) -> None:
        due = time.monotonic() + after_failures(self._failures)
        while (left := due - time.monotonic()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(left, LOOK_SECONDS))
                await asyncio.sleep(SETTLING_SECONDS)
                return
            if await self._changed():
                return

    async def _changed(self) -> bool:
        """Since it was called last, in a file, an interface or the Galera nodes that answer."""
        files = (*self._changes.files, *([COROSYNC_CONF] if self._wanted.corosync else []))
        stamps = await self._runner.guarded(
            "files", _PREPARING_SECONDS, lambda _: [self._host.stamp(path) for path in files]
        )
        galera = await self._galera()
        silent = None if galera is None or galera.error else tuple(unreachable(galera.value))
        links = await self._runner.guarded("interfaces", _PREPARING_SECONDS, lambda _: _links())
        before, self._changes = self._changes, _Changes(str(stamps), str(links), silent, self._changes.files)
        return before != self._changes

    async def _known(self) -> Known:
        seen = self._seen if self._seen and time.monotonic() - self._seen.at < STALE_SECONDS else None
        configured: Parameters | Exception = Parameters()
        if seen:
            configured = await self._prepared("the cluster's configuration", self._configured)
        told = () if isinstance(configured, Exception) else configured.haproxy_files
        files: HaproxyFiles | Exception = HaproxyFiles()
        if self._wanted.haproxy:
            files = await self._prepared("HAProxy's files", lambda _: find(self._host, told))
        return Known(
            pacemaker=seen.reading if seen else None,
            snapshot=seen.snapshot if seen else None,
            configured=configured,
            files=files,
            corosync=await self._corosync(),
            galera=await self._galera(),
        )

    async def _prepared(self, what: str, work: Callable[[Deadline], T]) -> T | Exception:
        return await self._runner.guarded(what, _PREPARING_SECONDS, work)

    async def _corosync(self) -> CorosyncReading | None:
        """None where it can't be read: its own collector says why."""
        reading = await self._read_corosync(_READING_SECONDS, YOUNG_SECONDS) if self._read_corosync else None
        return reading.value if reading and not reading.error else None

    async def _galera(self) -> Reading | None:
        return await self._read_galera(_READING_SECONDS, YOUNG_SECONDS) if self._read_galera else None


def _checks(wanted: Wanted, options: Options, host: Host) -> Iterator[Check]:
    """Those that make sense with this configuration."""
    if wanted.haproxy:
        yield HaproxyConfig(options.haproxy_path, host)
        yield VipBindable(wanted.addresses, host)
        yield HaproxyDigest(host)
    if wanted.corosync:
        yield Clock()
        yield CorosyncDigest(host)
    if wanted.galera:
        yield GaleraReachable()
    yield VipInterface(wanted.addresses)
    yield ResourceAgents(host)


def _links() -> object:
    """What the check of the interface looks at."""
    return interfaces.interfaces(), sorted(interfaces.running())
