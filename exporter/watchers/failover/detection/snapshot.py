"""Of Pacemaker's reading what tells where the watched resources run, and why.

A resource of a clone or bundle runs in many places at once: there is no holder, so it can't be watched.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from exporter.sources.pacemaker.reading import (
    ClusterView,
    Failure,
    LastChange,
    LocationConstraint,
    Operation,
    PacemakerReading,
    Resource,
)

ADDRESS_AGENTS = ("IPaddr2", "IPaddr", "IPv6addr")
_RUNNING = (
    "Started",
    "Promoted",
    "Master",
)  # Starting and Stopping, which name a node too, are on the transition
_UNDER_WAY = 193


@dataclass(frozen=True)
class NodeState:
    online: bool
    standby: bool
    shutdown: bool  # it stops in order, or did
    unclean: bool
    maintenance: bool

    @property
    def usable(self) -> bool:
        return self.online and not (self.standby or self.shutdown or self.unclean or self.maintenance)


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
    led: bool  # there is a DC
    updated: float  # wall clock, when Pacemaker reported it
    nodes: Mapping[str, NodeState]
    holders: Mapping[str, tuple[str, ...]]  # of each watched resource: none while it is on its transition
    # By resource and node, where it is the latest that succeeded: the one makes Pacemaker forget the other.
    starts: Mapping[tuple[str, str], Call]
    stops: Mapping[tuple[str, str], Call]
    founds: Mapping[tuple[str, str], Call]  # asked once, it ran there already: the node came back with it
    together: Mapping[str, frozenset[str]]  # what moves with a watched resource: itself, others, groups
    failures: frozenset[Failure]
    fail_counts: Mapping[tuple[str, str], int]  # by resource and node
    fences: frozenset[Fence]  # that succeeded
    constraints: frozenset[LocationConstraint]
    configured: LastChange
    addresses: frozenset[str]  # the resources that are addresses, watched or not


def snapshot(reading: PacemakerReading, chosen: Iterable[str] = ()) -> Snapshot:
    """`chosen` are the resources to watch; none: the addresses and what moves with them."""
    view = reading.view
    single = {one.id: one for one in view.resources if not one.clone and not one.orphaned}
    addresses = frozenset(name for name, one in single.items() if is_address(one))
    together = _together(single.values(), reading)
    watched = {name for name in chosen if name in single} or {
        name for name in single if together[name] & addresses
    }
    starts, stops = _latest(view, "start"), _latest(view, "stop")
    return Snapshot(
        led=view.dc is not None,
        updated=view.last_update,
        nodes=_nodes(view),
        holders={name: _holders(single[name], starts) for name in sorted(watched)},
        starts=_succeeded(starts, watched),
        # A start that failed stays to be seen: what was stopped then never ran there.
        stops=_succeeded({key: one for key, one in stops.items() if key not in starts}, watched),
        together={name: together[name] for name in watched},
        founds=_succeeded(_latest(view, "probe"), watched),
        failures=frozenset(view.failures),
        fail_counts={(one.resource, one.node): one.fail_count for one in view.histories if one.fail_count},
        fences=frozenset(
            Fence(one.target, one.action, one.completed)
            for one in view.fence_events
            if one.status == "success"
        ),
        constraints=frozenset(reading.constraints),
        configured=view.last_change,
        addresses=addresses,
    )


def is_address(resource: Resource) -> bool:
    return resource.agent.rpartition(":")[2] in ADDRESS_AGENTS


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
    return {
        node.name: NodeState(
            online=node.online,
            standby=node.standby or node.standby_onfail,
            # Of a node that stopped in order `shutdown` is gone, and it is no longer expected. A DC's is gone
            # while it is still reported to be online, until another is elected. A remote is never expected.
            shutdown=node.shutdown
            or not (node.expected_up or node.unclean or (node.online and node.type == "remote")),
            unclean=node.unclean,
            maintenance=node.maintenance,
        )
        for node in view.nodes
        if node.type in ("member", "remote")
    }


def _holders(resource: Resource, starts: Mapping[tuple[str, str], Operation]) -> tuple[str, ...]:
    """Where it runs; before 2.1 a resource that is only being started says Started too."""
    if resource.role not in _RUNNING:
        return ()
    latest = {node: starts.get((resource.id, node)) for node in resource.nodes}
    return tuple(node for node, start in latest.items() if start is None or start.rc != _UNDER_WAY)


def _together(single: Iterable[Resource], reading: PacemakerReading) -> dict[str, frozenset[str]]:
    """By resource: all that groups and colocations tie to it, over any number of steps."""
    sets = [{one.id, one.group} - {""} for one in single]
    sets += [set(one.resources) for one in reading.colocations if one.score > 0]
    merged: list[set[str]] = []
    for one in sets:
        tied = [other for other in merged if other & one]
        merged = [other for other in merged if not other & one] + [one.union(*tied)]
    return {name: frozenset(one) for one in merged for name in one}
