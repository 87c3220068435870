"""The readings that could be had, as one look at all collectors gave them (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.sources.address.reading import Holding
from exporter.sources.corosync.reading import CorosyncReading
from exporter.sources.galera.reading import GaleraReading
from exporter.sources.haproxy.reading import HaproxyReading
from exporter.sources.keepalived.reading import KeepalivedReading
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.watchers.failover.metrics import FailoverReading
from exporter.watchers.prober.counters import ProbeReading
from exporter.watchers.readiness.metrics import ReadinessReading
from exporter.web.status.view import INFO, OFF, UNKNOWN, Summary


@dataclass(frozen=True)
class Told:
    """How a collector's reading went: READ, PARTLY or FAILED, and what it says of what failed."""

    state: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """A reading is None where its collector is off or failed; `told` lacks those that are off."""

    host: str  # as Pacemaker calls this node too, unless somebody configured another name
    at: float  # seconds since 1970
    told: Mapping[str, Told] = field(default_factory=dict)
    pacemaker: PacemakerReading | None = None
    corosync: CorosyncReading | None = None
    keepalived: KeepalivedReading | None = None
    haproxy: HaproxyReading | None = None
    galera: GaleraReading | None = None
    address: Holding | None = None
    probes: tuple[ProbeReading, ...] | None = None
    failover: FailoverReading | None = None
    readiness: ReadinessReading | None = None

    def of(self, collector: str) -> Told:
        return self.told.get(collector, Told(OFF))

    def missing(self, collector: str) -> Summary:
        """What to say of a collector without a reading."""
        if self.of(collector).state == OFF:
            return Summary(INFO, "not configured: nothing is known of it here")
        return Summary(UNKNOWN, "can't be read: see what needs attention")
