"""What Pacemaker's scheduler, the real one, says of a lost node, on a real cluster's CIB; and why."""

from pathlib import Path

import pytest

from tests.watchers.readiness.cib import (
    HOLDER,
    PEER,
    Change,
    Element,
    add,
    article,
    ban,
    needs_pacemaker,
    option,
    predicted,
)

pytestmark = needs_pacemaker

IP, PROXY = "failover-ip", "haproxy"


def standby(root: Element) -> None:
    node_attribute(root, "standby", "on")


def maintenance_of_the_node(root: Element) -> None:
    node_attribute(root, "maintenance", "true")


def node_attribute(root: Element, name: str, value: str) -> None:
    add(
        root,
        f"configuration/nodes/node[@uname='{PEER}']",
        f'<instance_attributes id="n"><nvpair id="n-1" name="{name}" value="{value}"/></instance_attributes>',
    )


def rule_that_bars(root: Element) -> None:
    add(
        root,
        "configuration/constraints",
        f'<rsc_location id="no-ping" rsc="{IP}"><rule id="no-ping-r" score="-INFINITY">'
        '<expression id="no-ping-e" attribute="pingd" operation="not_defined"/></rule></rsc_location>',
    )


def failures(resource: str, count: str, threshold: str) -> Change:
    def change(root: Element) -> None:
        meta(resource, "migration-threshold", threshold)(root)
        path = f"status/node_state[@uname='{PEER}']/transient_attributes/instance_attributes"
        name = f"fail-count-{resource}#monitor_1000"
        add(root, path, f'<nvpair id="f-1" name="{name}" value="{count}"/>')
        add(root, path, f'<nvpair id="f-2" name="last-failure-{resource}#monitor_1000" value="1795913605"/>')

    return change


def failures_where_only_a_probe_ran(root: Element) -> None:
    """crm_mon lists no history of the resource there."""
    failures(PROXY, "3", "3")(root)
    (history,) = root.iterfind(f"status/node_state[@uname='{PEER}']//lrm_resource[@id='{PROXY}']")
    for operation in list(history)[1:]:
        history.remove(operation)
    history[0].attrib.update(
        {
            "operation_key": f"{PROXY}_monitor_0",
            "operation": "monitor",
            "interval": "0",
            "rc-code": "7",
            "transition-magic": "0:7;6:2:7:2e91980c-1759-41a0-93b7-262ab9e4ab0c",
        }
    )


def offline(root: Element) -> None:
    (state,) = root.iterfind(f"status/node_state[@uname='{PEER}']")
    state.attrib.update({"in_ccm": "false", "crmd": "offline", "join": "down", "expected": "down"})


def meta(resource: str, name: str, value: str) -> Change:
    xml = f'<meta_attributes id="m"><nvpair id="m-1" name="{name}" value="{value}"/></meta_attributes>'
    return lambda root: add(root, f"configuration/resources/primitive[@id='{resource}']", xml)


def cluster(name: str, value: str) -> Change:
    return lambda root: option(root, name, value)


CASES: dict[str, tuple[Change, dict[str, tuple[str, ...]]]] = {
    # what was changed: (the change, by resource why it is not taken over; it is where none is named)
    "nothing": (lambda _: None, {}),
    "peer in standby": (standby, {IP: ("standby",), PROXY: ("standby",)}),
    "peer in maintenance": (maintenance_of_the_node, {IP: ("maintenance",), PROXY: ("maintenance",)}),
    "cluster in maintenance": (
        cluster("maintenance-mode", "true"),
        {IP: ("maintenance", "unmanaged"), PROXY: ("maintenance", "unmanaged")},
    ),
    "HAProxy banned": (ban(PROXY), {PROXY: ("banned",)}),
    "address banned": (ban(IP), {IP: ("banned",), PROXY: ("banned",)}),
    "a rule bars the address": (rule_that_bars, {IP: ("banned",), PROXY: ("banned",)}),
    "HAProxy failed too often": (failures(PROXY, "5", "5"), {PROXY: ("failures",)}),
    "HAProxy never ran there": (failures_where_only_a_probe_ran, {PROXY: ("failures",)}),
    "HAProxy may fail once more": (failures(PROXY, "4", "5"), {}),
    "address failed to start": (failures(IP, "INFINITY", "3"), {IP: ("failures",), PROXY: ("failures",)}),
    "peer offline": (offline, {IP: ("offline",), PROXY: ("offline",)}),
    "address unmanaged": (meta(IP, "is-managed", "false"), {IP: ("unmanaged",), PROXY: ("unmanaged",)}),
    "HAProxy disabled": (meta(PROXY, "target-role", "Stopped"), {PROXY: ("disabled",)}),
    "fencing without a device": (
        cluster("stonith-enabled", "true"),
        {IP: ("fencing",), PROXY: ("fencing",)},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_taken_over_and_why(case: str, tmp_path: Path) -> None:
    """Each break of the peer or the configuration is seen before the node is lost, with its reason."""
    change, blocked = CASES[case]
    found = predicted(article(change), tmp_path)
    for resource in (IP, PROXY):
        expected = ((), blocked[resource]) if resource in blocked else ((PEER,), ())
        assert (found[resource].to, found[resource].reasons) == expected, resource


@pytest.mark.parametrize(
    ("policy", "quorate", "reasons"),
    [
        ("stop", False, ("no_quorum",)),
        ("stop", True, ()),
        ("ignore", False, ()),
        ("freeze", False, ("no_quorum",)),
    ],
)
def test_quorum_decides_as_the_policy_says(
    policy: str, quorate: bool, reasons: tuple[str, ...], tmp_path: Path
) -> None:
    """The nodes that are left take over without quorum only where the policy lets them."""
    found = predicted(article(cluster("no-quorum-policy", policy)), tmp_path, quorate=quorate)[IP]
    assert found.reasons == reasons
    assert found.ready == (not reasons)


def test_the_other_direction(tmp_path: Path) -> None:
    """Were the node that holds nothing lost, all would stay where it is."""
    found = predicted(article(), tmp_path, lost=PEER)[IP]
    assert found.to == (HOLDER,)
