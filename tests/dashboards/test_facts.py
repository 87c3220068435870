"""Queries about events, over made-up series: what a restart, a move and an absent exporter look like."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from dashboards.src import facts
from dashboards.src.interpolate import Window, interpolate
from dashboards.src.promql import counted, since_begin
from tests.alerts.test_tools import promtool
from tests.dashboards.pages import PANELS

ALL = {"cluster": ".+", "job": ".+", "instance": ".+"}
RANGE = Window(0, 100)  # so long before each moment as well
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
    f'failover_last_clients_out_seconds lb1 {RESTART[:-1]}, vip="10.0.0.100", port="3306"}}': "_x10 1.5x50",
    f'failover_last_clients_out_seconds lb2 {RESTART[:-1]}, vip="10.0.0.100", port="3306"}}': "0.5x60",
    f"vip_probe_failures_total lb1 {FAILURES}": "7x20 9x10 1x30",
    'vip_bound lb1 {vip="10.0.0.100"}': "1x60",
    'vip_bound lb2 {vip="10.0.0.100"}': "0x60",
    'ha_cluster_scrape_success lb1 {collector="pacemaker"}': "1x60",
    'ha_cluster_scrape_success lb2 {collector="pacemaker"}': "1x60",
}
# Three balancers, two addresses; lb3 is lost after a minute, and then lb1 and lb2 do not see each other.
THREE = {
    'vip_bound lb1 {vip="10.0.0.100"}': "1x60",
    'vip_bound lb2 {vip="10.0.0.100"}': "0x60",
    'vip_bound lb1 {vip="10.0.0.101"}': "0x60",
    'vip_bound lb2 {vip="10.0.0.101"}': "0x60",
    **{f'ha_cluster_scrape_success {host} {{collector="pacemaker"}}': "1x60" for host in ("lb1", "lb2")},
    **{
        f'ha_cluster_pacemaker_nodes {host} {{node="{node}", type="member", status="online"}}': (
            "1x12 stale"
            if host == "lb3"
            else "1x12 0x48"
            if node == "lb3"
            else "1x60"
            if node == host
            else "1x24 0x36"
        )
        for host in ("lb1", "lb2", "lb3")
        for node in ("lb1", "lb2", "lb3")
    },
    **{
        f'ha_cluster_corosync_member_votes {host} {{node="{host}", node_id="1", local="true"}}': length
        for host, length in (("lb1", "1x60"), ("lb2", "1x60"), ("lb3", "1x12 stale"))
    },
    "ha_cluster_pacemaker_dc_present lb1 {}": "1x60",
    "ha_cluster_pacemaker_dc_present lb2 {}": "1x60",
    "ha_cluster_pacemaker_dc_present lb3 {}": "1x12 stale",
}
HAPROXY = 'cluster="a", kind="restart", cause="resource_failure"'
ADDRESS = 'cluster="a", kind="move", cause="split_healed"'
LB1 = 'cluster="a", job="failover", instance="lb1:10664"'
CASES: dict[str, tuple[str, str, dict[str, float]]] = {
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
    "each has the time when it was complete": (
        facts.EVENT_TIMES,
        "2m",
        {
            f'{{{HAPROXY}, resource="haproxy", from="lb1", to="lb1"}}': 90,
            f'{{{ADDRESS}, resource="failover-ip", from="lb2", to="lb1"}}': 62,
        },
    ),
    "and for how long clients were out, by who saw it": (
        facts.EVENT_OUTAGES,
        "2m",
        {f'{{{HAPROXY}, resource="haproxy", from="lb1", to="lb1"}}': 1.5},
    ),
    "the last outage is that of the last event": (facts.LAST_OUTAGE, "2m", {'{cluster="a"}': 1.5}),
    "the address is held since its last move": (facts.HELD_SINCE, "2m", {'{cluster="a"}': 62}),
    "who holds the only address needs no more": (
        f"max by (cluster, what) ({facts.HOLDERS})",
        "2m",
        {'{cluster="a", what="lb1"}': 1},
    ),
    "what was counted since the begin of the range": (
        f"sum by (reason) ({since_begin('vip_probe_failures_total')})",
        "105s",
        {'{reason="refused"}': 2},
    ),
    "of a counter that was reset since then, all": (
        f"sum by (reason) ({since_begin('vip_probe_failures_total')})",
        "160s",
        {'{reason="refused"}': 1},
    ),
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
    evaluate(tmp_path, SERIES, interpolate(expr, ALL, RANGE), at, expected)


@pytest.mark.parametrize(
    ("at", "halves", "able"),
    [
        pytest.param("50s", 0, 3, id="all well"),
        pytest.param("90s", 0, 2, id="one lost"),
        pytest.param("150s", 1, 0, id="split"),
    ],
)
def test_of_three_balancers_one_that_is_lost_is_no_split(
    at: str, halves: int, able: int, tmp_path: Path
) -> None:
    """A split is two that are both alive and do not see each other; neither can then take over."""
    for expr, expected in ((facts.SIGNS["two halves, each with a DC"], halves), (facts.ABLE, able)):
        evaluate(tmp_path, THREE, interpolate(expr, ALL, RANGE), at, {'{cluster="a"}': expected})


def test_of_several_addresses_each_is_named(tmp_path: Path) -> None:
    """With who holds it, or nobody."""
    expr = interpolate(f"max by (cluster, what) ({facts.HOLDERS})", ALL, RANGE)
    held: dict[str, float] = {
        '{cluster="a", what="lb1 10.0.0.100"}': 1,
        '{cluster="a", what="nobody 10.0.0.101"}': 0,
    }
    evaluate(tmp_path, THREE, expr, "50s", held)


# HAProxy was restarted; lb2 dates it a second later, and is read a scrape later.
TOLD_TWICE = {
    **{f"failover_exporter_build_info {host} {{}}": "1x60" for host in ("lb1", "lb2")},
    f"failover_last_event_timestamp_seconds lb1 {RESTART}": "_x20 97x40",
    f"failover_last_event_timestamp_seconds lb2 {RESTART}": "_x21 98x39",
    **{
        f'failover_last_event_info {host} {RESTART[:-1]}, from="lb1", to="lb1", cause="fencing"}}': seen
        for host, seen in (("lb1", "_x20 1x40"), ("lb2", "_x21 1x39"))
    },
}


@pytest.mark.parametrize(("at", "clusters"), [("95s", {}), ("100s", {'{cause="fencing"}': 1}), ("105s", {})])
def test_a_failover_that_two_exporters_saw_is_one(
    at: str, clusters: dict[str, float], tmp_path: Path
) -> None:
    """In the bar of the first, though the other one gives it another time, later."""
    (query,) = PANELS["failover-fleet: Clusters that failed over, by cause"]["targets"]
    expr = interpolate(query["expr"], ALL, RANGE)
    evaluate(tmp_path, TOLD_TWICE, expr, at, clusters | {'{cause="unknown"}': 0})


def evaluate(
    folder: Path, known: Mapping[str, str], expr: str, at: str, expected: Mapping[str, float]
) -> None:
    samples = [{"labels": labels, "value": value} for labels, value in expected.items()]
    test = {
        "interval": "5s",
        "input_series": [series(name, values) for name, values in known.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": at, "exp_samples": samples}],
    }
    path = folder / "test.yml"
    path.write_text(yaml.safe_dump({"evaluation_interval": "5s", "tests": [test]}))
    promtool("test", "rules", str(path))
