"""What can't be read here, and why (pure)."""

from collections.abc import Iterator

from exporter.web.status.facts import Facts
from exporter.web.status.view import FAILED, OFF, WARN, Collector, Finding

NAMES = ("pacemaker", "corosync", "haproxy", "galera", "address", "vip", "failover", "readiness")
_SECTIONS = {
    "address": "vips",
    "vip": "vips",
    "failover": "pacemaker or keepalived",
    "readiness": "pacemaker",
}  # of the file


def collectors(facts: Facts) -> tuple[Collector, ...]:
    """Also those that are off: a host that is half configured shows it."""
    return tuple(_collector(facts, name) for name in dict.fromkeys([*NAMES, *facts.told]))


def findings(facts: Facts) -> Iterator[Finding]:
    """Parts of a source that can't be read, as a Galera node, are findings of their own."""
    for one in collectors(facts):
        if one.state == FAILED:
            yield Finding(WARN, f"This exporter can't read {one.name}: {one.texts[0]}")
    journal = facts.failover.journal if facts.failover else None
    if journal and not journal.ok:
        yield Finding(WARN, "The journal of failovers can't be written", "The exporter's log says why.")


def _collector(facts: Facts, name: str) -> Collector:
    told = facts.of(name)
    if told.state == OFF:
        return Collector(name, OFF, (f"not configured: needs the section {_SECTIONS.get(name, name)}",))
    return Collector(name, told.state, told.texts)
