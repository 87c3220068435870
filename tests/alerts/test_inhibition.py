"""One page for one fault: causes inhibit what they lead to, within one cluster."""

import re
from typing import Any

import pytest
import yaml

from tests.alerts.rules import ALERTING, ALERTS, FOLDER, read_yaml

CONFIG: dict[str, Any] = yaml.safe_load((ALERTS / "alertmanager.yml").read_text())
MATCHER = re.compile(r'alertname =~? "?([\w|]+)"?')  # as in: alertname =~ "VIPDown|FailoverSlow"
HELD_BACK = re.compile(r'ALERTS\{.*?alertname=~"([\w|]+)"', re.DOTALL)
CLIENTS_ARE_OUT = {
    "VIPNotHeld",
    "PacemakerResourceNotRunning",
    "HAProxyNotServing",
    "HAProxyNoServers",
    "GaleraNoPrimary",
}


def names(matchers: list[str]) -> set[str]:
    return {name for matcher in matchers for found in MATCHER.findall(matcher) for name in found.split("|")}


INHIBITS = [
    (names(rule["source_matchers"]), names(rule["target_matchers"])) for rule in CONFIG["inhibit_rules"]
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
