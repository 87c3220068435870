"""The story of the failovers as metric families."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

from exporter.families import counter, gauge
from exporter.watchers.failover.detection.causes import CAUSES
from exporter.watchers.failover.events import KINDS
from exporter.watchers.failover.journal.attribution import Durations, Totals
from exporter.watchers.failover.journal.writer import Health
from exporter.watchers.histogram import HistogramFamily


@dataclass(frozen=True)
class FailoverReading:
    resources: tuple[str, ...]  # that are watched, or were
    holders: Mapping[str, tuple[str, ...]]  # empty while Pacemaker can't be asked
    nodes: tuple[str, ...]
    totals: Totals
    journal: Health


def families(reading: FailoverReading) -> Iterator[Metric]:
    yield from _events(reading)
    yield from _last(reading)
    yield _durations(reading)
    yield _holders(reading)
    yield from _database(reading.journal)


def _events(reading: FailoverReading) -> Iterator[Metric]:
    events = counter(
        "failover_events_total",
        "Moves to another node and restarts in place that this host saw, by why; its journal has each.",
        "resource",
        "kind",
        "cause",
    )
    for resource in reading.resources:
        for kind in KINDS:
            for cause in CAUSES:
                count = reading.totals.events[resource, kind, cause]
                events.add(count, resource=resource, kind=kind, cause=cause)
    yield events


def _last(reading: FailoverReading) -> Iterator[Metric]:
    last = gauge(
        "failover_last_event_timestamp_seconds",
        "When the latest move or restart was seen done; absent if there was none.",
        "resource",
        "kind",
    )
    for (resource, kind), at in reading.totals.last.items():
        last.add(at, resource=resource, kind=kind)
    yield last
    move = gauge("failover_last_move_info", "1; the latest move and why.", "resource", "from", "to", "cause")
    for resource, (origin, target, cause) in reading.totals.last_move.items():
        move.add(1, **{"resource": resource, "from": origin, "to": target, "cause": cause})
    yield move
    phase = gauge(
        "failover_last_phase_seconds",
        "Parts of what clients felt of the latest event; absent: not felt, or not seen from this host.",
        "resource",
        "phase",
    )
    for resource, seconds in reading.totals.last_phases.items():
        for name, value in seconds.items():
            phase.add(value, resource=resource, phase=name)
    yield phase


def _durations(reading: FailoverReading) -> Metric:
    family = HistogramFamily(
        "failover_duration_seconds",
        "How long clients were out in moves and restarts; those that no probe felt are not in it.",
        "resource",
    )
    for resource in reading.resources:
        durations = reading.totals.durations.get(resource, Durations())
        family.add(durations.distribution(), resource=resource)
    return family


def _holders(reading: FailoverReading) -> Metric:
    holder = gauge(
        "failover_holder",
        "1 for the node that runs it, as Pacemaker here believes. Two: a split. None: on its way, or down.",
        "resource",
        "node",
    )
    for resource, nodes in reading.holders.items():
        for node in reading.nodes:
            holder.add(float(node in nodes), resource=resource, node=node)
    return holder


def _database(health: Health) -> Iterator[Metric]:
    ok = gauge(
        "failover_exporter_journal_ok",
        "0 while the journal of failovers can't be written: events wait in memory, the log says why.",
    )
    ok.add(float(health.ok))
    yield ok
    waiting = gauge("failover_exporter_journal_waiting_events", "Events not yet written into the journal.")
    waiting.add(health.waiting)
    yield waiting
    lost = counter(
        "failover_exporter_journal_dropped_events_total",
        "Events that are in no journal: too many waited for it to be written.",
    )
    lost.add(health.dropped)
    yield lost
    aside = counter(
        "failover_exporter_journal_put_aside_total",
        "Damaged journals found; each lies beside the new one as events.db.damaged-TIME.",
    )
    aside.add(health.put_aside)
    yield aside
