"""What Pacemaker's scheduler, the real one, says of a lost node, on a real cluster's CIB; and why."""

from pathlib import Path

import pytest
from lxml import etree

from exporter.watchers.readiness.simulator import Simulator
from tests.watchers.readiness.cib import (
    HOLDER,
    PEER,
    SIMULATOR,
    Change,
    Element,
    add,
    article,
    ban,
    drop,
    needs_pacemaker,
    option,
    predicted,
)

pytestmark = needs_pacemaker

IP, PROXY = "failover-ip", "haproxy"
SBD = Path(__file__).parent / "captured/fencing-lost-2.1.5.cib.xml"


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


def joining(root: Element) -> None:
    """With fencing, which makes a pending node one that is online."""
    (state,) = root.iterfind(f"status/node_state[@uname='{PEER}']")
    state.attrib.update({"join": "pending"})
    option(root, "stonith-enabled", "true")


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
    "peer joining": (joining, {IP: ("offline", "fencing"), PROXY: ("offline", "fencing")}),
    "address unmanaged": (meta(IP, "is-managed", "false"), {IP: ("unmanaged",), PROXY: ("unmanaged",)}),
    "HAProxy disabled": (meta(PROXY, "target-role", "Stopped"), {PROXY: ("disabled",)}),
    "fencing without a device": (
        cluster("stonith-enabled", "true"),
        {IP: ("fencing",), PROXY: ("fencing",)},
    ),
}


# What crm_simulate 2.0.5 says of an option that came with 2.1.0, and ends with.
WITHOUT_XML = """\
#!/bin/sh
case "$*" in *--output-as=xml*) echo "crm_simulate: Unknown option --output-as=xml" >&2; exit 0 ;; esac
exec crm_simulate "$@"
"""


@pytest.mark.parametrize("xml", [True, False], ids=["xml", "as 2.0.5"])
@pytest.mark.parametrize("case", CASES)
def test_what_is_not_taken_over_and_why(case: str, xml: bool, tmp_path: Path) -> None:
    """Each break of the peer or the configuration is seen before the node is lost, with its reason; also by
    the way that an older Pacemaker leaves."""
    change, blocked = CASES[case]
    old = tmp_path / "crm_simulate"
    old.write_text(WITHOUT_XML)
    old.chmod(0o755)
    simulator = SIMULATOR if xml else Simulator("cibadmin", str(old), "crm_mon")
    found = predicted(article(change), tmp_path, simulator=simulator)
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


def with_sbd(change: Change = lambda _: None) -> bytes:
    """A pair in the lab whose one fencing device, a disk, was lost; lb2 holds."""
    root = etree.fromstring(SBD.read_bytes())
    change(root)
    return etree.tostring(root)


def cleaned_up(root: Element) -> None:
    drop(root, "transient_attributes")
    for history in root.iterfind("status/node_state/lrm/lrm_resources"):
        for one in history.findall("lrm_resource[@id='fence-sbd']"):
            history.remove(one)


def cleaned_up_and_disabled(root: Element) -> None:
    cleaned_up(root)
    meta("fence-sbd", "target-role", "Stopped")(root)


@pytest.mark.parametrize(
    ("change", "to", "why"),
    [
        (lambda _: None, (), ("fencing",)),
        (cleaned_up, ("lb1",), ()),
        (cleaned_up_and_disabled, (), ("fencing",)),
        (lambda root: option(root, "stonith-enabled", "false"), ("lb1",), ()),
    ],
    ids=["failed", "cleaned up", "disabled", "fencing off"],
)
def test_a_fencing_device_that_failed_fences_nobody(
    change: Change, to: tuple[str, ...], why: tuple[str, ...], tmp_path: Path
) -> None:
    """The scheduler counts on it as on any; where none is left, nothing would be taken over."""
    found = predicted(with_sbd(change), tmp_path, lost="lb2")
    for resource in ("vip", "balancer"):
        assert (found[resource].to, found[resource].reasons) == (to, why)


def test_the_other_direction(tmp_path: Path) -> None:
    """Were the node that holds nothing lost, all would stay where it is."""
    found = predicted(article(), tmp_path, lost=PEER)[IP]
    assert found.to == (HOLDER,)
