"""The latest failovers: what moved together is one (pure)."""

from collections.abc import Iterable

from exporter.watchers.failover.events import Event
from exporter.watchers.readiness.expected.formulas import TOTAL, Promise, fault_of
from exporter.web.status.facts import Facts
from exporter.web.status.view import Failover

SHOWN = 5
TOGETHER_SECONDS = 15.0  # an address and the HAProxy behind it start one after the other


def failovers(facts: Facts) -> tuple[Failover, ...]:
    """The latest first."""
    groups: list[list[Event]] = []
    for event in reversed(facts.failover.recent if facts.failover else ()):
        if groups and _together(groups[-1], event):
            groups[-1].append(event)
        else:
            groups.append([event])
    promises = facts.readiness.promises if facts.readiness else ()
    return tuple(_failover(group, promises) for group in groups[:SHOWN])


def _together(group: list[Event], event: Event) -> bool:
    latest = group[0]
    same = (latest.kind, latest.origin, latest.target) == (event.kind, event.origin, event.target)
    known = {one.resource for one in group}
    return same and latest.at - event.at <= TOGETHER_SECONDS and event.resource not in known


def _failover(group: list[Event], promises: Iterable[Promise]) -> Failover:
    """By its longest outage; the cause is that of the event that has most evidence for its own."""
    felt = max(group, key=lambda one: one.outage.seconds if one.outage else 0.0)
    told = max(group, key=lambda one: (one.cause != "unknown", len(one.evidence)))
    fault = fault_of(told.kind, told.cause)
    return Failover(
        at=max(one.at for one in group),
        kind=told.kind,
        resources=tuple(sorted(one.resource for one in group)),
        origin=told.origin,
        target=told.target,
        cause=told.cause,
        late=all(one.late for one in group),
        evidence=told.evidence[:3],
        clients_out=felt.outage.seconds if felt.outage else None,
        phases={name: seconds for name, seconds in felt.phases.items() if name != "total"},
        promised=next((one.seconds for one in promises if one.phase == TOTAL and one.fault == fault), None),
    )
