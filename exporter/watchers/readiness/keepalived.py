"""The collector `readiness` under Keepalived: what this host's own Keepalived and its checks say."""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from prometheus_client.metrics_core import Metric

from exporter.errors import Unreachable
from exporter.scrape import Source
from exporter.sources.keepalived.reading import KeepalivedReading
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.vrrp.snapshot import VrrpSnapshot
from exporter.watchers.readiness import vrrp
from exporter.watchers.readiness.checks.loop import STALE_SECONDS, CheckLoop, Read, Wanted
from exporter.watchers.readiness.checks.parameters import Parameters
from exporter.watchers.readiness.expected.haproxy import HaproxyTimers
from exporter.watchers.readiness.expected.vrrp import promises
from exporter.watchers.readiness.metrics import ReadinessReading, Takeover, families
from exporter.watchers.readiness.options import Options


@dataclass(frozen=True)
class _View:
    reading: KeepalivedReading
    takeovers: tuple[Takeover, ...]
    configured: Parameters
    seen_at: float  # monotonic seconds

    def differs(self, other: "_View | None") -> bool:
        shown = (self.takeovers, self.configured)
        return other is None or shown != (other.takeovers, other.configured)


class KeepalivedReadiness(Source[ReadinessReading]):
    name: ClassVar[str] = "readiness"

    def __init__(self, options: Options, wanted: Wanted):
        """It makes the checks from start() to close()."""
        self._timers = HaproxyTimers()
        self._checks = CheckLoop(options, wanted, self._configured)
        self._runs = False
        self._lock = threading.Lock()  # guards the following
        self._view: _View | None = None

    @property
    def timeout(self) -> float:
        return 5.0

    def attach(self, read_corosync: Read | None, read_galera: Read | None) -> None:
        """SharedSource.recent of each, for the checks. Again where such a source is replaced."""
        self._checks.attach(read_corosync, read_galera)

    def observe(self, reading: KeepalivedReading, snapshot: VrrpSnapshot, seen_at: float) -> None:
        """The failover watcher looked at Keepalived; called in the loop, must not wait. A Keepalived that
        does not run leaves what was configured."""
        before = self._view
        configured = before.configured if before and not reading.running else vrrp.parameters(reading)
        view = _View(reading, vrrp.takeovers(snapshot), configured, seen_at)
        with self._lock:
            self._view = view
        self._checks.observe(None, None, seen_at, changed=view.differs(before))

    def _configured(self, _deadline: Deadline) -> Parameters:
        with self._lock:
            return self._view.configured if self._view else Parameters()

    def start(self) -> None:
        """In the running loop."""
        self._runs = True
        self._checks.start()

    def halt(self) -> None:
        self._checks.halt()

    def close(self) -> None:
        self._checks.close()

    def read(self, deadline: Deadline) -> ReadinessReading:  # noqa: ARG002  # but HAProxy's files
        """No takeovers while Keepalived can't be asked: that is the collector `keepalived`'s to report."""
        if not self._runs:
            raise Unreachable("the readiness watcher does not run")
        with self._lock:
            view = self._view
        backends = self._timers.read()
        fresh = view if view and time.monotonic() - view.seen_at <= STALE_SECONDS else None
        made = self._checks.results
        return ReadinessReading(
            takeovers=fresh.takeovers if fresh else (),
            promises=promises(fresh.reading, backends) if fresh and fresh.reading.running else (),
            checks=made.checks,
            files=made.files,
            errors=made.errors,
        )

    def failures(self, reading: ReadinessReading) -> Sequence[Exception]:
        """Checks that could not be made."""
        return reading.errors

    def collect(self, reading: ReadinessReading) -> Iterable[Metric]:
        return families(reading)
