"""What keeps a resource from being taken over, in the words of Pacemaker's configuration (pure).

The scheduler says that it would not run elsewhere, and not why. Each reason here is a fact of the cluster's
status that by itself bars the resource, or what it can't run without, from a node that is left.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.watchers.failover.detection import rules
from exporter.watchers.failover.detection.names import concerned
from exporter.watchers.failover.detection.snapshot import Snapshot

UNKNOWN = "unknown"
REASONS = (
    "offline",
    "standby",
    "maintenance",
    "health",
    "banned",
    "failures",
    "disabled",
    "unmanaged",
    "no_quorum",
    "fencing",
    UNKNOWN,
)
_NEED_QUORUM = ("stop", "freeze", "suicide", "fence", "demote")  # of no-quorum-policy


@dataclass(frozen=True)
class Loss:
    """A simulated loss of a node."""

    node: str
    quorate: bool | None  # the nodes that are left; None: not known
    ran: tuple[str, ...]  # where the resource would run according to the scheduler
    fail_counts: Mapping[tuple[str, str], int] = field(default_factory=dict)  # by resource and node


def reasons(reading: PacemakerReading, snapshot: Snapshot, resource: str, loss: Loss) -> tuple[str, ...]:
    """In the order of REASONS; `unknown` alone where there is no other.

    What bars the resource itself comes before what bars those that it is tied to.
    """
    own = _own_names(reading, resource)
    tied = snapshot.together.get(resource, own) | snapshot.before.get(resource, frozenset())
    for names in (own, own | tied):
        found = {*_everywhere(reading, snapshot, names, loss), *_on_others(reading, snapshot, names, loss)}
        if found:
            return tuple(reason for reason in REASONS if reason in found)
    return (UNKNOWN,)


def can_fence(reading: PacemakerReading) -> bool:
    """Not where every fencing device is disabled, or stopped after a failure; the scheduler counts on it then
    too. One that is stopped for lack of a node that may run it can be used."""
    view = reading.view
    if not (view.options and view.options.stonith_enabled):
        return True
    devices = [one for one in view.resources if one.agent.startswith("stonith:")]
    failed = {one.resource for one in view.failures}
    return not devices or any(not one.disabled and (one.nodes or one.id not in failed) for one in devices)


def _own_names(reading: PacemakerReading, resource: str) -> frozenset[str]:
    named = [one for one in reading.view.resources if one.id == resource]
    return frozenset({resource, *(name for one in named for name in (one.group, one.clone) if name)})


def _everywhere(
    reading: PacemakerReading, snapshot: Snapshot, names: frozenset[str], loss: Loss
) -> Iterator[str]:
    """What holds for each node that is left."""
    options = reading.view.options
    if options and options.maintenance_mode:
        yield "maintenance"
    if any(one.disabled for one in reading.view.resources if one.id.partition(":")[0] in names):
        yield "disabled"
    if snapshot.unmanaged & names:
        yield "unmanaged"
    if options and loss.quorate is False and options.no_quorum_policy in _NEED_QUORUM:
        yield "no_quorum"
    # The scheduler would leave it there until the node is known to be off.
    if loss.node in loss.ran or not can_fence(reading):
        yield "fencing"


def _on_others(
    reading: PacemakerReading, snapshot: Snapshot, names: frozenset[str], loss: Loss
) -> Iterator[str]:
    others = sorted(snapshot.nodes.keys() - {loss.node})
    if not others:
        yield "offline"
    for node in others:
        state = snapshot.nodes[node]
        if not state.online or state.pending or state.unclean or state.shutdown:
            yield "offline"
            continue
        if state.standby or state.put_aside:
            yield "standby"
        if state.maintenance:
            yield "maintenance"
        if state.health == "red":
            yield "health"
        if _banned(snapshot, names, node):
            yield "banned"
        if _failed(reading, names, node, loss):
            yield "failures"


def _banned(snapshot: Snapshot, names: frozenset[str], node: str) -> bool:
    if any(one.node == node and one.resource in names for one in snapshot.bans):
        return True
    values = {name: value for (on, name), value in snapshot.attributes.items() if on == node}
    for one in snapshot.constraints:
        if not names & {*concerned(one, snapshot.together)}:
            continue
        if one.node == node and one.score == float("-inf"):
            return True
        if any(rules.score(rule, values | {"#uname": node}) == float("-inf") for rule in one.rules):
            return True
    return False


def _failed(reading: PacemakerReading, names: frozenset[str], node: str, loss: Loss) -> bool:
    """It failed so often there that Pacemaker starts it on that node no more.

    The threshold is the resource's, on whichever node crm_mon lists it.
    """
    return any(
        0 < one.migration_threshold <= loss.fail_counts.get((name, node), 0)
        for one in reading.view.histories
        if (name := one.resource.partition(":")[0]) in names
    )
