"""Failovers as metric families (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.metrics_core import Metric

from exporter.families import counter, gauge
from exporter.watchers.failover.detection.causes import CAUSES
from exporter.watchers.failover.events import KINDS, MOVE, Event
from exporter.watchers.failover.journal.health import JournalHealth
from exporter.watchers.failover.journal.totals import BOUNDS, Totals
from exporter.watchers.histogram import Histogram, HistogramFamily


@dataclass(frozen=True)
class FailoverReading:
    resources: tuple[str, ...]  # that are watched, or were until lately
    holders: Mapping[str, tuple[str, ...]]  # empty while nobody can be asked
    nodes: tuple[str, ...]
    totals: Totals
    journal: JournalHealth
    addresses: Mapping[str, str] = field(default_factory=dict)  # by resource, those that are known
    recent: tuple[Event, ...] = ()  # the latest of the journal, the oldest first
    causes: tuple[str, ...] = CAUSES  # all that an event may have


def families(reading: FailoverReading) -> Iterator[Metric]:
    yield from _counted(reading)
    yield from _latest(reading.totals)
    yield _phases(reading.totals)
    yield _durations(reading)
    yield _holders(reading)
    yield from _journal(reading.journal)


def _counted(reading: FailoverReading) -> Iterator[Metric]:
    events = counter(
        "failover_events_total",
        "Moves to another node and restarts in place that this host detected; its journal lists them.",
        "resource",
        "kind",
        "cause",
    )
    moves = counter(
        "failover_moves_total",
        "Moves to another node that this host detected, of any cause.",
        "resource",
    )
    for resource in reading.resources:
        for kind in KINDS:
            for cause in reading.causes:
                count = reading.totals.events[resource, kind, cause]
                events.add(count, resource=resource, kind=kind, cause=cause)
        every = (reading.totals.events[resource, MOVE, cause] for cause in reading.causes)
        moves.add(sum(every), resource=resource)
    yield from (events, moves)


def _latest(totals: Totals) -> Iterator[Metric]:
    at = gauge(
        "failover_last_event_timestamp_seconds",
        "When the latest move or restart was complete; absent if there was none.",
        "resource",
        "kind",
    )
    info = gauge(
        "failover_last_event_info",
        "1; the latest move or restart: from which node to which, and the cause.",
        "resource",
        "kind",
        "from",
        "to",
        "cause",
    )
    out = gauge(
        "failover_last_clients_out_seconds",
        "How long clients were out in the latest move or restart; absent where no probe failed.",
        "resource",
        "kind",
        "vip",
        "port",
    )
    for (resource, kind), event in totals.latest.items():
        labels = {"resource": resource, "kind": kind}
        at.add(event.at, **labels)
        info.add(1, **labels, **{"from": event.origin, "to": event.target, "cause": event.cause})
        for (address, port), seconds in event.clients_out.items():
            out.add(seconds, **labels, vip=address, port=str(port))
    yield from (at, info, out)


def _phases(totals: Totals) -> Metric:
    phases = gauge(
        "failover_last_phase_seconds",
        "Parts of what clients felt of the latest event; absent: not felt, or not observed from this host.",
        "resource",
        "phase",
    )
    for resource, seconds in totals.last_phases.items():
        for name, value in seconds.items():
            phases.add(value, resource=resource, phase=name)
    return phases


def _durations(reading: FailoverReading) -> Metric:
    family = HistogramFamily(
        "failover_duration_seconds",
        "How long clients were out in moves and restarts; those in which no probe failed are not in it.",
        "resource",
    )
    for resource in reading.resources:
        durations = reading.totals.durations.get(resource, Histogram(BOUNDS))
        family.add(durations.distribution(), resource=resource)
    return family


def _holders(reading: FailoverReading) -> Metric:
    holder = gauge(
        "failover_holder",
        "1 for the node that runs it, as Pacemaker here believes, or as the kernel and ARP show a host under "
        "Keepalived. Two nodes: a split. None: moving, or down.",
        "resource",
        "node",
    )
    for resource, nodes in reading.holders.items():
        for node in reading.nodes:
            holder.add(float(node in nodes), resource=resource, node=node)
    return holder


def _journal(health: JournalHealth) -> Iterator[Metric]:
    ok = gauge(
        "failover_exporter_journal_ok",
        "0 while the journal of failovers can't be written: events wait in memory, the log says why.",
    )
    ok.add(float(health.ok))
    yield ok
    waiting = gauge("failover_exporter_journal_waiting_events", "Events not yet written to the journal.")
    waiting.add(health.waiting)
    yield waiting
    dropped = counter(
        "failover_exporter_journal_dropped_events_total",
        "Events that are in no journal: too many waited for it to be written.",
    )
    dropped.add(health.dropped)
    yield dropped
    aside = counter(
        "failover_exporter_journal_put_aside_total",
        "Damaged journals found; each was renamed to events.db.damaged-TIME, in the same folder.",
    )
    aside.add(health.put_aside)
    yield aside
