"""From the readings that scrapes share to the facts of one moment."""

from collections.abc import Mapping
from typing import Any, TypeVar

from exporter.errors import KnownError, SourceError
from exporter.scrape import Collected, reason_of
from exporter.sources.address.reading import Holding
from exporter.sources.corosync.reading import CorosyncReading
from exporter.sources.galera.reading import GaleraReading
from exporter.sources.haproxy.reading import HaproxyReading
from exporter.sources.keepalived.reading import KeepalivedReading
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.watchers.failover.metrics import FailoverReading
from exporter.watchers.prober.watcher import VipReading
from exporter.watchers.readiness.metrics import ReadinessReading
from exporter.web.status.facts import Facts, Told
from exporter.web.status.view import FAILED, PARTLY, READ

T = TypeVar("T")


def facts(collected: Mapping[str, Collected], host: str, at: float) -> Facts:
    """`at` is the moment, seconds since 1970."""
    vip = _value(collected, "vip", VipReading)
    return Facts(
        host=host,
        at=at,
        told={name: _told(one) for name, one in collected.items()},
        pacemaker=_value(collected, "pacemaker", PacemakerReading),
        corosync=_value(collected, "corosync", CorosyncReading),
        keepalived=_value(collected, "keepalived", KeepalivedReading),
        haproxy=_value(collected, "haproxy", HaproxyReading),
        galera=_value(collected, "galera", GaleraReading),
        address=_value(collected, "address", Holding),
        probes=vip.probes if vip else None,
        failover=_value(collected, "failover", FailoverReading),
        readiness=_value(collected, "readiness", ReadinessReading),
    )


def _value(collected: Mapping[str, Collected], name: str, kind: type[T]) -> T | None:
    value: Any = collected[name].reading.value if name in collected else None
    return value if isinstance(value, kind) else None


def _told(one: Collected) -> Told:
    if one.reading.error:
        return Told(FAILED, (_text(one.reading.error),))
    if one.failures:
        return Told(PARTLY, tuple(dict.fromkeys(_text(error) for error in one.failures)))
    return Told(READ)


def _text(error: Exception) -> str:
    """For a person. The text of what is no KnownError may hold anything, so it is left to the log."""
    if isinstance(error, SourceError):
        return f"{reason_of(error)}: {error}"
    if isinstance(error, KnownError):
        return str(error)
    return f"a defect of this exporter ({type(error).__name__}); its log has the trace"
