"""Queries about events, over made-up series: what a restart, a move and an absent exporter look like."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from dashboards.src import facts
from dashboards.src.interpolate import Window, interpolate
from dashboards.src.promql import counted
from tests.alerts.test_tools import promtool

ALL = {"cluster": ".+", "job": ".+", "instance": ".+"}
QUARTER = Window(0, 900)
MOVE = '{resource="failover-ip", kind="move"}'
RESTART = '{resource="haproxy", kind="restart"}'
FAILURES = '{vip="10.0.0.100", port="3306", reason="refused"}'
# lb2 was away while HAProxy was restarted on lb1, and knows an older restart.
SERIES = {
    f"failover_last_event_timestamp_seconds lb1 {MOVE}": "62x60",
    f'failover_last_event_info lb1 {MOVE[:-1]}, from="lb2", to="lb1", cause="split_healed"}}': "1x60",
    f"failover_last_event_timestamp_seconds lb1 {RESTART}": "90x60",
    f'failover_last_event_info lb1 {RESTART[:-1]}, from="lb1", to="lb1", cause="resource_failure"}}': "1x60",
    f"failover_last_event_timestamp_seconds lb2 {RESTART}": "40x60",
    f'failover_last_event_info lb2 {RESTART[:-1]}, from="lb2", to="lb2", cause="unknown"}}': "1x60",
    f"vip_probe_failures_total lb1 {FAILURES}": "7x20 9x10 1x30",
}
HAPROXY = 'cluster="a", kind="restart", cause="resource_failure"'
ADDRESS = 'cluster="a", kind="move", cause="split_healed"'
LB1 = 'cluster="a", job="failover", instance="lb1:10664"'
CASES = {
    "the last event is the restart, with its place": (
        facts.LAST_EVENT,
        "2m",
        {
            f'{{{HAPROXY}, job="failover", instance="lb1:10664", resource="haproxy", from="lb1", to="lb1",'
            ' what="haproxy restarted on lb1"}': 90
        },
    ),
    "each event is marked once, at its own time": (
        facts.MARKS,
        "2m",
        {
            f'{{{HAPROXY}, what="haproxy restarted on lb1"}}': 90,
            f'{{{ADDRESS}, what="lb2 → lb1"}}': 62,
        },
    ),
    "the list has a node in From and To of each": (
        facts.EVENT_LIST,
        "2m",
        {
            f'{{{HAPROXY}, resource="haproxy", from="lb1", to="lb1"}}': 90,
            f'{{{ADDRESS}, resource="failover-ip", from="lb2", to="lb1"}}': 60,
        },
    ),
    "the address is held since its last move": (facts.HELD_SINCE, "2m", {'{cluster="a"}': 62}),
    "what was counted is a whole number": (
        counted("vip_probe_failures_total"),
        "105s",
        {f"{{{LB1}, {FAILURES[1:]}": 2},
    ),
    "a counter that was reset counts as nothing": (
        counted("vip_probe_failures_total"),
        "160s",
        {f"{{{LB1}, {FAILURES[1:]}": 0},
    ),
}


def series(name: str, values: str) -> dict[str, str]:
    metric, host, labels = name.split(" ", 2)
    named = re.sub(r"^\{", f'{metric}{{cluster="a", job="failover", instance="{host}:10664", ', labels)
    return {"series": named, "values": values}


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown_of_events(case: str, tmp_path: Path) -> None:
    """Evaluated by promtool, as Grafana asks it."""
    expr, at, expected = CASES[case]
    evaluate(tmp_path, interpolate(expr, ALL, QUARTER), at, expected)


def evaluate(folder: Path, expr: str, at: str, expected: Mapping[str, float]) -> None:
    samples = [{"labels": labels, "value": value} for labels, value in expected.items()]
    test = {
        "interval": "5s",
        "input_series": [series(name, values) for name, values in SERIES.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": at, "exp_samples": samples}],
    }
    path = folder / "test.yml"
    path.write_text(yaml.safe_dump({"evaluation_interval": "5s", "tests": [test]}))
    promtool("test", "rules", str(path))
