"""The first row of Keepalived's dashboard, over made-up series: a pair, two MASTERs, a FAULT, one stopped."""

from pathlib import Path

import pytest

from dashboards.src.interpolate import interpolate
from tests.dashboards.pages import TARGETS
from tests.dashboards.test_facts import ALL, RANGE, evaluate

INSTANCE = '{iname="v", intf="eth0", vrid="51"}'
STATE = INSTANCE[:-1] + ', ip_address="10.0.0.100"}'
# lb2 becomes MASTER too after a minute, refusing lb1's password; then it is BACKUP again, in FAULT, with a
# script that fails, and stopped.
PAIR = {
    "keepalived_up lb1 {}": "1x72",
    "keepalived_up lb2 {}": "1x60 0x12",
    f"keepalived_vrrp_state lb1 {STATE}": "2x72",
    f"keepalived_vrrp_state lb2 {STATE}": "1x11 2x11 1x11 3x11 1x11 stale",
    'keepalived_script_status lb2 {name="haproxy"}': "1x47 0x11 stale",
    'keepalived_process_status lb2 {name="haproxy-runs"}': "1x23 0x1 1x33 stale",
    f"keepalived_authentication_failure_total lb2 {INSTANCE}": "0x11 0+1x11 11x50",
}
LB1, LB2 = '{cluster="a", host="lb1"}', '{cluster="a", host="lb2"}'
WHOLE = '{cluster="a"}'


@pytest.mark.parametrize(
    ("at", "masters", "able"),
    [
        pytest.param("50s", {LB1: 1}, 2, id="a pair"),
        pytest.param("100s", {LB1: 2, LB2: 2}, 2, id="two MASTERs of one address"),
        pytest.param("120s", {LB1: 1}, 1, id="a process that does not run"),
        pytest.param("160s", {LB1: 1}, 2, id="a pair again"),
        pytest.param("210s", {LB1: 1}, 1, id="FAULT"),
        pytest.param("270s", {LB1: 1}, 1, id="a script that fails"),
        pytest.param("330s", {LB1: 1}, 1, id="stopped"),
    ],
)
def test_who_is_master_and_who_could_be(
    at: str, masters: dict[str, float], able: int, tmp_path: Path
) -> None:
    """The value is how many are MASTER of the address; an instance in FAULT and a failed script count out."""
    asked: dict[str, dict[str, float]] = {"MASTER A": masters, "Hosts that could hold it A": {WHOLE: able}}
    for target, expected in asked.items():
        expr = interpolate(TARGETS[f"failover-keepalived: {target}"].expr, ALL, RANGE)
        evaluate(tmp_path, PAIR, expr, at, expected)


@pytest.mark.parametrize(("at", "refused"), [("50s", 0), ("130s", 11)])
def test_what_was_refused_is_counted(at: str, refused: int, tmp_path: Path) -> None:
    """By all hosts together, whatever differs."""
    expr = interpolate(TARGETS["failover-keepalived: Refused in this time range A"].expr, ALL, RANGE)
    evaluate(tmp_path, PAIR, expr, at, {WHOLE: refused})
