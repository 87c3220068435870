"""What happened to the cluster between two snapshots of it: the evidence for a cause."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.sources.pacemaker.reading import LastChange, LocationConstraint
from exporter.watchers.failover.detection.snapshot import NodeState, Snapshot

LOST = "lost"
SHUT_DOWN = "shut_down"
STANDBY = "standby"
FENCED = "fenced"
FAILED = "failed"
PREFERRED = "preferred"  # a location constraint came that speaks for the node
BANNED = "banned"  # … against it
RETURNED = "returned"  # a node may be used that could not before
CLEARED = "cleared"  # failures are forgotten, or a constraint is gone
CONFIGURED = "configured"
DOUBLED = "doubled"  # a resource runs in two places
SHARED = "shared"  # two hosts answer for its address; that alone moves nothing

_JUST_SECONDS = 10.0  # a probe that is older says what was before
_OF_THE_CLUSTER = ("crmd", "pacemaker-", "attrd")  # clients that change the configuration for no person


@dataclass(frozen=True)
class Change:
    kind: str
    node: str  # "" where it is of no node
    resource: str  # "" where it is of the whole node
    text: str  # for a person


def first_changes(snapshot: Snapshot, since: float) -> Iterator[Change]:
    """Changes in a snapshot with nothing to compare it with: what came after `since`, seconds since 1970."""
    for name, state in snapshot.nodes.items():
        yield from _node_changes(name, NodeState(True, False, False, False, False), state)
    for failure in snapshot.failures:
        if failure.changed and failure.changed >= since:
            yield _failed(failure.node, failure.resource, f"{failure.task} answered {failure.rc}")
    for fence in snapshot.fences:
        if fence.completed and fence.completed >= since:
            yield Change(FENCED, fence.node, "", f"{fence.node} was fenced ({fence.action})")
    if snapshot.configured.time and snapshot.configured.time >= since:
        for constraint in snapshot.constraints:
            yield from _constrained(constraint)
        yield from _configured(snapshot.configured)


def changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for name, state in after.nodes.items():
        if name in before.nodes:
            yield from _node_changes(name, before.nodes[name], state)
    yield from _failure_changes(before, after)
    for fence in after.fences - before.fences:
        yield Change(FENCED, fence.node, "", f"{fence.node} was fenced ({fence.action})")
    for constraint in after.constraints - before.constraints:
        yield from _constrained(constraint)
    for constraint in before.constraints - after.constraints:
        if not any(constraint.id == one.id for one in after.constraints):
            yield Change(CLEARED, "", constraint.resource, f"constraint {constraint.id} is gone")
    if after.configured != before.configured:
        yield from _configured(after.configured)
    yield from _doubled_changes(before, after)


def _doubled_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for resource, nodes in after.holders.items():
        if len(nodes) > 1 and len(before.holders.get(resource, ())) <= 1:
            yield Change(DOUBLED, "", resource, f"{resource} ran on {' and '.join(nodes)}")
    for (resource, node), call in after.founds.items():
        recent = call.changed is not None and call.changed >= after.updated - _JUST_SECONDS
        holders = before.holders.get(resource, ())
        if recent and before.founds.get((resource, node)) != call and holders and node not in holders:
            yield Change(DOUBLED, "", resource, f"{resource} was found running on {node} too")


def _node_changes(name: str, before: NodeState, after: NodeState) -> Iterator[Change]:
    if after.shutdown and not before.shutdown and before.online:
        yield Change(SHUT_DOWN, name, "", f"{name} shuts down")
    elif (before.online and not after.online and not after.shutdown) or (after.unclean > before.unclean):
        yield Change(LOST, name, "", f"{name} is lost{', unclean' if after.unclean else ''}")
    if after.standby and not before.standby:
        yield Change(STANDBY, name, "", f"{name} goes to standby")
    if after.usable and not before.usable:
        yield Change(RETURNED, name, "", f"{name} is back")


def _failure_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    fresh = after.failures - before.failures
    for failure in sorted(fresh, key=lambda one: (one.node, one.resource, one.task, one.rc)):
        reason = f": {failure.reason}" if failure.reason else ""
        yield _failed(failure.node, failure.resource, f"{failure.task} answered {failure.rc}{reason}")
    reported = {(failure.resource, failure.node) for failure in fresh}
    for key, count in after.fail_counts.items():
        if count > before.fail_counts.get(key, 0) and key not in reported:
            yield _failed(key[1], key[0], f"fail count {count}")
    for resource, node in before.fail_counts:
        # A lost node's counts are not forgotten, only not shown.
        if (resource, node) not in after.fail_counts and node in after.nodes and after.nodes[node].online:
            yield Change(CLEARED, node, resource, f"failures of {resource} on {node} are forgotten")


def _failed(node: str, resource: str, what: str) -> Change:
    return Change(FAILED, node, resource, f"{resource} on {node}: {what}")


def _constrained(constraint: LocationConstraint) -> Iterator[Change]:
    node = constraint.node or constraint.rule_node
    # In a rule the score is not known here: only a `move` for a time makes one that names a node.
    against = constraint.score < 0 or constraint.id.startswith("cli-ban-")
    text = f"constraint {constraint.id} {'against' if against else 'for'} {node}"
    yield Change(BANNED if against else PREFERRED, node, constraint.resource, text)


def _configured(change: LastChange) -> Iterator[Change]:
    if change.user != "hacluster" and not change.client.startswith(_OF_THE_CLUSTER):
        yield Change(
            CONFIGURED, "", "", f"configured by {change.user} with {change.client} on {change.origin}"
        )
