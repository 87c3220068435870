"""Resources: where they run, how often they failed, what their operations answered."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from exporter.families import Family
from exporter.sources.pacemaker.families.disabled import disabled
from exporter.sources.pacemaker.families.shared import boolean, highest, pacemaker_gauge
from exporter.sources.pacemaker.reading import ClusterView, Operation, PacemakerReading, Resource

RESOURCE_STATUSES = ("active", "orphaned", "blocked", "failed", "failure_ignored")
INFINITE_FAILURES = 1_000_000


def collect(reading: PacemakerReading) -> Iterator[Family]:
    view = reading.view
    yield from _statuses_and_places(view)
    yield _disabled(reading)
    yield from _histories(view)
    yield from _operations(view.operations)
    yield _failed_operations(view)


def _statuses_and_places(view: ClusterView) -> Iterator[Family]:
    labels = ("node", "resource", "role", "managed", "status", "agent", "group", "clone")
    yield highest(
        pacemaker_gauge(
            "resources",
            "1 if the resource is in that status, 0 if not: one series for each node that runs it, with an "
            "empty node where none does. clone names the clone or bundle.",
            *labels,
        ),
        labels,
        (series for resource in view.resources for series in _statuses(resource)),
    )
    running = pacemaker_gauge(
        "resource_running_nodes",
        "How many nodes Pacemaker believes run the resource: 2 for an address is split-brain or a failed "
        "stop. Of a clone or bundle, how many nodes run any instance.",
        "resource",
    )
    nodes: defaultdict[str, set[str]] = defaultdict(set)
    for resource in view.resources:
        nodes[resource.id].update(resource.nodes)
    for name, running_on in nodes.items():
        running.add(len(running_on), resource=name)
    yield running


def _disabled(reading: PacemakerReading) -> Family:
    family = pacemaker_gauge(
        "resource_disabled",
        "1 if the resource is meant to be stopped: by its target-role or that of its group, clone or bundle, "
        "by a ticket that is not held here, or by stop-all-resources; 0 for each other. What does not run "
        "and is 0 here could not be started.",
        "resource",
        "agent",
    )
    meant = disabled(reading)
    for name, agent in {resource.id: resource.agent for resource in reading.view.resources}.items():
        family.add(float(name in meant), resource=name, agent=agent)
    return family


def _statuses(resource: Resource) -> Iterator[tuple[tuple[str, ...], float]]:
    role, managed = resource.role.lower(), boolean(resource.managed)
    for status in RESOURCE_STATUSES:
        value = float(getattr(resource, status))
        for node in resource.nodes or ("",):
            labels = (
                node,
                resource.id,
                role,
                managed,
                status,
                resource.agent,
                resource.group,
                resource.clone,
            )
            yield labels, value


def _histories(view: ClusterView) -> Iterator[Family]:
    yield highest(
        pacemaker_gauge(
            "fail_count",
            "How often the resource failed on the node since the last cleanup; +Inf from 1000000 on, which "
            "is how Pacemaker counts a failed start or stop. At migration_threshold the resource moves away.",
            "node",
            "resource",
        ),
        ("node", "resource"),
        (
            (
                (history.node, history.resource),
                math.inf if history.fail_count >= INFINITE_FAILURES else float(history.fail_count),
            )
            for history in view.histories
        ),
    )
    yield highest(
        pacemaker_gauge(
            "migration_threshold",
            "After how many failures the resource has to leave the node; 1000000 is never, 0 an orphan.",
            "node",
            "resource",
        ),
        ("node", "resource"),
        (
            ((history.node, history.resource), float(history.migration_threshold))
            for history in view.histories
        ),
    )


def _operations(operations: Iterable[Operation]) -> Iterator[Family]:
    labels = ("node", "resource", "task", "interval")
    execution = pacemaker_gauge(
        "operation_exec_seconds", "How long the agent took, the last time this operation ran.", *labels
    )
    queue = pacemaker_gauge(
        "operation_queue_seconds", "How long the operation waited before the agent was started.", *labels
    )
    change = pacemaker_gauge(
        "operation_last_change_timestamp_seconds",
        "When the operation first gave its present result, in seconds since 1970, by that node's clock.",
        *labels,
    )
    answer = pacemaker_gauge(
        "operation_rc",
        "What the agent answered last, as OCF numbers it: 0 well, 7 not running, 8 running promoted, 190 and "
        "191 degraded, 193 still under way; anything else failed.",
        *labels,
    )
    for one in operations:
        key = {
            "node": one.node,
            "resource": one.resource,
            "task": one.task,
            "interval": f"{one.interval:.15g}s",
        }
        answer.add(one.rc, **key)
        for family, value in ((execution, one.exec_time), (queue, one.queue_time), (change, one.changed)):
            if value is not None:
                family.add(value, **key)
    yield from (execution, queue, change, answer)


def _failed_operations(view: ClusterView) -> Family:
    failed = pacemaker_gauge(
        "failed_operations",
        "Failed operations that Pacemaker still lists, until crm resource cleanup or failure-timeout.",
        "node",
        "resource",
        "task",
    )
    count = Counter((failure.node, failure.resource, failure.task) for failure in view.failures)
    for (node, resource, task), failures in count.items():
        failed.add(failures, node=node, resource=resource, task=task)
    return failed
