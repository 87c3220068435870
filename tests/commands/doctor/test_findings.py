"""Each check, on a healthy pair with one thing broken."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.commands.doctor.facts import Alertmanager, Asker, Configured, Facts, Mistake, Rights
from exporter.commands.doctor.finding import Examined, Severity
from exporter.commands.doctor.findings import CHECKS, examine
from exporter.commands.doctor.findings.takeover import WORDS
from exporter.commands.doctor.grants import parse as parse_grants
from exporter.commands.doctor.page import Page, parse
from exporter.commands.setup.keepalived import FILES
from exporter.commands.setup.plan import plan
from exporter.commands.setup.rights import Acl
from exporter.commands.setup.steps import ACLS, DUMPS, SIGNALS, State
from exporter.errors import Denied, Refused, TimedOut, Unreachable
from exporter.watchers.readiness import vrrp
from exporter.watchers.readiness.reasons import REASONS
from exporter.web.status.view import FAILED, PARTLY, Collector
from tests.commands.doctor.cases import (
    FACTS,
    GROUPS,
    ONE,
    PROMETHEUS,
    STEPS,
    TWO,
    blocked,
    exporter,
    found,
    login,
    monitored,
    page,
    page_with,
    rule,
    series,
    status,
    target,
    without_rights,
)
from tests.commands.setup.cases import FRESH
from tests.commands.setup.test_keepalived import BARE


def first(facts: Facts) -> Examined:
    return examine(facts)[0]


def test_a_healthy_pair_has_nothing_wrong() -> None:
    """The article's: its two warnings are how it is configured, and nothing is not seen."""
    told = found(FACTS)
    assert told.keys() == {"warning", "info", "ok"}
    assert [text.partition(":")[0] for text in told["warning"]] == ["fencing", "two_nodes"]
    assert len(told["ok"]) > 15


def test_every_check_says_something_somewhere() -> None:
    """No name is there twice, and each that is silent on a healthy pair has a case below."""
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    silent = {check.name for check in CHECKS} - {one.check for one in examine(FACTS)}
    assert silent == {
        "state", "reloaded", "sections", "without_account", "probe_account", "direct", "views", "prometheus",
        "firing", "arbiter",
    }  # fmt: skip


def test_a_ban_comes_first_with_what_clears_it() -> None:
    """One finding for all resources that it bars; the constraint itself is a warning; said by both pages it
    is told once."""
    left = series(
        "ha_cluster_pacemaker_leftover_constraints",
        1,
        constraint=f"cli-ban-failover-ip-on-{TWO}",
        node=TWO,
        resource="failover-ip",
    )
    broken = page(*blocked(ONE, "banned", "failover-ip", "haproxy"), left, ready=False)
    facts = replace(FACTS, own=exporter(ONE, broken), peers=(exporter(TWO, broken),))
    told = first(facts)
    assert told.check == "takeover"
    assert told.finding.text == (
        f"If {ONE} were lost now, nothing would run failover-ip and haproxy: a constraint bars the other node"
    )
    assert told.finding.remedy == ("crm_resource --clear --resource failover-ip",)
    assert len(found(facts)["error"]) == 1
    assert any(text.startswith("leftover_constraints: ") for text in found(facts)["warning"])


def test_a_ban_that_a_person_wrote_is_deleted_by_its_name() -> None:
    """There is no tool that made it, so none that clears it."""
    ban = series(
        "ha_cluster_pacemaker_location_constraints",
        float("-inf"),
        constraint="never-there",
        node=TWO,
        resource="failover-ip",
        role="",
    )
    broken = page(*blocked(ONE, "banned", "failover-ip"), ban, ready=False)
    remedy = first(replace(FACTS, own=exporter(ONE, broken))).finding.remedy
    assert remedy == ("""cibadmin --delete --xml-text '<rsc_location id="never-there"/>'""",)


@pytest.mark.parametrize("reason", [*REASONS, *vrrp.REASONS])
def test_each_reason_has_words_and_a_command(reason: str) -> None:
    """Those of the exporter's page, all of them."""
    broken = page(*blocked(ONE, reason, "failover-ip"), ready=False)
    finding = first(replace(FACTS, own=exporter(ONE, broken), peers=())).finding
    assert WORDS[reason] in finding.text
    assert finding.remedy or reason == "banned"
    assert all("{" not in line for line in finding.remedy)


def test_a_host_that_is_not_fit() -> None:
    """Its own check fails: the reason is its page's; the other host is fine."""
    broken = page(
        series("failover_check_ok", 0, check="haproxy_config"),
        series("failover_check_failed_info", 1, check="haproxy_config", reason="line 12: unknown keyword"),
    )
    told = first(replace(FACTS, peers=(exporter(TWO, broken),)))
    assert (told.check, told.finding.severity) == ("host_fit", Severity.ERROR)
    assert told.finding.text == (
        f"{TWO} is not fit to take over: haproxy_config fails (line 12: unknown keyword)"
    )


def test_a_galera_node_that_nobody_reaches() -> None:
    """It is down, which is Galera's fault; reached by one host only, the other one is not fit."""
    unreached = page(series("failover_check_ok", 0, check="galera_reachable"))
    both = found(replace(FACTS, own=exporter(ONE, unreached), peers=(exporter(TWO, unreached),)))
    assert "error" not in both
    assert len([text for text in both["warning"] if "galera_reachable fails as on every host" in text]) == 2
    reached = page(series("failover_check_ok", 1, check="galera_reachable"))
    one = found(replace(FACTS, own=exporter(ONE, reached), peers=(exporter(TWO, unreached),)))
    assert one["error"] == [f"host_fit: {TWO} is not fit to take over: galera_reachable fails"]


def test_nobody_says_whether_it_would_be_taken_over() -> None:
    """That is not known, and not well."""
    bare = page(ready=False)
    told = found(replace(FACTS, own=exporter(ONE, bare), peers=(exporter(TWO, bare),)))
    assert [text for text in told["unknown"] if text.startswith("takeover: ")]
    assert "error" not in told


def test_what_the_status_page_calls_broken_is_told_once() -> None:
    """Both exporters see it."""
    split = status("split")
    facts = replace(FACTS, own=exporter(ONE, shown=split), peers=(exporter(TWO, shown=split),))
    states = [text for text in found(facts)["error"] if text.startswith("state: ")]
    assert states
    assert len(states) == len({text.partition(" sees it: ")[2] for text in states})


def test_no_quorum() -> None:
    """As this host's Corosync sees it."""
    lost = page_with("ha_cluster_corosync_quorate", 0.0)
    assert first(replace(FACTS, own=exporter(ONE, lost))).check == "quorum"


@pytest.mark.parametrize(("alive", "votes", "says"), [(1, 1, "ok"), (0, 0, "warning"), (1, 0, "warning")])
def test_an_arbiter(alive: int, votes: int, says: str) -> None:
    """Alive and voting, its daemon gone, or out of reach; then nothing is said of two nodes."""
    arbiter = [
        series("ha_cluster_corosync_qdevice_info", 1, model="net", host="10.0.0.31", algorithm="ffsplit"),
        series("ha_cluster_corosync_qdevice_alive", alive, node=ONE, node_id="1"),
        series("ha_cluster_corosync_qdevice_votes", votes, node=ONE, node_id="1"),
    ]
    told = found(replace(FACTS, own=exporter(ONE, page(*arbiter)), peers=()))
    assert [text for text in told[says] if text.startswith("arbiter: ")]
    assert not [text for text in told["warning"] if text.startswith("two_nodes: ")]


def test_a_right_that_is_missing_explains_the_collector() -> None:
    """One finding, the first, with the commands of setup, and not a second one for the consequence."""
    reason = "/run/haproxy/admin.sock (600, group root) lets no group in that is not root's"
    facts = without_rights("HAProxy's socket", State.BY_HAND, reason, "# in haproxy.cfg: …", failed="haproxy")
    told = first(facts)
    assert (told.check, told.finding.severity) == ("rights", Severity.ERROR)
    assert reason in told.finding.text
    assert told.finding.remedy == ("# in haproxy.cfg: …",)
    assert len(found(facts)["error"]) == 1


def test_a_right_that_still_works_is_a_warning() -> None:
    """The running service has it from before."""
    facts = without_rights("Pacemaker", State.TO_DO, "its tools answer group haclient")
    assert any("nevertheless" in text for text in found(facts)["warning"])
    assert "error" not in found(facts)


def test_a_group_that_the_service_has_not_got_yet() -> None:
    """It was started before its user became a member."""
    assert FACTS.service
    facts = replace(FACTS, service=replace(FACTS.service, groups=frozenset({"failover-exporter"})))
    told = first(facts)
    assert told.check == "user"
    assert told.finding.remedy == ("systemctl restart failover-exporter",)
    assert "haclient, haproxy" in told.finding.text


def test_a_right_of_the_unit_that_the_service_has_not_got_yet() -> None:
    """CAP_KILL came with a drop-in after it was started; an exporter that has it is fine."""
    assert FACTS.service and FACTS.rights
    facts = replace(FACTS, rights=replace(FACTS.rights, signals=True))
    told = first(facts)
    assert (told.check, told.finding.severity) == ("user", Severity.ERROR)
    assert "has CAP_KILL, but the exporter runs since before" in told.finding.text
    assert "error" not in found(replace(facts, service=replace(FACTS.service, signals=True)))


def test_a_dump_that_can_not_be_asked_for() -> None:
    """Keepalived does not run, or who asks may not: no right is called missing by that."""
    steps = plan(replace(BARE, dump=None, drop_ins=FILES))
    own = [one for one in steps if one.name in (DUMPS, SIGNALS)]
    facts = replace(FACTS, rights=Rights((*STEPS, *own), GROUPS, unseen=frozenset({DUMPS})))
    assert any(text.startswith(f"rights: {DUMPS}") for text in found(facts)["unknown"])
    assert "error" not in found(facts)
    missing = replace(facts, rights=Rights((*STEPS, *own), GROUPS))
    assert first(missing).finding.remedy[0].startswith("# in keepalived.conf")


def test_a_pair_under_keepalived_whose_pages_say_nothing_of_a_takeover() -> None:
    """Only the other host knows: not seen, and no tool of Pacemaker is named."""
    configured = replace(FACTS.configured, sections=frozenset({"keepalived", "haproxy"}))
    bare = exporter(ONE, parse(series("keepalived_up", 1)))
    (said,) = [
        one
        for one in examine(replace(FACTS, own=bare, peers=(), configured=configured))
        if one.check == "takeover"
    ]
    assert (said.finding.severity, said.finding.remedy) == (Severity.UNKNOWN, ())
    assert "its own exporter" in said.finding.text


def test_acls_that_can_not_be_asked_about() -> None:
    """Only if they are on is something missing: not known is no mistake. The step is setup's."""
    steps = plan(replace(FRESH, config_there=True, acl=None))
    (acls,) = [one for one in steps if one.name == ACLS]
    facts = replace(FACTS, rights=Rights((*STEPS, acls), GROUPS, unseen=frozenset({ACLS})))
    assert [text for text in found(facts)["unknown"] if text.startswith("rights: ")]
    on = plan(replace(FRESH, config_there=True, acl=Acl(enabled=True, granted=False)))
    assert [one.state for one in on if one.name == ACLS] == [State.BY_HAND]


def test_the_steps_are_those_of_setup() -> None:
    """By their names rights and collectors belong together."""
    names = {one.name for one in plan(FRESH)} | {ACLS}
    assert {one.name for one in STEPS} | {ACLS, "configuration", "accounts"} == names


def test_without_raw_sockets() -> None:
    """An address that nobody asks for, and a process that could not."""
    assert FACTS.service
    bare = series("vip_bound", 1, vip="10.0.0.101")
    facts = replace(
        FACTS, own=exporter(ONE, page(bare)), service=replace(FACTS.service, raw_sockets=False), peers=()
    )
    assert any("CAP_NET_RAW" in text for text in found(facts)["warning"])


def test_root_runs_it() -> None:
    """It needs no root."""
    assert FACTS.service
    facts = replace(FACTS, service=replace(FACTS.service, user="root"))
    assert any(text.startswith("user: The exporter runs as root") for text in found(facts)["warning"])


def test_an_account_that_is_refused() -> None:
    """Once for all servers that say the same, and nothing of the collector that can't read for it."""
    why = "Access denied for user 'exporter'@'10.0.0.11' (error 1045)"
    tried = [
        replace(login(at=at), error=Denied(f"{at}: {why}"), grants=None)
        for at in ("galera-node01 (10.0.0.21:3306)", "galera-node02 (10.0.0.22:3306)")
    ]
    facts = replace(FACTS, own=exporter(ONE, page(failed=("galera",))), logins=tuple(tried))
    told = first(facts)
    assert told.check == "logins"
    assert told.finding.text == (
        f"galera.client_file (/etc/failover-exporter/galera.cnf): {why}, at galera-node01 (10.0.0.21:3306), "
        "galera-node02 (10.0.0.22:3306)"
    )
    assert len(found(facts)["error"]) == 1


def test_a_server_that_does_not_answer_says_nothing_of_the_account() -> None:
    """Whether it is accepted there is not known."""
    tried = (login(), replace(login(at="galera-node03 (10.0.0.23:3306)"), error=TimedOut("late")))
    told = found(replace(FACTS, logins=tried))
    assert "error" not in told
    assert any(text.startswith("logins: Whether the account") for text in told["unknown"])


def test_an_account_that_may_do_too_much() -> None:
    """A warning with what takes it away."""
    granted = parse_grants(["GRANT SELECT, PROCESS ON *.* TO `exporter`@`%` IDENTIFIED BY PASSWORD '*5F8'"])
    facts = replace(FACTS, logins=(replace(login(), grants=granted),))
    (told,) = [one.finding for one in examine(facts) if one.check == "grants"]
    assert told.severity is Severity.WARNING
    assert told.remedy == ("REVOKE PROCESS, SELECT ON *.* FROM 'exporter'@'%';",)
    assert "5F8" not in told.text


def test_a_writer_that_may_do_too_little() -> None:
    """The statement that gives it what the write probe needs."""
    tried = replace(login("vips[0].write.client_file", "10.0.0.100:3306"), schema="failover_exporter")
    (told,) = [one.finding for one in examine(replace(FACTS, logins=(tried,))) if one.check == "grants"]
    assert told.severity is Severity.ERROR
    assert told.remedy == ("GRANT CREATE, DELETE, INSERT, SELECT ON failover_exporter.* TO 'exporter'@'%';",)


def test_grants_that_no_server_tells() -> None:
    """Not known, so not fine."""
    facts = replace(FACTS, logins=(replace(login(), grants=None),))
    assert any(text.startswith("grants: ") for text in found(facts)["unknown"])


def test_probed_as_nobody_and_refused() -> None:
    """An address without an account is worth knowing; where the file could not be read, the page tells that
    the account is refused."""
    now = replace(FACTS.configured, without_account=("10.0.0.100:3306",))
    told = found(replace(FACTS, configured=now))
    assert any(text.startswith("without_account: 10.0.0.100:3306") for text in told["info"])
    refused = page_with("vip_probe_account_ok", 0.0)
    assert first(replace(FACTS, own=exporter(ONE, refused), logins=())).check == "probe_account"


def test_collectors_that_fail_say_why() -> None:
    """Here and on the other host, in the words of the status page; a part that can't be read is a warning."""
    words = {FAILED: "unreachable: crm_mon: does it run?", PARTLY: "galera-node03: nobody listens"}
    shown = replace(
        status(),
        collectors=(
            Collector("pacemaker", FAILED, (words[FAILED],)),
            Collector("galera", PARTLY, (words[PARTLY],)),
        ),
    )
    broken = page(failed=("pacemaker",))
    facts = replace(FACTS, own=exporter(ONE, broken, shown), peers=(exporter(TWO, broken, shown),))
    errors = [text for text in found(facts)["error"] if text.startswith("collectors: ")]
    assert errors == [
        f"collectors: The exporter {where} can't read pacemaker: {words[FAILED]}"
        for where in ("here", f"on {TWO}")
    ]
    assert any(words[PARTLY] in text for text in found(facts)["warning"])


def test_no_exporter_runs() -> None:
    """What it could read if it did is told in its place."""
    silent = replace(FACTS.own, page=Refused("http://localhost:10664: connection refused"), status=None)
    facts = replace(
        FACTS, own=silent, service=None, direct={"pacemaker": None, "haproxy": Unreachable("no socket")}
    )
    assert first(facts).check == "running"
    assert "systemctl enable --now failover-exporter" in first(facts).finding.remedy
    assert any("haproxy can't be read" in text for text in found(facts)["error"])
    nobody = replace(facts, direct={}, asker=Asker("alice", may_look=False))
    assert any(text.startswith("direct: ") and "alice" in text for text in found(nobody)["unknown"])


def test_another_program_answers() -> None:
    """A page, and not ours."""
    told = first(replace(FACTS, own=replace(FACTS.own, page=Page(()), status=None)))
    assert "is no failover-exporter" in told.finding.text


def test_a_page_with_a_password() -> None:
    """Without the account nothing is known of it, and nothing wrong."""
    closed = replace(FACTS.own, page=Denied("HTTP 401 Unauthorized, check user and password"), status=None)
    told = found(replace(FACTS, own=closed))
    assert any("--password-file" in text for text in told["unknown"])
    assert not any(text.startswith("running: ") for text in told.get("error", ()))


@pytest.mark.parametrize(
    ("now", "severity", "says"),
    [
        (Configured("/etc/c.yml", closed=True), Severity.UNKNOWN, "can't be read by user root"),
        (Configured("/etc/c.yml", error="line 3: unknown key"), Severity.ERROR, "line 3: unknown key"),
        (
            replace(FACTS.configured, mistakes=(Mistake("no such tool", error=True),)),
            Severity.ERROR,
            "no such tool",
        ),
        (
            replace(FACTS.configured, mistakes=(Mistake("db4: no address", error=False),)),
            Severity.WARNING,
            "db4",
        ),
    ],
)
def test_the_configuration(now: Configured, severity: Severity, says: str) -> None:
    """Closed to who asks, not to be used, with mistakes, with a doubt."""
    told = [one.finding for one in examine(replace(FACTS, configured=now)) if one.check == "configuration"]
    assert told[0].severity is severity
    assert says in told[0].text


def test_who_may_not_look_is_told_so() -> None:
    """What the service may read can't be judged by another user, so nothing is called fine."""
    facts = replace(FACTS, asker=Asker("alice", may_look=False))
    told = [one.finding for one in examine(facts) if one.check == "configuration"]
    assert [one.severity for one in told] == [Severity.UNKNOWN]
    assert "alice" in told[0].text


def test_a_reload_that_was_refused_and_a_part_that_is_not_watched() -> None:
    """The first is wrong, the second worth knowing."""
    refused = page_with("failover_exporter_config_last_reload_successful", 0.0)
    assert first(replace(FACTS, own=exporter(ONE, refused))).check == "reloaded"
    part = replace(FACTS.configured, sections=frozenset({"pacemaker", "vips"}))
    told = found(replace(FACTS, configured=part))
    assert any("corosync, haproxy, galera" in text for text in told["info"])


def test_files_that_drifted_and_versions_that_differ() -> None:
    """Warnings that name file and hosts; what is alike is fine."""
    drifted = page(series("failover_config_info", 1, file="haproxy.cfg", sha256="cc"), version="0.1.0")
    told = found(replace(FACTS, peers=(exporter(TWO, drifted),)))
    assert any(f"drift: haproxy.cfg differs between {ONE}, {TWO}" in text for text in told["warning"])
    assert any(text.startswith("versions: ") and f"{TWO} 0.1.0" in text for text in told["warning"])
    assert any(text.startswith("drift: corosync.conf is the same") for text in told["ok"])


@pytest.mark.parametrize(("named", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)])
def test_a_peer_that_does_not_answer(named: bool, severity: Severity) -> None:
    """One that a person named has to; one that was looked for may serve elsewhere."""
    silent = replace(exporter(TWO), page=Unreachable("no route to host"), status=None, named=named)
    (told,) = [one.finding for one in examine(replace(FACTS, peers=(silent,))) if one.check == "peers"]
    assert told.severity is severity


def test_no_peer_and_a_vantage_point() -> None:
    """None is not seen; a page without Pacemaker is a view from outside."""
    assert any(text.startswith("peers: ") for text in found(replace(FACTS, peers=()))["unknown"])
    outside = parse(series("failover_exporter_build_info", 1, version="0.2.0", python="3.11"))
    told = found(replace(FACTS, peers=(exporter("mon", outside),)))
    assert any("mon" in text for text in told["info"] if text.startswith("views: "))


def test_prometheus_that_was_not_named_or_does_not_answer() -> None:
    """Not seen; or one finding for all that could not be asked."""
    told = found(replace(FACTS, prometheus=None))
    assert any("--prometheus" not in text and text.startswith("prometheus: ") for text in told["unknown"])
    why = Refused("http://mon:9090: connection refused")
    silent = monitored(targets=why, rules=why, alertmanagers=why)
    assert len([text for text in found(silent)["error"] if text.startswith("prometheus: ")]) == 1


@pytest.mark.parametrize(
    ("targets", "severity", "says"),
    [
        ([target(ONE)], "error", f"does not scrape the exporter of {TWO}"),
        ([target(ONE), replace(target(TWO), health="down", error="no route")], "error", "no route"),
        ([target(ONE), replace(target(TWO), health="unknown")], "unknown", "has not scraped"),
        ([target(ONE), replace(target(TWO), last_scrape=0.0)], "warning", "ago"),
        ([target(ONE), replace(target(TWO), cluster="other")], "error", "different clusters"),
        ([replace(target(one), cluster="") for one in (ONE, TWO)], "warning", "no label `cluster`"),
    ],
)
def test_how_it_is_scraped(targets: list[object], severity: str, says: str) -> None:
    """Not at all, in vain, not yet, long ago, as two clusters, as none."""
    told = found(monitored(targets=targets))
    assert [text for text in told[severity] if text.startswith("scraped: ") and says in text]


@pytest.mark.parametrize(
    ("rules", "severity", "says"),
    [
        ([], "error", "has none of the 3"),
        ([rule("Watchdog"), rule("VIPDown")], "warning", "not loaded: FailoverNotReady"),
        ([*PROMETHEUS.rules, rule("VIPDown", health="err", error="boom")], "error", "boom"),  # type: ignore[misc]
        ([*PROMETHEUS.rules, rule("VIPDown")], "error", "more than once: VIPDown"),  # type: ignore[misc]
    ],
)
def test_rules(rules: list[object], severity: str, says: str) -> None:
    """None, too few, one that can't be evaluated, one that is there twice."""
    told = found(monitored(rules=rules))
    assert [text for text in told[severity] if text.startswith("rules: ") and says in text]


def test_scrapes_rarer_than_the_rules_are_made_for() -> None:
    """Windows of a few scrapes would be empty; rules that are made for rarer ones are only later."""
    slow = [replace(target(one), interval=60.0) for one in (ONE, TWO)]
    (text,) = (one for one in found(monitored(targets=slow))["warning"] if one.startswith("rules: "))
    assert "made for a scrape every 5 s; the exporters are scraped every 60 s" in text
    rare = [replace(one, interval=60.0) for one in PROMETHEUS.rules]  # type: ignore[union-attr]
    for told in (found(monitored(targets=slow, rules=rare)), found(monitored(rules=rare))):
        assert not [one for one in told["warning"] if one.startswith("rules: ")]


def test_the_watchdog_and_what_fires() -> None:
    """The first has to; of others it is worth knowing."""
    silent = [rule("VIPDown"), rule("FailoverNotReady"), rule("Watchdog", state="inactive")]
    assert "watchdog: Watchdog is not firing" in found(monitored(rules=silent))["error"][0]
    loud = [rule("VIPDown", state="firing"), rule("FailoverNotReady"), rule("Watchdog")]
    assert any(text.startswith("firing: ") for text in found(monitored(rules=loud))["info"])


def test_alertmanagers() -> None:
    """None, one that can't be told, one that only Prometheus reaches, one that nobody knows of."""
    assert any("nobody is told" in text for text in found(monitored(alertmanagers=[]))["error"])
    assert any("2 notifications" in text for text in found(monitored(undelivered=2.0))["error"])
    far = [Alertmanager("http://10.9.0.1:9093", Unreachable("no route"))]
    assert any("took all" in text for text in found(monitored(alertmanagers=far))["ok"])
    told = found(monitored(alertmanagers=far, undelivered=None))
    assert any(text.startswith("alertmanager: ") for text in told["unknown"])


def test_each_document_is_there() -> None:
    """Of all findings of all cases here, and of each in the source."""
    root = Path(__file__).parents[3]
    texts = "".join(one.read_text() for one in (root / "exporter/commands/doctor/findings").glob("*.py"))
    pages = set(re.findall(r'"((?:\.\./|runbooks/)?[a-zA-Z/-]+\.md)(?:#[a-z-]+)?"', texts))
    assert len(pages) > 10
    assert [one for one in pages if not (root / "docs" / one).exists()] == []
