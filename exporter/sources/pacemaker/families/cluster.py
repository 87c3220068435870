"""Pacemaker's metrics: names, labels and values of ClusterLabs' ha_cluster_exporter, and what it lacks."""

from collections import Counter
from collections.abc import Iterable, Iterator

from exporter.families import Family
from exporter.sources.pacemaker.families import resources as resource_metrics
from exporter.sources.pacemaker.families.shared import boolean, highest, pacemaker_gauge
from exporter.sources.pacemaker.reading import ClusterView, LocationConstraint, PacemakerReading

NODE_STATUSES = (
    "online",
    "standby",
    "standby_onfail",
    "maintenance",
    "pending",
    "unclean",
    "shutdown",
    "expected_up",
    "dc",
)
HEALTH = ("green", "yellow", "red", "unknown")
LEFT_BY_TOOLS = ("cli-prefer-", "cli-ban-")  # crm_resource, crmsh and pcs all name them so


def collect(reading: PacemakerReading) -> Iterator[Family]:
    view = reading.view
    yield from _cluster(view)
    yield from _nodes(view)
    yield from resource_metrics.collect(reading)
    yield from _fencing(view)
    yield from _constraints(reading.constraints)


def _cluster(view: ClusterView) -> Iterator[Family]:
    with_quorum = pacemaker_gauge(
        "with_quorum", "1 if the DC says that its partition has quorum; absent without a DC."
    )
    dc_present = pacemaker_gauge("dc_present", "1 if this host knows of a DC; 0 while none is elected.")
    dc_info = pacemaker_gauge(
        "dc_info",
        "1 for the node that this host believes is the DC, with its Pacemaker version. If two hosts of one "
        "cluster name different nodes, the cluster is split.",
        "node",
        "version",
    )
    last_update = pacemaker_gauge(
        "last_update_timestamp_seconds",
        "When crm_mon built this view, in seconds since 1970, by this host's clock.",
    )
    last_change = pacemaker_gauge(
        "config_last_change",
        "When the configuration was last changed, in seconds since 1970, by this host's clock and time zone.",
    )
    dc_present.add(float(view.dc is not None))
    if view.dc:
        with_quorum.add(float(view.dc.with_quorum))
        dc_info.add(1.0, node=view.dc.name, version=view.dc.version)
    last_update.add(view.last_update)
    if view.last_change.time is not None:
        last_change.add(view.last_change.time)
    yield from (with_quorum, dc_present, dc_info, last_update, last_change, *_options(view))


def _options(view: ClusterView) -> Iterator[Family]:
    options = view.options
    if options is None:
        return
    stonith = pacemaker_gauge(
        "stonith_enabled", "1 if fencing is enabled; without it a split cluster runs resources twice."
    )
    stonith.add(float(options.stonith_enabled))
    maintenance = pacemaker_gauge(
        "maintenance_mode_enabled",
        "1 if the whole cluster is in maintenance: Pacemaker starts and moves nothing.",
    )
    maintenance.add(float(options.maintenance_mode))
    info = pacemaker_gauge(
        "cluster_options_info",
        "1; how the cluster is configured to act. stop_all_resources is unknown before Pacemaker 2.0.3.",
        "stonith_enabled",
        "no_quorum_policy",
        "symmetric_cluster",
        "stop_all_resources",
    )
    info.add(
        1.0,
        stonith_enabled=boolean(options.stonith_enabled),
        no_quorum_policy=options.no_quorum_policy,
        symmetric_cluster=boolean(options.symmetric_cluster),
        stop_all_resources=boolean(options.stop_all_resources),
    )
    yield from (stonith, maintenance, info)


def _nodes(view: ClusterView) -> Iterator[Family]:
    yield highest(
        pacemaker_gauge(
            "nodes",
            "1 if the node is in that status, 0 if not; a node may be in many.",
            "node",
            "type",
            "status",
        ),
        ("node", "type", "status"),
        (
            ((node.name, node.type, status), float(getattr(node, status)))
            for node in view.nodes
            for status in NODE_STATUSES
        ),
    )
    health = pacemaker_gauge(
        "node_health",
        "1 for the node's health, 0 for the others; yellow and red may move resources away, depending on "
        "node-health-strategy. unknown before Pacemaker 2.1.3.",
        "node",
        "health",
    )
    for name, current in {node.name: node.health for node in view.nodes}.items():
        health.add_states(HEALTH, current if current in HEALTH else "unknown", label="health", node=name)
    attributes = pacemaker_gauge(
        "node_attributes", "1 for each attribute of a node.", "node", "name", "value"
    )
    for attribute in view.attributes:
        attributes.add(1.0, node=attribute.node, name=attribute.name, value=attribute.value)
    yield from (health, attributes)


def _fencing(view: ClusterView) -> Iterator[Family]:
    labels = ("target", "action", "status")
    events = pacemaker_gauge(
        "fence_events",
        "Fencing actions in the history that the cluster keeps; action on is unfencing: a node was given "
        "access to its storage. status is success, failed or pending.",
        *labels,
    )
    count = Counter((event.target, event.action, event.status) for event in view.fence_events)
    for (target, action, status), number in count.items():
        events.add(number, target=target, action=action, status=status)
    yield events
    yield highest(
        pacemaker_gauge(
            "fence_last_timestamp_seconds", "When the latest of these ended, in seconds since 1970.", *labels
        ),
        labels,
        (
            ((event.target, event.action, event.status), event.completed)
            for event in view.fence_events
            if event.completed is not None
        ),
    )


def _constraints(constraints: Iterable[LocationConstraint]) -> Iterator[Family]:
    location = pacemaker_gauge(
        "location_constraints",
        "The score by which a resource likes (above 0) or shuns a node; 0 without a node where rules decide.",
        "constraint",
        "node",
        "resource",
        "role",
    )
    leftover = pacemaker_gauge(
        "leftover_constraints",
        "1 for what crm resource move, migrate or ban left behind: it holds or bars the resource until it is "
        "cleared (crm resource clear, pcs resource clear), expired or not.",
        "constraint",
        "node",
        "resource",
    )
    for one in constraints:
        location.add(
            one.score, constraint=one.id, node=one.node, resource=one.resource, role=one.role.lower()
        )
        if one.id.startswith(LEFT_BY_TOOLS):
            leftover.add(1.0, constraint=one.id, node=one.node or one.rule_node, resource=one.resource)
    yield from (location, leftover)
