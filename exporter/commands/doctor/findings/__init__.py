"""The checks, in the order in which their findings are told (pure).

takeover    would the other node take over, and is each host fit to
cluster     its state now, leftover constraints, fencing, quorum, arbiter
service     the exporter's configuration, and whether it runs
rights      who asks as whom
accounts    logins to the databases, and what they may do
sources     what each exporter can't read
pair        the other exporters, drift, versions
monitoring  Prometheus, rules, Alertmanager
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from exporter.commands.doctor.facts import Facts
from exporter.commands.doctor.finding import Examined, Finding, worst_first
from exporter.commands.doctor.findings import (
    accounts,
    cluster,
    monitoring,
    pair,
    rights,
    service,
    sources,
    takeover,
)


@dataclass(frozen=True)
class Check:
    name: str  # what --json calls it: it stays
    area: str
    look: Callable[[Facts], Iterable[Finding]]


CHECKS = (
    Check("takeover", "takeover", takeover.takeover),
    Check("host_fit", "takeover", takeover.hosts),
    Check("state", "cluster", cluster.state),
    Check("quorum", "cluster", cluster.quorum),
    Check("leftover_constraints", "cluster", cluster.leftovers),
    Check("fencing", "cluster", cluster.fencing),
    Check("two_nodes", "cluster", cluster.two_nodes),
    Check("arbiter", "cluster", cluster.arbiter),
    Check("configuration", "exporter", service.configuration),
    Check("running", "exporter", service.running),
    Check("reloaded", "exporter", service.reloaded),
    Check("sections", "exporter", service.sections),
    Check("user", "rights", rights.user),
    Check("rights", "rights", rights.granted),
    Check("neighbours", "rights", rights.neighbours),
    Check("logins", "accounts", accounts.logins),
    Check("grants", "accounts", accounts.rights),
    Check("without_account", "accounts", accounts.without),
    Check("probe_account", "accounts", accounts.by_page),
    Check("collectors", "sources", sources.collectors),
    Check("direct", "sources", sources.direct),
    Check("peers", "pair", pair.peers),
    Check("drift", "pair", pair.drift),
    Check("versions", "pair", pair.versions),
    Check("views", "pair", pair.views),
    Check("prometheus", "monitoring", monitoring.asked),
    Check("scraped", "monitoring", monitoring.scraped),
    Check("rules", "monitoring", monitoring.rules),
    Check("alertmanager", "monitoring", monitoring.alertmanager),
    Check("watchdog", "monitoring", monitoring.watchdog),
    Check("firing", "monitoring", monitoring.firing),
)


def examine(facts: Facts) -> tuple[Examined, ...]:
    """What all checks say, the worst first."""
    return worst_first(
        Examined(check.name, check.area, found) for check in CHECKS for found in check.look(facts)
    )
