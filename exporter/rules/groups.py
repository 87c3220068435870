"""All rules, and the files that they are written to."""

from collections.abc import Mapping

from exporter.rules import (
    corosync,
    exporter,
    failover,
    galera,
    haproxy,
    keepalived,
    layout,
    pacemaker,
    readiness,
    vip,
)
from exporter.rules.rule import Alert, Group
from exporter.rules.site import Site, Unusable, duration

GROUPS: tuple[Group, ...] = (
    vip.GROUP,
    failover.GROUP,
    pacemaker.GROUP,
    corosync.GROUP,
    keepalived.GROUP,
    haproxy.GROUP,
    galera.GROUP,
    readiness.GROUP,
    exporter.GROUP,
)
ALERTS: dict[str, Alert] = {
    rule.alert: rule for group in GROUPS for rule in group.rules if isinstance(rule, Alert)
}


def files(site: Site) -> dict[str, str]:
    """One file for each group, by its name."""
    header = _header("Made by `make alerts` from exporter/rules/; change it there.", site)
    return {f"{one.name}.yml": layout.file(header, one, site=site) for one in GROUPS}


def whole(site: Site, thresholds: Mapping[str, float] | None = None) -> str:
    """One file with all groups, and other values for some thresholds. Raises Unusable."""
    chosen = thresholds or {}
    known = {name for one in GROUPS for name in one.thresholds}
    if unknown := chosen.keys() - known:
        raise Unusable(f"no threshold {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    header = _header("Made by `failover-exporter rules`.", site)
    return layout.file(header, *(one.changed(chosen) for one in GROUPS), site=site)


def _header(made: str, site: Site) -> str:
    every = duration(site.interval)
    return f"# {made}\n# For targets that are scraped every {every}, and rules that are evaluated every {every}.\n#\n"
