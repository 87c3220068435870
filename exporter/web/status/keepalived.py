"""Keepalived on this host: its VRRP instances and check scripts (pure)."""

from collections.abc import Iterator

from exporter.sources.keepalived.reading import FAULT, STATES, Instance
from exporter.web.status import view
from exporter.web.status.facts import Facts
from exporter.web.status.view import INFO, OFF, OK, WARN, Finding, Summary, worst
from exporter.web.status.wording import count, listed


def summary(facts: Facts) -> Summary | None:
    """None where Keepalived is not configured."""
    if facts.of("keepalived").state == OFF:
        return None
    reading = facts.keepalived
    if not reading:
        return facts.missing("keepalived")
    if not reading.running:
        return Summary(WARN, "does not run on this host")
    known = reading.known
    scripts = f"; check script {listed(known.bad_scripts)} fails" if known.bad_scripts else ""
    processes = f"; tracked process {listed(known.bad_processes)} does not run" if known.bad_processes else ""
    level = worst([WARN if scripts or processes else OK, *(one.level for one in instances(facts))])
    return Summary(level, f"runs, {count(len(reading.instances), 'VRRP instance')}{scripts}{processes}")


def instances(facts: Facts) -> tuple[view.Instance, ...]:
    return tuple(_instance(one) for one in (facts.keepalived.instances if facts.keepalived else ()))


def _instance(one: Instance) -> view.Instance:
    level = WARN if one.state == FAULT else OK
    lowered = one.effective_priority < one.base_priority
    usual = f", configured {one.base_priority}" if one.effective_priority != one.base_priority else ""
    text = f"{STATES[one.state]}, priority {one.effective_priority}{usual}"
    held = tuple(dict.fromkeys(held.address for held in one.addresses))
    return view.Instance(one.name, INFO if lowered and level == OK else level, text, held)


def hindrance(facts: Facts) -> str:
    """What keeps this host from taking over now, as Keepalived says; empty: nothing, or it is not known."""
    reading = facts.keepalived
    if not reading:
        return ""
    if not reading.running:
        return "Keepalived does not run on this host"
    if reading.known.bad_scripts:
        return "a check script fails on this host"
    if reading.known.bad_processes:
        return "a process that Keepalived tracks does not run on this host"
    faulty = any(one.state == FAULT for one in reading.instances)
    return "its VRRP instance is in FAULT on this host" if faulty else ""


def findings(facts: Facts) -> Iterator[Finding]:
    reading = facts.keepalived
    if not reading:
        return
    if not reading.running:
        advice = (
            "Start it: systemctl start keepalived. While it is down nobody takes over from the other host."
        )
        yield Finding(WARN, "Keepalived does not run on this host", advice)
        return
    for one in instances(facts):
        if one.level == WARN:
            text = (
                f"VRRP instance {one.name} is in FAULT on this host: it holds nothing, and takes nothing over"
            )
            yield Finding(
                WARN, text, "Look at its interface and at what it tracks: journalctl -u keepalived."
            )
    for script in reading.known.bad_scripts:
        text = f"Check script {script} says that this host may not hold the address"
        yield Finding(WARN, text, "Run the script as Keepalived does: its exit code says it.")
    for process in reading.known.bad_processes:
        text = f"Tracked process {process} does not run: this host should not hold the address"
        yield Finding(WARN, text, "Start it, or see why it ended: journalctl, systemctl status.")
