"""What is different between two snapshots of the cluster: the evidence for a cause."""

from collections.abc import Iterator, Mapping

from exporter.sources.pacemaker.reading import Failure, LastChange, LocationConstraint
from exporter.watchers.failover.detection.attributes import attribute_changes, barred, severity
from exporter.watchers.failover.detection.kinds import (
    BANNED,
    CLEARED,
    CONFIGURED,
    DEGRADED,
    DOUBLED,
    FAILED,
    FENCED,
    IMPROVED,
    LOST,
    NO_QUORUM,
    PREFERRED,
    PUT_ASIDE,
    RETURNED,
    SHUT_DOWN,
    STANDBY,
    TICKET,
    TIMED,
    Change,
)
from exporter.watchers.failover.detection.names import concerned
from exporter.watchers.failover.detection.snapshot import NodeState, Snapshot

_JUST_SECONDS = 10.0  # a probe operation that is older says what was before
_BY_THE_CLUSTER = ("crmd", "pacemaker-", "attrd")  # clients that change the configuration for no person
_UP = NodeState(True, False, False, False, False)


def first_changes(snapshot: Snapshot, since: float) -> Iterator[Change]:
    """Changes in a snapshot with nothing to compare it with: what came after `since`, seconds since 1970."""
    for name, state in snapshot.nodes.items():
        yield from _node_changes(name, _UP, state)
    for failure in snapshot.failures:
        if failure.changed and failure.changed >= since:
            yield _failure(failure, snapshot)
    for fence in snapshot.fences:
        if fence.completed and fence.completed >= since:
            yield Change(FENCED, fence.node, "", f"{fence.node} was fenced ({fence.action})")
    if snapshot.configured.time and snapshot.configured.time >= since:
        for constraint in snapshot.constraints:
            yield from _constraint(constraint, snapshot)
        yield from _configured(snapshot.configured)
    if since < float("inf"):  # there is something that may have moved
        yield from barred(snapshot)


def changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for name, state in after.nodes.items():
        if name in before.nodes:
            yield from _node_changes(name, before.nodes[name], state)
    if before.quorate and not after.quorate:
        yield Change(NO_QUORUM, "", "", "this part of the cluster lost quorum")
    yield from _failure_changes(before, after)
    for fence in after.fences - before.fences:
        yield Change(FENCED, fence.node, "", f"{fence.node} was fenced ({fence.action})")
    yield from _constraint_changes(before, after)
    yield from _time_changes(before, after)
    yield from attribute_changes(before, after)
    yield from _ticket_changes(before, after)
    yield from _managed_changes(before, after)
    if after.configured != before.configured:
        yield from _configured(after.configured)
    yield from _doubled_changes(before, after)


def standing(snapshot: Snapshot) -> Iterator[Change]:
    """What may move a resource without anything that changes but the time."""
    for constraint in snapshot.constraints:
        if any(rule.timed for rule in constraint.rules):
            for name in concerned(constraint, snapshot.together):
                yield Change(TIMED, "", name, f"constraint {constraint.id} depends on the time")
    if snapshot.timed_stickiness:
        yield Change(TIMED, "", "", "how much resources stick to their node depends on the time")


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
    if after.standby and not before.standby and not before.pending:
        yield Change(STANDBY, name, "", f"{name} goes to standby")
    if after.put_aside and not before.put_aside:
        yield Change(PUT_ASIDE, name, "", f"{name} is on standby because a resource failed there")
    if after.usable and not before.usable:
        yield Change(RETURNED, name, "", f"{name} is back")
    worse = severity(after.health) - severity(before.health)
    if worse:
        kind = DEGRADED if worse > 0 else IMPROVED
        yield Change(kind, name, "", f"health of {name}: {before.health} -> {after.health}")


def _failure_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    fresh = after.failures - before.failures
    hosts = {**after.hosts, **before.hosts}
    for failure in sorted(fresh, key=lambda one: (one.node, one.resource, one.task, one.rc)):
        yield _failure(failure, after, hosts)
    listed = {(failure.resource, failure.node) for failure in fresh}
    for (resource, node), count in after.fail_counts.items():
        if count > before.fail_counts.get((resource, node), 0) and (resource, node) not in listed:
            yield _failed(node, resource, f"fail count {count}", after, hosts)
    for resource, node in before.fail_counts:
        # A lost node's counts are not forgotten, only not shown.
        if (resource, node) not in after.fail_counts and node in after.nodes and after.nodes[node].online:
            yield Change(CLEARED, node, resource, f"failures of {resource} on {node} are forgotten")


def _failure(failure: Failure, snapshot: Snapshot, hosts: Mapping[str, str] | None = None) -> Change:
    reason = f": {failure.reason}" if failure.reason else ""
    what = f"{failure.task} answered {failure.rc}{reason}"
    return _failed(failure.node, failure.resource, what, snapshot, hosts or snapshot.hosts)


def _failed(node: str, resource: str, what: str, snapshot: Snapshot, hosts: Mapping[str, str]) -> Change:
    instance = resource in snapshot.instances
    return Change(FAILED, node, resource, f"{resource} on {node}: {what}", hosts.get(node, ""), instance)


def _constraint_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for constraint in after.constraints - before.constraints:
        yield from _constraint(constraint, after)
    for constraint in before.constraints - after.constraints:
        if not any(constraint.id == one.id for one in after.constraints):
            for name in concerned(constraint, after.together):
                yield Change(CLEARED, "", name, f"constraint {constraint.id} is gone")


def _constraint(constraint: LocationConstraint, snapshot: Snapshot) -> Iterator[Change]:
    node = constraint.node or constraint.rule_node
    # Of a rule with a time limit, which `crm_resource --move` makes, the name says what it is.
    against = constraint.score < 0 or constraint.id.startswith("cli-ban-")
    kind, text = (BANNED, "against") if against else (PREFERRED, "for")
    for name in concerned(constraint, snapshot.together):
        yield Change(kind, node, name, f"constraint {constraint.id} {text} {node or 'what its rule says'}")


def _time_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Constraints with a date expression: their rules begin or end to hold while nobody changes anything."""
    lasting = before.constraints & after.constraints
    for constraint in lasting:
        for rule in (rule for rule in constraint.rules if rule.timed):
            fresh = {one.node for one in after.bans - before.bans if one.id in (rule.id, constraint.id)}
            gone = {one.node for one in before.bans - after.bans if one.id in (rule.id, constraint.id)}
            ended = any(before.updated < limit <= after.updated for limit in rule.limits)
            for name in concerned(constraint, after.together):
                for node in sorted(fresh):
                    yield Change(BANNED, node, name, f"constraint {constraint.id} is against {node} by now")
                for node in sorted(gone):
                    yield Change(CLEARED, node, name, f"constraint {constraint.id} bars {node} no longer")
                if ended:
                    yield Change(CLEARED, "", name, f"a time limit of constraint {constraint.id} is reached")


def _ticket_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for ticket, resources in after.ticket_resources.items():
        held = after.tickets.get(ticket, False)
        if held != before.tickets.get(ticket, False):
            for resource in sorted(resources):
                yield Change(
                    TICKET, "", resource, f"ticket {ticket} was {'granted' if held else 'revoked'} here"
                )


def _managed_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What failed while Pacemaker was not to do anything about it (maintenance) it does something about
    now."""
    watched = frozenset().union(*after.together.values())
    managed = (before.unmanaged - after.unmanaged) & watched
    for resource in sorted(managed):
        yield Change(CONFIGURED, "", "", f"{resource} is managed again")
    for failure in before.failures & after.failures:
        if failure.resource in managed:
            yield _failure(failure, after)


def _configured(change: LastChange) -> Iterator[Change]:
    if change.user != "hacluster" and not change.client.startswith(_BY_THE_CLUSTER):
        yield Change(
            CONFIGURED, "", "", f"configured by {change.user} with {change.client} on {change.origin}"
        )
