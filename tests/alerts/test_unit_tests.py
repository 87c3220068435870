"""The unit tests in alerts/tests/5s/ leave no alert out; test_tools.py runs them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.alerts.rules import ALERTING, ALERTS, Rule, read_yaml

CLUSTER = re.compile(r'\bcluster="([^"]+)"')

each_alert = pytest.mark.parametrize("rule", ALERTING.values(), ids=ALERTING)


@dataclass(frozen=True)
class Case:
    alert: str
    fires: list[dict[str, Any]]  # what is expected: labels and annotations
    clusters: set[str]  # that have series in it


def _cases() -> Iterator[Case]:
    for path in sorted((ALERTS / "tests" / "5s").glob("*.yml")):
        for test in read_yaml(path)["tests"]:
            series = " ".join(one["series"] for one in test.get("input_series", []))
            clusters = set(CLUSTER.findall(series))
            for case in test.get("alert_rule_test", []):
                yield Case(case["alertname"], case.get("exp_alerts", []), clusters)


CASES = list(_cases())


@each_alert
def test_it_fires_for_one_of_several_clusters(rule: Rule) -> None:
    """The others have the same metrics and get no alert."""
    if rule.name == "Watchdog":
        return
    firing = [case for case in CASES if case.alert == rule.name and case.fires]
    assert firing
    for case in firing:
        assert {one["exp_labels"]["cluster"] for one in case.fires} < case.clusters


@each_alert
def test_it_stays_silent(rule: Rule) -> None:
    """There is a moment at which it must not fire."""
    assert rule.name == "Watchdog" or any(case.alert == rule.name and not case.fires for case in CASES)


@each_alert
def test_its_texts_name_only_labels_that_it_has(rule: Rule) -> None:
    """promtool compares labels and texts to the letter: what is named is there, in each case."""
    for case in CASES:
        for one in case.fires if case.alert == rule.name else []:
            there = one["exp_labels"].keys() | {"alertname"}
            assert rule.labels_named(there) <= there
            assert one["exp_annotations"].keys() == rule.annotations.keys()
            assert "error expanding" not in " ".join(one["exp_annotations"].values())
