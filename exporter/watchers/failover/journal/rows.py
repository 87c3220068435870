"""An event as a row of the journal, and back (pure)."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from exporter.watchers.failover.events import Event, Outage
from exporter.watchers.failover.journal import values

COLUMNS = (
    "id", "at", "detected", "resource", "kind", "origin", "target", "cause", "late", "evidence", "outage",
    "phases",
)  # fmt: skip


def to_row(event: Event) -> tuple[str | float | int | None, ...]:
    """In the order of COLUMNS; what has several values is JSON text."""
    return (
        event.id, event.at, event.detected, event.resource, event.kind, event.origin, event.target,
        event.cause, int(event.late), json.dumps(event.evidence),
        json.dumps([asdict(outage) for outage in event.outages]), json.dumps(dict(event.phases)),
    )  # fmt: skip


def from_row(row: Sequence[object]) -> Event:
    """Raises ValueError for a row that to_row() can't have made."""
    id_, at, detected, resource, kind, origin, target, cause, late, evidence, outages, phases = row
    return Event(
        id=values.text(id_),
        resource=values.text(resource),
        kind=values.text(kind),
        origin=values.text(origin),
        target=values.text(target),
        cause=values.text(cause),
        at=values.timestamp(at),
        detected=values.optional(values.timestamp, detected),
        late=bool(values.count(late)),
        evidence=tuple(values.text(one) for one in values.items(values.parsed(evidence))),
        outages=_outages(outages),
        phases={name: values.seconds(one) for name, one in values.mapping(values.parsed(phases)).items()},
    )


def _outages(column: object) -> tuple[Outage, ...]:
    """Version 1 wrote no list but the one outage, without its port, or NULL."""
    if column is None:
        return ()
    kept = values.parsed(column)
    if isinstance(kept, dict):
        return (_outage(kept | {"port": None}),)
    return tuple(_outage(one) for one in values.items(kept))


def _outage(kept: object) -> Outage:
    fields = values.mapping(kept)
    return Outage(
        address=values.text(values.member(fields, "address")),
        port=values.optional(values.count, values.member(fields, "port")),
        start=values.timestamp(values.member(fields, "start")),
        end=values.timestamp(values.member(fields, "end")),
        seconds=values.seconds(values.member(fields, "seconds")),
    )
