"""What of Pacemaker's reading decides where the watched resources run, and why.

A resource of an anonymous clone or a bundle runs in many places at once: there is no holder, and it does not
move. Where a watched address is tied to it (HAProxy cloned, the address where it runs), its instances are
watched for restarts. Those of a globally unique clone (a cloned IP) run in one place each, and have a holder.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from exporter.sources.pacemaker.reading import (
    Ban,
    ClusterView,
    Failure,
    LastChange,
    LocationConstraint,
    Node,
    Operation,
    PacemakerReading,
    Resource,
)
from exporter.watchers.failover.detection.names import Names

ADDRESS_AGENTS = ("IPaddr2", "IPaddr", "IPv6addr")
UNFENCING = ("on", "unfencing")  # a node that joins is given access to its storage
_STOPPING_POLICIES = ("stop", "suicide", "fence", "demote")  # of no-quorum-policy
_RUNNING = ("Started", "Promoted", "Master")  # Starting and Stopping name a node too
_UNDER_WAY = 193


@dataclass(frozen=True)
class NodeState:
    online: bool
    standby: bool  # a person put it there
    shutdown: bool  # it is being stopped in order, or was
    unclean: bool
    maintenance: bool
    put_aside: bool = False  # on standby because a resource failed there whose operation has on-fail=standby
    pending: bool = False  # joining or leaving: it runs nothing, and whether it is on standby is not known
    health: str = "green"

    @property
    def usable(self) -> bool:
        barred = self.standby or self.put_aside or self.shutdown or self.unclean or self.maintenance
        return self.online and not barred and not self.pending


@dataclass(frozen=True)
class Call:
    """An operation that succeeded. A node numbers its calls anew when its Pacemaker starts."""

    call: int
    changed: float | None  # of that node's clock, whole seconds


@dataclass(frozen=True)
class Fence:
    node: str
    action: str
    completed: float | None


@dataclass(frozen=True)
class Snapshot:
    """Resources go by the names of `names.py`: without an instance's number where it means nothing."""

    led: bool  # there is a DC
    updated: float  # wall clock, when Pacemaker reported it
    nodes: Mapping[str, NodeState]
    holders: Mapping[str, tuple[str, ...]]  # of each watched resource; none while it stops or starts
    # By resource and node, where it is the latest that succeeded: the one makes Pacemaker forget the other.
    starts: Mapping[tuple[str, str], Call]
    stops: Mapping[tuple[str, str], Call]
    founds: Mapping[tuple[str, str], Call]  # a probe found it running there: the node came back with it
    together: Mapping[str, frozenset[str]]  # by watched resource the names of what moves with it, and its own
    failures: frozenset[Failure]
    fail_counts: Mapping[tuple[str, str], int]  # by resource and node
    fences: frozenset[Fence]  # that succeeded
    constraints: frozenset[LocationConstraint]
    configured: LastChange
    addresses: frozenset[str]  # the resources that are addresses, watched or not
    quorate: bool = True  # or losing the quorum stops nothing
    attributes: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by node and name
    permanent: frozenset[tuple[str, str]] = frozenset()  # those of the configuration: a person set them
    hosts: Mapping[str, str] = field(default_factory=dict)  # by guest node the node that runs it
    instances: frozenset[str] = frozenset()  # the names of what runs in many places: clones and their members
    unmanaged: frozenset[str] = frozenset()
    bans: frozenset[Ban] = frozenset()
    tickets: Mapping[str, bool] = field(default_factory=dict)  # held here or not
    ticket_resources: Mapping[str, frozenset[str]] = field(default_factory=dict)
    timed_stickiness: bool = False
    # By watched resource the names of what is started before it.
    before: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # By name of a cloned resource the watched addresses that are tied to it.
    clones: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # By such a name and node its instances that run; None where Pacemaker does not list the start.
    running: Mapping[tuple[str, str], Call | None] = field(default_factory=dict)

    @property
    def watched(self) -> frozenset[str]:
        """The names of what may have events."""
        return frozenset(self.holders) | frozenset(self.clones)


def snapshot(reading: PacemakerReading, chosen: Iterable[str] = ()) -> Snapshot:
    """`chosen` are the resources to watch; none: the addresses and what moves with them."""
    view = reading.view
    names = Names(reading)
    single = {one.id: one for one in view.resources if names.is_single(one) and not one.orphaned}
    addresses = frozenset(name for name, one in single.items() if is_address(one))
    together = names.together([*single])
    watched = {name for name in chosen if name in single} or {
        name for name in single if together[name] & addresses
    }
    starts, stops = _latest(view, "start"), _latest(view, "stop")
    clones = names.clones({name: together[name] for name in watched & addresses}, {*chosen})
    return Snapshot(
        led=view.dc is not None,
        updated=view.last_update,
        nodes=_nodes(view),
        holders={name: _holders(single[name], starts) for name in sorted(watched)},
        starts=_succeeded(starts, watched),
        # A start that failed is still listed: what was stopped after that never ran there.
        stops=_succeeded({key: one for key, one in stops.items() if key not in starts}, watched),
        together={name: together[name] for name in watched},
        founds=_succeeded(_latest(view, "probe"), watched),
        failures=frozenset(replace(one, resource=names.plain(one.resource)) for one in view.failures),
        fail_counts={
            (names.plain(one.resource), one.node): one.fail_count for one in view.histories if one.fail_count
        },
        fences=_fences(view),
        constraints=frozenset(reading.constraints),
        configured=view.last_change,
        addresses=addresses,
        quorate=_quorate(view),
        attributes={(one.node, one.name): one.value for one in (*view.attributes, *reading.health)},
        permanent=frozenset((one.node, one.name) for one in reading.node_attributes),
        hosts=_hosts(view),
        instances=names.instances,
        unmanaged=frozenset(names.plain(one.id) for one in view.resources if not one.managed),
        bans=frozenset(view.bans),
        tickets={one.id: one.granted and not one.standby for one in view.tickets},
        ticket_resources={one.ticket: frozenset(one.resources) for one in reading.tickets},
        timed_stickiness=reading.timed_stickiness,
        before={name: names.before(together[name]) for name in watched},
        clones=clones,
        running=_running(view, names, clones, starts),
    )


def _running(
    view: ClusterView,
    names: Names,
    clones: Collection[str],
    starts: Mapping[tuple[str, str], Operation],
) -> dict[tuple[str, str], Call | None]:
    found: dict[tuple[str, str], Call | None] = {}
    for one in view.resources:
        if (name := names.plain(one.id)) in clones:
            for node in _holders(one, starts):
                start = starts.get((one.id, node)) or starts.get((name, node))
                found[name, node] = Call(start.call, start.changed) if start and start.rc == 0 else None
    return found


def is_address(resource: Resource) -> bool:
    return resource.agent.rpartition(":")[2] in ADDRESS_AGENTS


def _fences(view: ClusterView) -> frozenset[Fence]:
    return frozenset(
        Fence(one.target, one.action, one.completed)
        for one in view.fence_events
        if one.status == "success" and one.action not in UNFENCING
    )


def _quorate(view: ClusterView) -> bool:
    stops = view.options is None or view.options.no_quorum_policy in _STOPPING_POLICIES
    return not stops or view.dc is None or view.dc.with_quorum


def _latest(view: ClusterView, task: str) -> dict[tuple[str, str], Operation]:
    return {(one.resource, one.node): one for one in view.operations if one.task == task}


def _succeeded(
    latest: Mapping[tuple[str, str], Operation], watched: Collection[str]
) -> dict[tuple[str, str], Call]:
    return {
        key: Call(one.call, one.changed)
        for key, one in latest.items()
        if one.rc == 0 and one.resource in watched
    }


def _nodes(view: ClusterView) -> dict[str, NodeState]:
    stopped = _stopped_in_order(view)
    return {
        node.name: NodeState(
            online=node.online,
            standby=node.standby and not node.standby_onfail,
            shutdown=node.shutdown or _shut_down(node, stopped),
            unclean=node.unclean,
            maintenance=node.maintenance,
            put_aside=node.standby_onfail,
            pending=node.pending,
            health=node.health,
        )
        for node in view.nodes
        if node.type in ("member", "remote", "guest")
    }


def _shut_down(node: Node, stopped: Collection[str]) -> bool:
    """Of a node that stopped in order `shutdown` is gone, and it is no longer expected to be up. A DC's is
    gone while it is still reported to be online, until another is elected.

    A remote or guest node is never expected: it was shut down if its connection, or its container, was
    stopped.
    """
    if node.type == "member":
        return not (node.expected_up or node.unclean)
    return not (node.online or node.unclean) and (node.container or node.name) in stopped


def _stopped_in_order(view: ClusterView) -> set[str]:
    """Resources that run nowhere because they were stopped: by a person, or by an agent that succeeded while
    no node was lost. An old stop on another node, from before it ran on the lost one, is no sign of it."""
    idle = {one.id for one in view.resources if not one.nodes and not one.failed}
    disabled = {one.id for one in view.resources if one.disabled}
    lost = any(not one.online and one.expected_up for one in view.nodes)
    well = {one.resource for one in view.operations if one.task == "stop" and one.rc == 0 and not lost}
    failed = {one.resource for one in view.failures}
    failed |= {one.resource for one in view.histories if one.fail_count}
    return ((well | disabled) & idle) - failed


def _hosts(view: ClusterView) -> dict[str, str]:
    runs = {one.id: one.nodes[0] for one in view.resources if one.nodes}
    return {one.name: runs[one.container] for one in view.nodes if one.container in runs}


def _holders(resource: Resource, starts: Mapping[tuple[str, str], Operation]) -> tuple[str, ...]:
    """Where it runs; before 2.1 a resource that is only being started says Started too."""
    if resource.role not in _RUNNING:
        return ()
    latest = {node: starts.get((resource.id, node)) for node in resource.nodes}
    return tuple(node for node, start in latest.items() if start is None or start.rc != _UNDER_WAY)
