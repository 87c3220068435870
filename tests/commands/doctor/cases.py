"""A healthy pair as doctor sees it from one balancer, for tests to break."""

import re
from collections.abc import Mapping
from dataclasses import replace

from exporter.commands.doctor.facts import (
    Alertmanager,
    Asker,
    Configured,
    Exporter,
    Facts,
    Login,
    Prometheus,
    Rights,
    Rule,
    Service,
    Target,
)
from exporter.commands.doctor.findings import examine
from exporter.commands.doctor.page import Page, parse
from exporter.commands.setup.steps import State, Step
from exporter.web.status.verdict import view
from exporter.web.status.view import View
from tests.golden import CAPTURES
from tests.web.status.stories import STORIES

NOW = 1795346125.0
ONE, TWO = "haproxy-node01", "haproxy-node02"
CLUSTER = "".join(
    (CAPTURES / name).read_text() for name in ("crm_mon-2.1.5-article.prom", "corosync-3.1.7-article.prom")
)
ALERTS = ("FailoverNotReady", "VIPDown", "Watchdog")
COLLECTORS = ("pacemaker", "corosync", "haproxy", "galera", "address", "vip", "failover", "readiness")


def series(name: str, value: float, **labels: str) -> str:
    inside = ",".join(f'{key}="{of}"' for key, of in labels.items())
    return f"{name}{{{inside}}} {value}\n"


def page_text(*more: str, failed: tuple[str, ...] = (), version: str = "0.2.0", ready: bool = True) -> str:
    """A balancer's page, with only what is looked at."""
    lines = [
        CLUSTER,
        series("failover_exporter_build_info", 1, version=version, python="3.11"),
        *(series("ha_cluster_scrape_success", float(one not in failed), collector=one) for one in COLLECTORS),
        series("failover_exporter_config_last_reload_successful", 1),
        series("vip_bound", 1, vip="10.0.0.100"),
        series("vip_claimants", 1, vip="10.0.0.100"),
        series("vip_probe_account_ok", 1, vip="10.0.0.100", port="3306"),
    ]
    for lost, to in ((ONE, TWO), (TWO, ONE)) if ready else ():
        lines += [
            series("failover_takeover_ready", 1, resource="failover-ip", lost=lost),
            series("failover_takeover_target_info", 1, resource="failover-ip", lost=lost, to=to),
        ]
    for file, sha256 in (("haproxy.cfg", "aa"), ("corosync.conf", "bb")):
        lines.append(series("failover_config_info", 1, file=file, sha256=sha256))
    lines += [series("failover_check_ok", 1, check=check) for check in ("haproxy_config", "clock")]
    return "".join([*lines, *more])


def page(*more: str, failed: tuple[str, ...] = (), version: str = "0.2.0", ready: bool = True) -> Page:
    return parse(page_text(*more, failed=failed, version=version, ready=ready))


def page_with(name: str, value: float, **labels: str) -> Page:
    """The healthy page, on which that series alone has its name, and another value."""
    of, _ = next(iter(page().series(name, **labels)))
    rest = [line for line in page_text().splitlines(keepends=True) if re.split("[{ ]", line)[0] != name]
    return parse("".join([*rest, series(name, value, **of)]))


def blocked(lost: str, reason: str, *resources: str) -> list[str]:
    lines = []
    for resource in resources:
        labels = {"resource": resource, "lost": lost}
        lines.append(series("failover_takeover_ready", 0, **labels))
        lines.append(series("failover_takeover_blocked_info", 1, reason=reason, **labels))
    return lines


def status(story: str = "healthy") -> View:
    return view(STORIES[story](), "0.2.0")


def exporter(host: str, what: Page | None = None, shown: View | None = None) -> Exporter:
    return Exporter(host, f"http://{host}:10664", what or page(), shown or status())


def login(key: str = "galera.client_file", at: str = "galera-node01 (10.0.0.21:3306)") -> Login:
    return Login(key, "/etc/failover-exporter/galera.cnf", at, "exporter", account="exporter@%", grants=())


def target(host: str) -> Target:
    url = f"http://{host}:10664/metrics"
    return Target(url, frozenset({host}), "up", "", NOW - 2, 5.0, "article")


def rule(name: str, **changed: str) -> Rule:
    state = "firing" if name == "Watchdog" else "inactive"
    whole = Rule(name, "ok", "", state, 5.0)
    return replace(whole, **changed)  # type: ignore[arg-type]  # its texts alone


PROMETHEUS = Prometheus(
    "http://mon:9090",
    [target(ONE), target(TWO)],
    [rule(name) for name in ALERTS],
    [Alertmanager("http://mon:9093", None)],
    0.0,
    frozenset(ALERTS),
)
STEPS = (
    Step("Pacemaker", State.DONE, "failover-exporter is in group haclient"),
    Step("Corosync", State.DONE, "/etc/corosync/uidgid.d/failover-exporter names the user"),
    Step("HAProxy's socket", State.DONE, "failover-exporter may use /run/haproxy/admin.sock"),
)
GROUPS = frozenset({"haclient", "haproxy"})
FACTS = Facts(
    at=NOW,
    host=ONE,
    asker=Asker("root", may_look=True),
    configured=Configured(
        "/etc/failover-exporter/config.yml",
        frozenset({"pacemaker", "corosync", "haproxy", "galera", "vips"}),
    ),
    own=exporter(ONE),
    service=Service("failover-exporter", GROUPS | {"failover-exporter"}, raw_sockets=True),
    rights=Rights(STEPS, GROUPS),
    peers=(exporter(TWO),),
    logins=(login(), login("vips[0].client_file", "10.0.0.100:3306")),
    prometheus=PROMETHEUS,
)


def without_rights(name: str, state: State, reason: str, *by_hand: str, failed: str = "") -> Facts:
    """One step of setup is not done, and the collector that needs it fails."""
    steps = tuple(Step(name, state, reason, by_hand=by_hand) if one.name == name else one for one in STEPS)
    return replace(
        FACTS,
        rights=Rights(steps, GROUPS),
        own=exporter(ONE, page(failed=(failed,) if failed else ())),
    )


def monitored(**changed: object) -> Facts:
    return replace(FACTS, prometheus=replace(PROMETHEUS, **changed))  # type: ignore[arg-type]  # by its fields


def found(facts: Facts) -> Mapping[str, list[str]]:
    """By severity `check: text` of all findings."""

    told: dict[str, list[str]] = {}
    for one in examine(facts):
        told.setdefault(str(one.finding.severity), []).append(f"{one.check}: {one.finding.text}")
    return told
