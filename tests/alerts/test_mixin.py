"""The mixin, as people who build with Jsonnet import it."""

import json
from pathlib import Path
from typing import Any

import _jsonnet
import pytest

from exporter.rules.site import READY, duration
from tests.alerts.rules import ALERTS, read_yaml

MIXIN = ALERTS / "mixin" / "mixin.libsonnet"


def evaluated(config: str = "") -> dict[str, Any]:
    mixin = f"(import '{MIXIN}') + {{ _config+:: {{ {config} }} }}"
    fields = "prometheusAlerts: m.prometheusAlerts, prometheusRules: m.prometheusRules"
    text = _jsonnet.evaluate_snippet(
        "test", f"local m = {mixin}; {{ {fields}, pages: std.objectFields(m.grafanaDashboards) }}"
    )
    found: dict[str, Any] = json.loads(text)
    return found


def rules(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("interval", READY)
def test_it_has_every_rule_and_dashboard(interval: int) -> None:
    """Of the interval that was chosen, each in the part that mixins have for it, in a group that says it."""
    found = evaluated(f"scrapeInterval: '{interval}s'")
    files = sorted((ALERTS / "rules" / f"{interval}s").glob("*.yml"))
    made = rules([group for path in files for group in read_yaml(path)["groups"]])

    def by_name(some: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {rule.get("alert") or rule["record"]: rule for rule in some}

    alerts, recorded = rules(found["prometheusAlerts"]["groups"]), rules(found["prometheusRules"]["groups"])
    assert by_name(alerts + recorded) == by_name(made)
    assert all("alert" in rule for rule in alerts) and all("record" in rule for rule in recorded)
    assert {group["interval"] for group in found["prometheusAlerts"]["groups"]} == {duration(interval)}
    assert found["pages"] == sorted(path.name for path in Path(ALERTS.parent, "dashboards").glob("*.json"))


def test_job_and_links_are_choices() -> None:
    """In its _config."""
    found = evaluated("job: 'haproxy-ha', runbooks: 'https://wiki/runbooks', grafana: 'https://grafana'")
    text = json.dumps(found)
    assert "externalLabels" not in text
    assert 'job=\\"failover\\"' not in text and 'job=\\"haproxy-ha\\"' in text
    assert "https://wiki/runbooks/VIPDown.md" in text
