"""crm_mon's XML: <pacemaker-result> from 2.0.3, <crm_mon version=…> before; Pacemaker 1.1 to 3.0.

It is to be run in UTC. Read from lib/pengine/pe_output.c, lib/fencing/st_output.c (2.0.3 to 3.0.2) and
tools/crm_mon.c (1.1.24), and measured on 2.1.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo

from exporter.errors import Denied, SourceError, TimedOut, Unparsable, Unreachable
from exporter.sources.pacemaker.parse import history
from exporter.sources.pacemaker.parse.timestamps import moment
from exporter.sources.pacemaker.parse.xml import Element, flag, name_of, read, text, whole
from exporter.sources.pacemaker.reading import (
    Ban,
    ClusterOptions,
    ClusterView,
    DesignatedController,
    FenceEvent,
    LastChange,
    Node,
    NodeAttribute,
    Resource,
    Ticket,
)

WHAT = "crm_mon's output"
_DENIED = (4, 77, 13)  # CRM_EX_INSUFFICIENT_PRIV, CRM_EX_NOPERM; EACCES of 1.1
_TIMED_OUT = 124  # CRM_EX_TIMEOUT
_ACL = (
    'with enable-acl it needs an acl_target with a role that has <acl_permission kind="read" xpath="/cib"/>'
)


def refusal(code: int, said: str) -> SourceError:
    """What an exit code of a Pacemaker tool that is not 0 means."""
    if code in _DENIED or "ermission denied" in said:
        return Denied(f"Pacemaker: {said}: the exporter's user has to be in group haclient; {_ACL}")
    if code == _TIMED_OUT:
        return TimedOut(f"Pacemaker: {said}")
    return Unreachable(f"Pacemaker: {said} (code {code}), does it run on this node?")


def parse(output: bytes, zone: tzinfo) -> ClusterView:
    """The cluster as crm_mon shows it. Raises what crm_mon says happened, where it could not ask.

    `zone` is the host's: the time of the last change is text that this host's pacemaker-based wrote.
    """
    root = read(output, WHAT, ("pacemaker-result", "crm_mon"))
    if root.tag == "pacemaker-result":
        _check_status(root)
    summary = root.find("summary")
    if summary is None:
        raise _without_summary(root)
    histories = list(_children(root, "node_history/node", "resource_history"))
    fence_history = root.find("fence_history")
    return ClusterView(
        dc=_dc(_child(summary, "current_dc")),
        last_update=_last_update(_child(summary, "last_update")),
        last_change=_last_change(_child(summary, "last_change"), zone),
        options=_options(summary.find("cluster_options")),
        nodes=tuple(_node(node) for node in root.iterfind("nodes/node")),
        attributes=tuple(
            NodeAttribute(name_of(node), text(attribute, "name"), text(attribute, "value"))
            for node, attribute in _children(root, "node_attributes/node", "attribute")
        ),
        resources=tuple(
            resource for section in root.iterchildren("resources") for resource in resources(section)
        ),
        histories=tuple(history.resource(node, element) for node, element in histories),
        operations=history.latest(history.operations(histories)),
        failures=tuple(history.failure(failure) for failure in root.iterfind("failures/failure")),
        fence_events=tuple(_fence_event(event) for event in root.iterfind("fence_history/fence_event")),
        fence_history_error=0 if fence_history is None else whole(fence_history, "status", 0),
        tickets=tuple(_ticket(ticket) for ticket in root.iterfind("tickets/ticket")),
        bans=tuple(_ban(ban) for ban in root.iterfind("bans/ban")),
    )


def _check_status(root: Element) -> None:
    # <status code="102" message="Not connected"><errors><error>crm_mon: Connection to …</error>
    status = _child(root, "status")
    code = whole(status, "code")
    if code:
        raise refusal(code, f"{status.get('message', '')}{_errors(root)}")
    disconnected = root.find("crm-mon-disconnected")
    if disconnected is not None:
        raise Unreachable(f"Pacemaker: {disconnected.get('description', 'crm_mon is disconnected')}")


def _without_summary(root: Element) -> SourceError:
    """crm_mon says "OK" when ACLs hide the whole CIB, when it can't use the CIB, and when Pacemaker starts or
    stops (2.1.5).

    3.0.0 adds `<error>CIB query failed: Permission denied</error>` where ACLs hide it. It could ask the
    daemon, so the group is right.
    """
    said = _errors(root)
    if said and "ermission denied" not in said:
        return refusal(0, f"OK, and no cluster{said}")
    if root.tag == "crm_mon" and len(root):
        return Unparsable(f"{WHAT}: <crm_mon> without <summary>")
    daemon = root.find("pacemakerd")
    state = "running" if daemon is None else daemon.get("state", "running")
    if state != "running":  # lib/common/ipc_pacemakerd.c has them: init, shutting_down, …
        return Unreachable(f"Pacemaker shows no cluster while its state is {state}")
    return Denied(f"Pacemaker shows nothing to the exporter's user{said}: {_ACL}")


def _errors(root: Element) -> str:
    return "".join(f"; {' '.join((error.text or '').split())[:200]}" for error in root.iter("error"))


def _child(parent: Element, name: str) -> Element:
    child = parent.find(name)
    if child is None:
        raise Unparsable(f"{WHAT}: <{parent.tag}> without <{name}>")
    return child


def _children(root: Element, path: str, name: str) -> Iterator[tuple[Element, Element]]:
    for parent in root.iterfind(path):
        for child in parent.iterchildren(name):
            yield parent, child


def _dc(current: Element) -> DesignatedController | None:
    if not flag(current, "present"):
        return None
    return DesignatedController(text(current, "name"), text(current, "version"), flag(current, "with_quorum"))


def _last_update(element: Element) -> float:
    updated = moment(text(element, "time"), "last_update")
    if updated is None:
        raise Unparsable(f"{WHAT}: an empty last_update")
    return updated


def _last_change(element: Element, zone: tzinfo) -> LastChange:
    return LastChange(
        time=moment(text(element, "time"), "last_change", zone),
        user=element.get("user", ""),
        client=element.get("client", ""),
        origin=element.get("origin", ""),
    )


def _options(element: Element | None) -> ClusterOptions | None:
    if element is None:
        return None
    return ClusterOptions(
        stonith_enabled=flag(element, "fencing-enabled", "stonith-enabled"),
        maintenance_mode=flag(element, "maintenance-mode"),
        symmetric_cluster=flag(element, "symmetric-cluster"),
        stop_all_resources=flag(element, "stop-all-resources")
        if "stop-all-resources" in element.attrib
        else None,
        no_quorum_policy=text(element, "no-quorum-policy"),
    )


def _node(element: Element) -> Node:
    """Where nodes are fenced one that is joining or leaving is said to be online, pending and on standby too
    (determine_online_status_fencing() in Pacemaker's unpack.c), though nobody put it there; crm_mon's own
    text says `pending` alone."""
    pending = flag(element, "pending")
    return Node(
        name=name_of(element),
        type=element.get("type", "unknown"),
        online=flag(element, "online"),
        standby=flag(element, "standby") and not pending,
        standby_onfail=flag(element, "standby_onfail"),
        maintenance=flag(element, "maintenance"),
        pending=pending,
        unclean=flag(element, "unclean"),
        shutdown=flag(element, "shutdown"),
        expected_up=flag(element, "expected_up"),
        dc=flag(element, "is_dc"),
        health=element.get("health", "unknown"),
        id=element.get("id", ""),
        container=element.get("id_as_resource", ""),
    )


@dataclass(frozen=True)
class _Around:
    """What a resource is in."""

    group: str = ""
    clone: str = ""
    unique: bool = False
    disabled: bool = False


_TOP = _Around()


def resources(parent: Element, around: _Around = _TOP) -> Iterator[Resource]:
    """Primitives at any depth: in a group, a clone, a clone of a group, a bundle's replica."""
    for element in parent:
        if element.tag == "resource":
            yield _resource(element, around)
        elif element.tag in ("group", "clone", "bundle", "replica"):
            yield from resources(element, _within(element, parent, around))


def _within(element: Element, parent: Element, around: _Around) -> _Around:
    disabled = _is_stopped(element, inherited=around.disabled or flag(element, "disabled"))
    if element.tag == "group":
        # Instances in an anonymous clone are numbered "web:0", and the numbers wander between nodes.
        name = text(element, "id")
        group = name if flag(parent, "unique") else name.partition(":")[0]
        return replace(around, group=group, disabled=disabled)
    if element.tag == "replica":
        return replace(around, disabled=disabled)
    unique = element.tag == "clone" and flag(element, "unique")
    return _Around(around.group, text(element, "id"), unique, disabled)


def _resource(element: Element, around: _Around) -> Resource:
    return Resource(
        id=text(element, "id"),
        agent=text(element, "resource_agent"),
        role=text(element, "role"),
        active=flag(element, "active"),
        orphaned=flag(element, "removed", "orphaned"),
        blocked=flag(element, "blocked"),
        managed=flag(element, "managed"),
        failed=flag(element, "failed"),
        failure_ignored=flag(element, "failure_ignored"),
        nodes=tuple(name_of(node) for node in element.iterchildren("node")),
        group=around.group,
        clone=around.clone,
        target_role=element.get("target_role", ""),
        disabled=_is_stopped(element, inherited=around.disabled),
        unique=around.unique,
    )


def _is_stopped(element: Element, *, inherited: bool) -> bool:
    """By its target role: crm_mon gives it with what groups, clones, bundles, templates and defaults say.

    A promotable clone is `disabled` where its target role is Unpromoted too: then it runs (2.1.5).
    """
    role = element.get("target_role", "").lower()
    return role == "stopped" if role else inherited


def _fence_event(element: Element) -> FenceEvent:
    return FenceEvent(
        target=text(element, "target"),
        action=text(element, "action"),
        status=element.get("status") or text(element, "state"),  # `state` before 2.0.3
        completed=moment(element.get("completed", ""), "<fence_event> completed"),
    )


#   <ticket id="site-a" status="granted" standby="false" last-granted="Sat Nov 28 12:00:00 2026"/>
def _ticket(element: Element) -> Ticket:
    return Ticket(text(element, "id"), element.get("status") == "granted", flag(element, "standby"))


#   <ban id="vip-connected-rule" resource="vip" node="lb-a" weight="-1000000" promoted-only="false"/>
def _ban(element: Element) -> Ban:
    return Ban(element.get("id", ""), element.get("resource", ""), element.get("node", ""))
