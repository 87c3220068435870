"""Would the other node take over now: Pacemaker's scheduler, and what each host needs for it (pure)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from exporter.commands.doctor.facts import Facts
from exporter.commands.doctor.finding import Finding, error, ok, unknown, warning
from exporter.commands.doctor.page import Page
from exporter.watchers.readiness import vrrp
from exporter.web.status.wording import listed

READY, TARGET, BLOCKED = (
    "failover_takeover_ready",
    "failover_takeover_target_info",
    "failover_takeover_blocked_info",
)
CHECK, FAILED = "failover_check_ok", "failover_check_failed_info"
_LEFTOVER = "ha_cluster_pacemaker_leftover_constraints"
_LOCATION = "ha_cluster_pacemaker_location_constraints"
_DOCS, _VRRP_DOCS = "runbooks/FailoverNotReady.md", "runbooks/KeepalivedNotReady.md"
_GALERA, _GALERA_DOCS = "galera_reachable", "runbooks/GaleraNodeDown.md"

WORDS: Mapping[str, str] = {  # of the reasons in exporter/watchers/readiness/reasons.py
    "offline": "the other node is offline",
    "standby": "the other node is on standby",
    "maintenance": "maintenance mode",
    "health": "the other node's health is red",
    "banned": "a constraint bars the other node",
    "failures": "too many failures on the other node",
    "disabled": "stopped by a person (target-role)",
    "unmanaged": "unmanaged (is-managed)",
    "no_quorum": "what would be left has no quorum",
    "fencing": "the lost node would have to be fenced first, and can't be",
    "unknown": "Pacemaker does not say why",
    # … and in exporter/watchers/readiness/vrrp.py
    "keepalived_stopped": "Keepalived does not run on the other host",
    "link_down": "the interface of the other host's VRRP instance has no link",
    "script": "a check script fails on the other host",
    "process": "a process that Keepalived tracks does not run on the other host",
    "fault": "the other host's VRRP instance is in FAULT",
}
# What a person could type, where it does not depend on what else is seen.
_COMMANDS: Mapping[str, str] = {
    "offline": "systemctl start corosync pacemaker   # on {others}",
    "standby": "crm_standby --node {others} --delete",
    "maintenance": (
        "crm_attribute --name maintenance-mode --delete; "
        "crm_attribute --node {others} --name maintenance --delete"
    ),
    "health": "crm_mon -1 -A | grep '#health'",
    "failures": "crm_resource --cleanup --resource {resource}",
    "disabled": "crm_resource --resource {resource} --meta --delete-parameter target-role",
    "unmanaged": "crm_resource --resource {resource} --meta --delete-parameter is-managed",
    "no_quorum": "corosync-quorumtool -s",
    "fencing": "stonith_admin --list-registered",
    "unknown": "crm_simulate --live-check --show-scores",
    "keepalived_stopped": "systemctl start keepalived   # on the other host",
    "link_down": "ip -brief link   # on the other host",
    "script": "journalctl -u keepalived   # on the other host: which script, and its exit code",
    "process": "journalctl -u keepalived | grep Quorum   # on the other host: which process",
    "fault": "journalctl -u keepalived   # on the other host",
}
# What to look at when a host's own check fails; the reason is on its page.
CHECKS: Mapping[str, str] = {
    "haproxy_config": "haproxy -c -f /etc/haproxy/haproxy.cfg",
    "vip_interface": "ip -brief address",
    "vip_bindable": "sysctl net.ipv4.ip_nonlocal_bind net.ipv6.ip_nonlocal_bind",
    "galera_reachable": "failover-exporter --check-config",
    "clock": "timedatectl",
    "resource_agents": "crm_mon -1 -r",
}


def takeover(facts: Facts) -> Iterator[Finding]:
    """One finding for each lost node and reason: what would run nowhere; for each node that all is well."""
    if not any(page.has(READY) for _, page in facts.pages):
        yield from _nothing_said(facts)
        return
    barred = _barred(facts)
    for (lost, reasons), resources in barred.items():
        why = listed(WORDS.get(reason, reason) for reason in reasons)
        yield error(
            f"If {lost} were lost now, nothing would run {listed(resources)}: {why}",
            *_remedies(facts, lost, resources, reasons),
            docs=_VRRP_DOCS if set(reasons) & set(vrrp.REASONS) else _DOCS,
        )
    for lost, placed in _ready(facts).items():
        if all(lost != node for node, _ in barred):
            yield ok(f"If {lost} were lost now, {listed(placed)}")


def _nothing_said(facts: Facts) -> Iterator[Finding]:
    """An exporter that just started has asked nobody yet, one that isn't there never does."""
    if "pacemaker" in facts.configured.sections or facts.first("ha_cluster_pacemaker_nodes"):
        yield unknown(
            "Whether the other node would take over: no exporter's page says so",
            "crm_simulate --live-check --show-scores",
            docs="readiness.md",
        )
    elif "keepalived" in facts.configured.sections:
        yield unknown(
            "Whether the other host would take over: its own exporter says so, and could not be asked",
            docs="keepalived.md",
        )


def _barred(facts: Facts) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    """By the lost node and the reasons what would run nowhere, by whichever page says it."""
    reasons: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for _, page in facts.pages:
        for labels, value in page.series(READY):
            if value == 0:
                lost, resource = labels["lost"], labels["resource"]
                said = page.labels(BLOCKED, "reason", lost=lost, resource=resource)
                reasons[lost, resource] |= dict.fromkeys(said or ("unknown",))
    found: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (lost, resource), why in reasons.items():
        found[lost, tuple(why)].append(resource)
    return found


def _ready(facts: Facts) -> dict[str, list[str]]:
    """By the lost node what would run where."""
    found: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for _, page in facts.pages:
        for labels, _value in page.series(TARGET):
            found[labels["lost"]][labels["to"]][labels["resource"]] = None
    return {
        lost: [f"{listed(resources)} would run on {to}" for to, resources in placed.items()]
        for lost, placed in found.items()
    }


def _remedies(facts: Facts, lost: str, resources: list[str], reasons: tuple[str, ...]) -> Iterator[str]:
    page = facts.first(BLOCKED) or facts.first(READY)
    others = [node for node in _members(page) if node != lost] if page else []
    for reason in reasons:
        if reason == "banned" and page:
            yield from bans(page, others)
        elif command := _COMMANDS.get(reason):
            for resource in resources if "{resource}" in command else [""]:
                yield command.format(resource=resource, others=" ".join(others) or "NODE")


def _members(page: Page) -> tuple[str, ...]:
    return page.labels("ha_cluster_pacemaker_nodes", "node", type="member")


def bans(page: Page, nodes: list[str]) -> Iterator[str]:
    """What takes away the constraints that bar a resource from these nodes."""
    left = set(page.labels(_LEFTOVER, "constraint"))
    for labels, score in page.series(_LOCATION):
        if score == float("-inf") and labels["node"] in nodes and labels["constraint"] not in left:
            yield f"cibadmin --delete --xml-text '<rsc_location id=\"{labels['constraint']}\"/>'"
    for resource in page.labels(_LEFTOVER, "resource"):
        yield f"crm_resource --clear --resource {resource}"


def hosts(facts: Facts) -> Iterator[Finding]:
    """What each host needs of its own in order to take over."""
    for host, page in facts.pages:
        passed = page.labels(CHECK, "check", 1.0)
        for check in page.labels(CHECK, "check", 0.0):
            yield _unfit(facts, host, check, "; ".join(page.labels(FAILED, "reason", check=check)))
        if passed:
            yield ok(f"{host} has what it needs to take over: {', '.join(passed)}")


def _unfit(facts: Facts, host: str, check: str, reason: str) -> Finding:
    """A Galera node that no host reaches is down, and keeps none of them from taking over."""
    why = f" ({reason})" if reason else ""
    remedy = [f"{CHECKS[check]}   # on {host}"] if check in CHECKS else []
    values = [value for _, page in facts.pages for _, value in page.series(CHECK, check=check)]
    if check == _GALERA and len(values) > 1 and not any(values):
        return warning(f"{host}: {check} fails as on every host{why}", *remedy, docs=_GALERA_DOCS)
    return error(f"{host} is not fit to take over: {check} fails{why}", *remedy, docs=_DOCS)
