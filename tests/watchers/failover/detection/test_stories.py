"""Each way in which Pacemaker itself moves or restarts a resource ("Pacemaker Explained"), and its cause."""
# ruff: noqa: E501 - a table: one story a row

from collections.abc import Sequence
from dataclasses import replace

import pytest

from exporter.sources.pacemaker.reading import Ban
from exporter.watchers.failover.detection.detector import Detector
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.failover.events import Event, Moment
from tests.watchers.failover.detection.stories import (
    GONE,
    LOST,
    NOON,
    State,
    failed,
    member,
    remote,
    resource,
)

UP = State()
MOVED = State("beta", 2, 5.0)
RESTARTED = State("alpha", 2, 5.0)


def location(text: str) -> str:
    return f"<constraints>{text}</constraints>"


def rule(conditions: str, score: str = 'score="-INFINITY"', name: str = 'rsc="vip"') -> str:
    return location(f'<rsc_location id="l" {name}><rule id="r" {score}>{conditions}</rule></rsc_location>')


def events(states: Sequence[State]) -> list[Event]:
    """Each state is seen twice, half a second apart."""
    detector, found = Detector({}, "gamma"), []
    for state in states:
        seen = snapshot(state.reading())
        for later in (0.0, 0.5):
            now = state.after + later
            found += detector.observe(seen, Moment(now, NOON + now))
    return [one.event for one in found]


def story(*states: State) -> tuple[State, ...]:
    """One state after the other, with what the one before has of the constraints where a state has none."""
    told: list[State] = []
    for state in states:
        known = told[-1] if told else state
        told.append(replace(state, constraints=state.constraints or known.constraints))
    return tuple(told)


PREFER = location('<rsc_location id="cli-prefer-vip" rsc="vip" node="beta" score="INFINITY"/>')
BAN = location('<rsc_location id="cli-ban-vip-on-alpha" rsc="vip" node="alpha" score="-INFINITY"/>')
NONE = location("")
UNTIL = '<date_expression id="d" operation="lt" end="2026-11-18 11:06:42Z"/>'  # NOON + 2 s
LIMITED = location(
    '<rsc_location id="cli-prefer-vip" rsc="vip" role="Started"><rule id="r" score="INFINITY">'
    f'<expression id="e" attribute="#uname" operation="eq" value="alpha"/>{UNTIL}</rule></rsc_location>'
)
LIMITED_BAN = location(
    '<rsc_location id="cli-ban-vip-on-beta" rsc="vip" role="Started"><rule id="r" score="-INFINITY">'
    f'<expression id="e" attribute="#uname" operation="eq" value="beta"/>{UNTIL}</rule></rsc_location>'
)
OFFICE_HOURS = (
    '<date_expression id="d" operation="date_spec"><date_spec id="s" hours="9-16"/></date_expression>'
)
BY_DAY = rule(f'<expression id="e" attribute="#uname" operation="eq" value="alpha"/>{OFFICE_HOURS}')
LIKED_BY_DAY = rule(
    f'<expression id="e" attribute="#uname" operation="eq" value="beta"/>{OFFICE_HOURS}', 'score="200"'
)
STICKY_BY_DAY = (
    '<rsc_defaults><meta_attributes id="m"><rule id="r" score="0">'
    f'{OFFICE_HOURS}</rule><nvpair id="n" name="resource-stickiness" value="INFINITY"/></meta_attributes>'
    "</rsc_defaults>"
)
CONNECTED = rule('<expression id="e" attribute="pingd" operation="lt" value="1" type="number"/>')
DEFINED = rule('<expression id="e" attribute="pingd" operation="not_defined"/>')
BY_PINGD = rule('<expression id="e" attribute="pingd" operation="defined"/>', 'score-attribute="pingd"')
RACK = rule('<expression id="e" attribute="rack" operation="eq" value="7"/>')
RACK_7 = (
    '<nodes><node id="1" uname="alpha"><instance_attributes id="a"><nvpair id="n" name="rack" value="7"/>'
    "</instance_attributes></node></nodes>"
)
PING = {("alpha", "pingd"): "100", ("beta", "pingd"): "100"}
WITH_DB = location('<rsc_colocation id="c" rsc="vip" with-rsc="db" score="INFINITY"/>')
WITH_PROMOTED = location(
    '<rsc_colocation id="c" rsc="vip" with-rsc="db-clone" with-rsc-role="Promoted" score="INFINITY"/>'
)
WITH_CLONE = location('<rsc_colocation id="c" rsc="vip" with-rsc="haproxy-clone" score="INFINITY"/>')
WITH_BUNDLE = location('<rsc_colocation id="c" rsc="vip" with-rsc="haproxy-bundle" score="INFINITY"/>')
AFTER_DB = location('<rsc_order id="o" first="db" then="vip"/>')
TICKET = location('<rsc_ticket id="t" rsc="vip" ticket="site-a" loss-policy="stop"/>')
DB, DB_MOVED = [resource("db", "alpha")], [resource("db", "beta")]
INSTANCES = [resource("haproxy", node, clone="haproxy-clone") for node in ("alpha", "beta")]
NUMBERED = [
    resource(f"haproxy:{number}", node, clone="haproxy-clone")
    for number, node in enumerate(("alpha", "beta"))
]
BUNDLE = [
    resource("haproxy", "haproxy-bundle-0", clone="haproxy-bundle"),
    resource("haproxy-bundle-podman-0", "alpha", clone="haproxy-bundle", agent="ocf:heartbeat:podman"),
    resource("haproxy-bundle-0", "alpha", clone="haproxy-bundle", agent="ocf:pacemaker:remote"),
]
GUEST = remote("haproxy-bundle-0", "haproxy-bundle-podman-0")
VM = [resource("vm", "beta", agent="ocf:heartbeat:VirtualDomain")]
ON_GUEST = State("guest", nodes=[remote("guest", "vm")], others=VM)
GUEST_GONE = [remote("guest", "vm", online=False)]
TO_ALPHA = State("alpha", 2, 5.0, nodes=GUEST_GONE, others=[resource("vm")])
ON_REMOTE = State("r1", nodes=[remote("r1")], others=[resource("r1", "beta", agent="ocf:pacemaker:remote")])
R1_OFF = [remote("r1", online=False)]
NO_R1 = State("alpha", 2, 5.0, nodes=R1_OFF, others=[resource("r1")])
AWAY = State("", after=1.0)
CIP = State(
    vip="cip:0", clone="cip-clone", others=[resource("cip:1", "beta", clone="cip-clone", unique=True)]
)

# name, states, cause, and what the first sentence of the evidence says
STORIES = [
    # Somebody asks for it.
    ("a move", story(UP, replace(MOVED, constraints=PREFER)), "operator_move", "cli-prefer-vip for beta"),
    ("a ban", story(UP, replace(MOVED, constraints=BAN)), "operator_move", "cli-ban-vip-on-alpha against alpha"),
    ("a ban of its tag", story(
        replace(UP, constraints='<tags><tag id="entry"><obj_ref id="vip"/><obj_ref id="x"/></tag></tags>'),
        replace(MOVED, constraints='<tags><tag id="entry"><obj_ref id="vip"/><obj_ref id="x"/></tag></tags>'
                + location('<rsc_location id="b" rsc="entry" node="alpha" score="-INFINITY"/>')),
    ), "operator_move", "constraint b against alpha"),
    ("a ban of a set", story(UP, replace(MOVED, constraints=location(
        '<rsc_location id="b" node="alpha" score="-INFINITY"><resource_set id="s"><resource_ref id="vip"/>'
        "</resource_set></rsc_location>"))), "operator_move", "constraint b against alpha"),
    ("a ban of a pattern", story(UP, replace(MOVED, constraints=location(
        '<rsc_location id="b" rsc-pattern="^v" node="alpha" score="-INFINITY"/>'))), "operator_move", "constraint b"),
    ("a ban of another set", story(UP, replace(MOVED, constraints=location(
        '<rsc_location id="b" node="alpha" score="-INFINITY"><resource_set id="s"><resource_ref id="x"/>'
        "</resource_set></rsc_location>"))), "unknown", "constraint b"),
    ("the ban is lifted", story(replace(UP, constraints=PREFER), replace(MOVED, constraints=NONE)), "failback", "is gone"),
    ("standby", story(UP, replace(MOVED, nodes=[member("alpha", standby=True)])), "standby", "alpha goes to standby"),
    ("stop and start", story(UP, replace(AWAY, by="crm_resource"), replace(RESTARTED, by="cibadmin")),
     "operator_move", "configured by root"),
    ("stickiness, utilization, placement", story(UP, replace(MOVED, by="cibadmin")), "operator_move", "configured by"),
    ("an attribute that a person sets", story(
        replace(UP, constraints=RACK), replace(MOVED, constraints=RACK + RACK_7, attributes={("alpha", "rack"): "7"}),
    ), "operator_move", "rack of alpha: undefined -> 7"),
    # The time comes.
    ("a preference ends", story(replace(UP, constraints=LIMITED), MOVED), "failback", "time limit"),
    ("a ban ends", story(replace(UP, constraints=LIMITED_BAN, bans=[Ban("r", "vip", "beta")]), MOVED), "failback", "no longer"),
    ("a rule with hours bars it", story(
        replace(UP, constraints=BY_DAY), replace(MOVED, bans=[Ban("r", "vip", "alpha")]),
    ), "operator_move", "constraint l is against alpha by now"),
    ("a rule with hours likes another", story(replace(UP, constraints=LIKED_BY_DAY), MOVED), "operator_move", "depends on the time"),
    ("stickiness by the hour", story(replace(UP, constraints=STICKY_BY_DAY), MOVED), "operator_move", "depends on the time"),
    # It, or what it belongs to, fails.
    ("migration-threshold", story(UP, replace(MOVED, failures=[failed("vip", "alpha")])), "resource_failure", "vip on alpha"),
    ("a restart", story(UP, replace(RESTARTED, failures=[failed("vip", "alpha")])), "resource_failure", "vip on alpha"),
    ("on-fail=standby", story(UP, replace(
        MOVED, nodes=[member("alpha", standby=True, standby_onfail=True)],
    )), "resource_failure", "alpha is on standby because a resource failed there"),
    ("on-fail=fence", story(UP, replace(
        MOVED, failures=[failed("vip", "alpha")], fenced=[("alpha", "reboot")],
    )), "fencing", "alpha was fenced (reboot)"),
    ("failure-timeout", story(
        replace(UP, fail_counts={("vip", "beta"): 3}), MOVED,
    ), "failback", "failures of vip on beta are forgotten"),
    ("what it is colocated with", story(
        replace(UP, others=DB, constraints=WITH_DB),
        replace(MOVED, others=DB_MOVED, failures=[failed("db", "alpha")]),
    ), "resource_failure", "db on alpha"),
    ("what it is colocated with is moved", story(
        replace(UP, others=DB, constraints=WITH_DB),
        replace(MOVED, others=DB_MOVED, constraints=WITH_DB + location(
            '<rsc_location id="cli-prefer-db" rsc="db" node="beta" score="INFINITY"/>')),
    ), "operator_move", "cli-prefer-db for beta"),
    ("what it is started after", story(
        replace(UP, others=[resource("db", "gamma")], constraints=AFTER_DB),
        replace(RESTARTED, others=[resource("db", "gamma")], failures=[failed("db", "gamma")]),
    ), "resource_failure", "db on gamma"),
    ("an instance of a clone", story(
        replace(UP, others=INSTANCES, constraints=WITH_CLONE),
        replace(MOVED, others=INSTANCES[1:], failures=[failed("haproxy", "alpha")]),
    ), "resource_failure", "haproxy on alpha"),
    ("a numbered instance", story(
        replace(UP, others=NUMBERED, constraints=WITH_CLONE),
        replace(MOVED, others=NUMBERED[1:], failures=[failed("haproxy:0", "alpha")]),
    ), "resource_failure", "haproxy on alpha"),
    ("an instance elsewhere", story(
        replace(UP, others=INSTANCES, constraints=WITH_CLONE),
        replace(MOVED, others=INSTANCES[:1], failures=[failed("haproxy", "beta")]),
    ), "unknown", "haproxy on beta"),
    ("a move by hand two minutes after an instance failed", story(
        replace(UP, others=INSTANCES, constraints=WITH_CLONE),
        *(State(after=after, others=INSTANCES, constraints=WITH_CLONE, failures=[failed("haproxy", "alpha")]) for after in range(1, 120, 20)),
        replace(MOVED, after=120.0, others=INSTANCES, constraints=WITH_CLONE + PREFER, failures=[failed("haproxy", "alpha")]),
    ), "operator_move", "constraint cli-prefer-vip for beta"),
    ("a bundle's container", story(
        replace(UP, others=BUNDLE, nodes=[GUEST], constraints=WITH_BUNDLE),
        replace(MOVED, others=BUNDLE, nodes=[GUEST], failures=[failed("haproxy-bundle-podman-0", "alpha")]),
    ), "resource_failure", "haproxy-bundle-podman-0 on alpha"),
    ("inside a bundle", story(
        replace(UP, others=BUNDLE, nodes=[GUEST], constraints=WITH_BUNDLE),
        replace(MOVED, others=BUNDLE, nodes=[GUEST], failures=[failed("haproxy", "haproxy-bundle-0")]),
    ), "resource_failure", "haproxy on haproxy-bundle-0"),
    ("the promoted instance", story(
        replace(UP, constraints=WITH_PROMOTED, others=[resource("db", "alpha", clone="db-clone")]),
        replace(MOVED, others=[resource("db", "beta", clone="db-clone")], failures=[failed("db", "alpha")]),
    ), "resource_failure", "db on alpha"),
    ("the promotion score falls", story(
        replace(UP, constraints=WITH_PROMOTED, others=[resource("db", "alpha", clone="db-clone")],
                attributes={("alpha", "master-db"): "100"}),
        replace(MOVED, others=[resource("db", "alpha", clone="db-clone")], attributes={("alpha", "master-db"): "5"}),
    ), "node_health", "master-db of alpha: 100 -> 5"),
    ("an instance of a cloned address", story(
        CIP, replace(CIP, holder="beta", call=2, after=5.0, failures=[failed("cip:0", "alpha")]),
    ), "resource_failure", "cip:0 on alpha"),
    ("another instance of a cloned address", story(
        CIP, replace(CIP, holder="beta", call=2, after=5.0, failures=[failed("cip:1", "alpha")]),
    ), "unknown", "cip:1 on alpha"),
    ("a cloned address's node", story(
        CIP, replace(CIP, holder="beta", call=2, after=5.0, nodes=[member("alpha", **LOST)]),
    ), "node_lost", "alpha is lost"),
    # The node.
    ("shutdown", story(UP, replace(MOVED, nodes=[member("alpha", **GONE)])), "node_shutdown", "alpha shuts down"),
    ("shutdown-lock", story(
        UP, replace(AWAY, nodes=[member("alpha", **GONE)]),
        *(replace(AWAY, after=after, nodes=[member("alpha", **GONE)]) for after in range(20, 3600, 20)),
        replace(MOVED, after=3600.0, nodes=[member("alpha", **GONE)]),
    ), "node_shutdown", "alpha shuts down"),
    ("loss", story(UP, replace(MOVED, nodes=[member("alpha", **LOST)])), "node_lost", "alpha is lost"),
    ("fencing", story(
        UP, replace(AWAY, nodes=[member("alpha", online=False, unclean=True)]),
        replace(MOVED, nodes=[member("alpha", **LOST)], fenced=[("alpha", "off")]),
    ), "fencing", "alpha was fenced (off)"),
    ("unfencing", story(UP, replace(MOVED, fenced=[("alpha", "on")])), "unknown", None),
    ("it is back", story(replace(UP, nodes=[member("beta", **GONE)]), MOVED), "failback", "beta is back"),
    ("quorum", story(
        UP, replace(AWAY, quorum=False, nodes=[member("beta", **LOST), member("gamma", **LOST)]),
        *(replace(AWAY, after=after, quorum=False, nodes=[member("beta", **LOST)]) for after in range(20, 900, 20)),
        replace(RESTARTED, after=900.0),
    ), "node_lost", "this part of the cluster lost quorum"),
    ("maintenance ends", story(
        replace(UP, nodes=[member("alpha", maintenance=True)], managed=False), replace(MOVED, by="crm_attribute"),
    ), "operator_move", "vip is managed again"),
    ("maintenance ends and it had failed", story(
        replace(UP, managed=False, failures=[failed("vip", "alpha")]),
        replace(MOVED, by="crm_attribute", failures=[failed("vip", "alpha")]),
    ), "resource_failure", "vip on alpha"),
    ("a node elsewhere, whose load comes here", story(UP, replace(MOVED, nodes=[member("gamma", **LOST)])),
     "node_lost", "gamma is lost"),
    ("a node elsewhere goes to standby", story(UP, replace(MOVED, nodes=[member("gamma", standby=True)])),
     "standby", "gamma goes to standby"),
    # Remote and guest nodes.
    ("a broken connection", story(
        ON_REMOTE, replace(AWAY, nodes=R1_OFF, others=ON_REMOTE.others, failures=[failed("r1", "beta", rc=1)]),
        replace(NO_R1, stopped=[("r1", "beta")], failures=[failed("r1", "beta", rc=1)]),
    ), "node_lost", "r1 is lost"),
    ("a connection that somebody stops", story(
        ON_REMOTE, replace(NO_R1, stopped=[("r1", "beta")]),
    ), "node_shutdown", "r1 shuts down"),
    ("a remote node that stops itself", story(
        ON_REMOTE, replace(NO_R1, nodes=[remote("r1", online=False, shutdown=True)]),
    ), "node_shutdown", "r1 shuts down"),
    ("a connection whose host is lost", story(
        replace(ON_REMOTE, stopped=[("r1", "gamma")]),
        replace(NO_R1, nodes=[*R1_OFF, member("beta", **LOST)], stopped=[("r1", "gamma")]),
    ), "node_lost", "r1 is lost"),
    ("a guest whose container fails", story(
        ON_GUEST, replace(TO_ALPHA, failures=[failed("vm", "beta")], stopped=[("vm", "beta")]),
    ), "node_lost", "guest is lost"),
    ("a guest whose host is lost", story(
        ON_GUEST, replace(TO_ALPHA, nodes=[*GUEST_GONE, member("beta", **LOST)]),
    ), "node_lost", "is lost"),
    ("a guest whose host is fenced", story(
        ON_GUEST, replace(TO_ALPHA, nodes=[*GUEST_GONE, member("beta", **LOST)], fenced=[("beta", "reboot")]),
    ), "fencing", "beta was fenced"),
    ("a guest whose host goes to standby", story(
        ON_GUEST, replace(TO_ALPHA, nodes=[*GUEST_GONE, member("beta", standby=True)], stopped=[("vm", "beta")]),
    ), "standby", "beta goes to standby"),
    # Health and connectivity.
    ("health", story(UP, replace(
        MOVED, nodes=[member("alpha", health="red")], health={("alpha", "#health-smart"): "red"},
    )), "node_health", "health of alpha: green -> red"),
    ("health is well again", story(
        replace(UP, nodes=[member("beta", health="red")], health={("beta", "#health-smart"): "red"}), MOVED,
    ), "failback", "health of beta: red -> green"),
    ("no connectivity", story(
        replace(UP, constraints=CONNECTED, attributes=PING), replace(MOVED, attributes=PING | {("alpha", "pingd"): "0"}),
    ), "node_health", "pingd of alpha: 100 -> 0"),
    ("the attribute is gone", story(
        replace(UP, constraints=DEFINED, attributes=PING), replace(MOVED, attributes={("beta", "pingd"): "100"}),
    ), "node_health", "pingd of alpha: 100 -> undefined"),
    ("the better connected node", story(
        replace(UP, constraints=BY_PINGD, attributes=PING | {("alpha", "pingd"): "200", ("beta", "pingd"): "200"}),
        replace(MOVED, attributes={("alpha", "pingd"): "100", ("beta", "pingd"): "200"}),
    ), "node_health", "pingd of alpha: 200 -> 100"),
    ("connectivity is back", story(
        replace(UP, constraints=CONNECTED, attributes=PING | {("beta", "pingd"): "0"}), replace(MOVED, attributes=PING),
    ), "failback", "pingd of beta: 0 -> 100"),
    ("an attribute that no rule looks at", story(
        replace(UP, attributes=PING), replace(MOVED, attributes=PING | {("alpha", "pingd"): "0"}),
    ), "unknown", None),
    ("better connected where it runs", story(
        replace(UP, constraints=CONNECTED, attributes=PING | {("alpha", "pingd"): "0"}), replace(MOVED, attributes=PING),
    ), "unknown", "pingd of alpha: 0 -> 100"),
    ("a move by hand two minutes after", story(
        replace(UP, constraints=CONNECTED, attributes=PING),
        *(State(after=after, constraints=CONNECTED, attributes=PING | {("alpha", "pingd"): "0"}) for after in range(1, 120, 20)),
        replace(MOVED, after=120.0, constraints=CONNECTED + PREFER, attributes=PING | {("alpha", "pingd"): "0"}),
    ), "operator_move", "constraint cli-prefer-vip for beta"),
    # Tickets.
    ("a ticket", story(
        replace(UP, constraints=TICKET, tickets={"site-a": True}), replace(AWAY, tickets={"site-a": False}),
        replace(RESTARTED, tickets={"site-a": True}),
    ), "operator_move", "ticket site-a was revoked here"),
    # Nothing.
    ("nothing that is seen", story(UP, MOVED), "unknown", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("states", "cause", "sentence"), [one[1:] for one in STORIES], ids=[one[0] for one in STORIES]
)
def test_story(states: Sequence[State], cause: str, sentence: str | None) -> None:
    """One event, with the cause, and the evidence that its rule rests on first."""
    found = [one for one in events(states) if one.resource in ("vip", "cip:0")]
    assert [(one.origin, one.target, one.cause) for one in found] == [
        (states[0].holder, states[-1].holder, cause)
    ], found
    assert (found[0].evidence[0] if found[0].evidence else None) == sentence or (
        sentence and sentence in found[0].evidence[0]
    ), found[0].evidence
