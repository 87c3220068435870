"""All that the page shows, and in one word how it is (pure)."""

from exporter.web.status import (
    addresses,
    checks,
    clients,
    cluster,
    collectors,
    failovers,
    keepalived,
    servers,
)
from exporter.web.status.facts import Facts
from exporter.web.status.view import BAD, LEVELS, OFF, OK, UNKNOWN, WARN, Address, Finding, View


def view(facts: Facts, version: str) -> View:
    shown = addresses.addresses(facts)
    found = _findings(facts, shown)
    level = _level(facts, shown, found)
    latest = failovers.failovers(facts)
    return View(
        host=facts.host,
        version=version,
        at=facts.at,
        level=level,
        headline=_headline(level, shown, found),
        findings=found,
        addresses=shown,
        addresses_text="" if shown else _no_address(facts),
        failovers=latest,
        failovers_text="" if latest else _no_failovers(facts),
        pacemaker=cluster.pacemaker_summary(facts),
        nodes=cluster.nodes(facts),
        corosync=cluster.corosync_summary(facts),
        links=cluster.links(facts),
        haproxy=servers.haproxy_summary(facts),
        servers=servers.servers(facts),
        galera=servers.galera_summary(facts),
        databases=servers.databases(facts),
        collectors=collectors.collectors(facts),
        keepalived=keepalived.summary(facts),
        instances=keepalived.instances(facts),
    )


def _findings(facts: Facts, shown: tuple[Address, ...]) -> tuple[Finding, ...]:
    """The worst first; within a level in the order in which somebody looks: address, clients, what is
    behind."""
    found = [
        *addresses.findings(shown),
        *clients.findings(facts),
        *checks.findings(facts),
        *cluster.findings(facts),
        *keepalived.findings(facts),
        *servers.findings_of_haproxy(facts),
        *servers.findings_of_galera(facts),
        *collectors.findings(facts),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: LEVELS.index(one.level)))


def _level(facts: Facts, shown: tuple[Address, ...], found: tuple[Finding, ...]) -> str:
    """Where nothing of what matters is known it is `unknown`, whatever else was found."""
    if found and found[0].level == BAD:
        return BAD
    if not _anything_known(facts, shown):
        return UNKNOWN
    return WARN if found and found[0].level == WARN else OK


def _anything_known(facts: Facts, shown: tuple[Address, ...]) -> bool:
    """Who holds an address, or whether clients can work, or how the cluster is."""
    of_address = any(
        one.level != UNKNOWN or any(service.level != UNKNOWN for service in one.services) for one in shown
    )
    without_addresses = not shown and (
        facts.pacemaker or facts.keepalived or facts.haproxy or facts.galera or facts.corosync
    )
    return of_address or bool(without_addresses)


def _headline(level: str, shown: tuple[Address, ...], found: tuple[Finding, ...]) -> str:
    """Of a page that is not well: its worst finding, and how many others there are of that level."""
    if level == UNKNOWN:
        return "How the cluster is can't be seen from here"
    if level == OK:
        return "; ".join(_said(one) for one in shown) or "Nothing is wrong with what is read here"
    worst = [one for one in found if one.level == level]
    return worst[0].text + (f" (and {len(worst) - 1} more)" if len(worst) > 1 else "")


def _said(one: Address) -> str:
    if one.level == OK:
        return f"{one.address} is {one.text}" + (f"; {one.takeover.text}" if one.takeover.level == OK else "")
    return f"{one.address}: {one.services[0].text if one.services else one.text}"


def _no_address(facts: Facts) -> str:
    if facts.of("address").state == OFF and facts.of("vip").state == OFF:
        return "no address is known here: the section vips of the configuration names it"
    return "which address there is can't be read: see what needs attention"


def _no_failovers(facts: Facts) -> str:
    if facts.failover:
        return "none in the journal"
    return facts.missing("failover").text
