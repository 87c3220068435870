"""One message for one fault: causes inhibit what they lead to, within one cluster."""

import re
from typing import Any

import pytest
import yaml

from tests.alerts.rules import ALERTING, ALERTS, FOLDER, read_yaml

CONFIG: dict[str, Any] = yaml.safe_load((ALERTS / "alertmanager.yml").read_text())
MATCHER = re.compile(r'alertname =~? "?([\w|]+)"?')  # as in: alertname =~ "VIPDown|FailoverSlow"
OF = re.compile(r'\bof =~? "?([\w|]+)"?')  # as in: of = FailoverHappened
HELD_BACK = re.compile(r'ALERTS\{.*?alertname=~"([\w|]+)"', re.DOTALL)
CLIENTS_ARE_OUT = {
    "VIPNotHeld",
    "PacemakerResourceNotRunning",
    "HAProxyNotServing",
    "HAProxyNoServers",
    "GaleraNoPrimary",
}


def names(matchers: list[str], matched: re.Pattern[str] = MATCHER) -> set[str]:
    return {name for matcher in matchers for found in matched.findall(matcher) for name in found.split("|")}


def sources(matchers: list[str]) -> set[str]:
    """The alerts that explain: TicketInhibitor stands for those that it names."""
    return names(matchers, OF) or names(matchers)


INHIBITS = [
    (sources(rule["source_matchers"]), names(rule["target_matchers"])) for rule in CONFIG["inhibit_rules"]
]
BY_TICKETS_INHIBITOR = [
    (sources(rule["source_matchers"]), names(rule["target_matchers"]))
    for rule in CONFIG["inhibit_rules"]
    if names(rule["source_matchers"]) == {"TicketInhibitor"}
]


def causes_of(name: str) -> set[str]:
    return {source for sources, targets in INHIBITS if name in targets for source in sources}


def test_it_is_of_one_cluster_always() -> None:
    """A fault in one cluster never silences another."""
    assert all(rule["equal"] == ["cluster"] for rule in CONFIG["inhibit_rules"])


def test_all_names_are_alerts() -> None:
    """A misspelt one would hold nothing back."""
    named = {name for sources, targets in INHIBITS for name in sources | targets}
    assert named and named <= ALERTING.keys()


def test_nothing_holds_itself_back() -> None:
    """Not over any number of steps: of two that did, neither would be notified."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        ways = {start}
        while ways:
            ways = {target for sources, targets in INHIBITS if sources & ways for target in targets} - found
            found |= ways
        return found

    assert not [name for name in ALERTING if name in reached(name)]


def test_what_takes_clients_out_holds_vip_down_back() -> None:
    """VIPDown is the page of a fault that no other alert explains."""
    assert causes_of("VIPDown") >= CLIENTS_ARE_OUT


def test_tickets_are_held_back_by_the_inhibitor_alone() -> None:
    """It outlasts what it stands for, so that what ends later is not told by itself; it holds no page."""
    targets = {target for _, targets in BY_TICKETS_INHIBITOR for target in targets}
    assert {ALERTING[name].labels["severity"] for name in targets} == {"warning"}
    others = {target for pair in INHIBITS if pair not in BY_TICKETS_INHIBITOR for target in pair[1]}
    assert not targets & others - {"ExporterDown"}


def test_the_inhibitor_names_what_alertmanager_asks_for() -> None:
    """An alert that only one of the two files has would hold nothing back."""
    expr = ALERTING["TicketInhibitor"].expr
    found = HELD_BACK.search(expr)
    assert found
    assert set(found[1].split("|")) == {one for sources, _ in BY_TICKETS_INHIBITOR for one in sources}


def test_every_page_of_the_service_holds_back_what_clients_felt() -> None:
    """It says that clients are hurt; a ticket that says it again says nothing."""
    silent = {"VIPCommitsLost", "GaleraReadOnly", "VIPWritesRefused"}  # clients log in as ever
    pages = {name for name, rule in ALERTING.items() if rule.labels["severity"] == "critical"} - silent
    assert pages <= causes_of("VIPOutage") & causes_of("FailoverHappened")


def test_what_holds_another_back_ranks_before_it() -> None:
    """Else the headline of one message would be held back in the next."""
    ranks = {name: rule.labels["rank"] for name, rule in ALERTING.items()}
    pairs = [(one, other) for causes, targets in INHIBITS for one in causes for other in targets]
    assert not [pair for pair in pairs if ranks[pair[0]] >= ranks[pair[1]]]


def test_every_rank_is_of_one_alert() -> None:
    """Two of one rank would be told in the order of their labels. Two digits: they are compared as text."""
    ranks = [rule.labels["rank"] for rule in ALERTING.values()]
    assert len(set(ranks)) == len(ranks)
    assert all(re.fullmatch(r"\d\d", rank) for rank in ranks)


def test_pages_rank_before_tickets() -> None:
    """And both before what is nobody's task."""
    bands = {
        "critical": range(1, 40),
        "warning": range(40, 90),
        "info": range(90, 98),
        "none": range(98, 100),
    }
    for name, rule in ALERTING.items():
        assert int(rule.labels["rank"]) in bands[rule.labels["severity"]], name


def test_lost_data_is_always_reported() -> None:
    """No cause explains it away."""
    assert not causes_of("VIPCommitsLost")


@pytest.mark.parametrize("name", ["VIPDown", "FailoverSlow"])
def test_the_rule_and_alertmanager_agree(name: str) -> None:
    """What these wait for in Prometheus is what holds them back in Alertmanager."""
    found = HELD_BACK.search(ALERTING[name].expr)
    assert found and set(found[1].split("|")) == causes_of(name)


def test_causes_outlast_what_they_lead_to() -> None:
    """An alert that inhibits another page keeps firing for longer, so that the other ends first."""
    rules = {
        one["alert"]: one
        for path in FOLDER.glob("*.yml")
        for group in read_yaml(path)["groups"]
        for one in group["rules"]
        if "alert" in one
    }
    kept = {name: int(one.get("keep_firing_for", "0s").removesuffix("s")) for name, one in rules.items()}
    pages = {name for name, one in rules.items() if one["labels"]["severity"] == "critical"}
    pages -= {"FailoverSlow"}  # waits in its rule for all that would hold it back
    pairs = [(cause, name) for name in sorted(pages) for cause in sorted(causes_of(name) & pages)]
    assert len(pairs) > 20
    assert not [(cause, name) for cause, name in pairs if kept[cause] <= kept[name]]
