"""What clients felt in the last hour at each port of an address (pure)."""

from collections.abc import Iterator

from exporter.watchers.failover.events import Event
from exporter.watchers.prober.counters import ProbeReading
from exporter.watchers.prober.history import HOUR_SECONDS
from exporter.web.status.facts import Facts
from exporter.web.status.view import BAD, OK, UNKNOWN, WARN, Finding, Service, Span
from exporter.web.status.wording import count, duration, rough

ALL_OF_IT = 0.98 * HOUR_SECONDS  # a start of the exporter costs a few seconds


def services(facts: Facts, address: str) -> tuple[Service, ...]:
    probes = facts.probes or ()
    return tuple(_service(facts, one) for one in probes if one.endpoint.host == address)


def findings(facts: Facts) -> Iterator[Finding]:
    """Of all ports."""
    for one in facts.probes or ():
        where = str(one.endpoint)
        if one.active_seconds or one.up is False:
            text = f"Clients can't work at {where}{_for(one.active_seconds)}"
            yield Finding(BAD, text, "Look below at who holds the address, then at HAProxy, then at Galera.")
        if one.account_ok is False:
            yield Finding(
                WARN,
                f"The servers at {where} refuse the account that this exporter probes with",
                "Clients are not affected. Mend user and password in client_file, or the account.",
            )


def _service(facts: Facts, one: ProbeReading) -> Service:
    begin = facts.at - HOUR_SECONDS
    probed = tuple(Span(max(each.start, begin), each.end) for each in one.probed)
    felt = [Span(max(each.start, begin), each.end) for each in one.recent_outages]
    felt += _before(facts, one, begin, min([each.start for each in probed], default=facts.at))
    outages = tuple(sorted(felt, key=lambda each: each.start))
    out = one.active_seconds or None
    level, text = _told(one, outages)
    return Service(one.endpoint.port, level, text, facts.at - out if out else None, outages, probed)


def _before(facts: Facts, one: ProbeReading, begin: float, since: float) -> list[Span]:
    """The outages that the journal has of the time before this exporter started."""
    events: tuple[Event, ...] = facts.failover.recent if facts.failover else ()
    felt = {
        Span(max(outage.start, begin), outage.end)
        for event in events
        for outage in event.outages
        if (outage.address, outage.port) == one.endpoint and begin < outage.end and outage.end < since
    }
    return [*felt]


def _told(one: ProbeReading, outages: tuple[Span, ...]) -> tuple[str, str]:
    if one.active_seconds or one.up is False:
        return BAD, f"clients can't work{_for(one.active_seconds)}"
    if one.up is None:
        return UNKNOWN, "no attempt has ended yet"
    if not outages:
        return OK, f"clients can work; no outage seen in {_watched(one)}"
    total = sum(each.end - each.start for each in outages)
    return (
        OK,
        f"clients can work; {count(len(outages), 'outage')} in {_watched(one)}, {duration(total)} in all",
    )


def _watched(one: ProbeReading) -> str:
    seconds = sum(each.end - each.start for each in one.probed)
    return (
        "the last hour" if seconds >= ALL_OF_IT else f"the {rough(seconds)} of the last hour that were probed"
    )


def _for(seconds: float) -> str:
    return f", for {rough(seconds)} now" if seconds else ""
