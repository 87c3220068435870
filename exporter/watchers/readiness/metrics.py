"""Readiness as metric families (pure)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

from exporter.families import gauge
from exporter.watchers.readiness.expected.formulas import Promise


@dataclass(frozen=True)
class Takeover:
    """Of one resource, were one node that runs it lost."""

    resource: str
    lost: str
    to: tuple[str, ...]  # where it would run then
    reasons: tuple[str, ...] = ()  # why nowhere

    @property
    def ready(self) -> bool:
        return bool(self.to)


@dataclass(frozen=True)
class ReadinessReading:
    takeovers: tuple[Takeover, ...]  # empty while Pacemaker can't be asked
    promises: tuple[Promise, ...] = ()  # likewise


def families(reading: ReadinessReading) -> Iterator[Metric]:
    ready = gauge(
        "failover_takeover_ready",
        "1 if Pacemaker's scheduler would run the resource elsewhere, were the node `lost` gone now.",
        "resource",
        "lost",
    )
    target = gauge(
        "failover_takeover_target_info",
        "1; where the resource would run, were the node `lost` gone now.",
        "resource",
        "lost",
        "to",
    )
    blocked = gauge(
        "failover_takeover_blocked_info",
        "1; why the resource would run nowhere, were the node `lost` gone now.",
        "resource",
        "lost",
        "reason",
    )
    for one in reading.takeovers:
        labels = {"resource": one.resource, "lost": one.lost}
        ready.add(float(one.ready), **labels)
        for node in one.to:
            target.add(1, **labels, to=node)
        for reason in one.reasons:
            blocked.add(1, **labels, reason=reason)
    yield from (ready, target, blocked)
    yield _expected(reading.promises)


def _expected(promises: Iterable[Promise]) -> Metric:
    expected = gauge(
        "failover_expected_seconds",
        "The longest that a phase takes as everything is configured now; absent where that can't be known.",
        "fault",
        "phase",
    )
    for one in promises:
        if one.seconds is not None:
            expected.add(one.seconds, fault=one.fault, phase=one.phase)
    return expected
