"""Readings of the nodes as metric families, by mysqld_exporter's names where it has one."""

from collections.abc import Callable, Iterator, Mapping

from exporter.families import Family, gauge
from exporter.sources.galera.fields import status_help, variable_help
from exporter.sources.galera.parse import STATES, NodeStatus
from exporter.sources.galera.reading import GaleraReading

Nodes = Mapping[str, NodeStatus]


def families(reading: GaleraReading) -> Iterator[Family]:
    up = gauge("mysql_up", "1 if the exporter could log in to this Galera node and it answered.", "node")
    for name, status in reading.nodes.items():
        up.add(float(status is not None), node=name)
    yield up
    nodes = {name: status for name, status in reading.nodes.items() if status}
    yield from _numbers(
        "mysql_global_status_", {name: one.status for name, one in nodes.items()}, status_help
    )
    yield from _numbers(
        "mysql_global_variables_", {name: one.variables for name, one in nodes.items()}, variable_help
    )
    yield from _known(nodes)
    yield from _taken_out(nodes)
    yield from _latencies(nodes)
    yield from _views(nodes)
    if reading.primary_components is not None:
        components = gauge(
            "galera_primary_components",
            "Primary components that really exist among the nodes that answered: 1 is well, 0 means no node "
            "takes writes, 2 is split-brain, stop writing to one side now.",
        )
        components.add(reading.primary_components)
        yield components


def _numbers(
    prefix: str, nodes: Mapping[str, Mapping[str, float]], documentation: Callable[[str], str]
) -> Iterator[Family]:
    for variable in sorted({variable for numbers in nodes.values() for variable in numbers}):
        family = gauge(prefix + variable, documentation(variable), "node")
        for name, numbers in nodes.items():
            if variable in numbers:
                family.add(numbers[variable], node=name)
        yield family


def _known(nodes: Nodes) -> Iterator[Family]:
    status_info = gauge(
        "mysql_galera_status_info",
        "The state that this node has and the state of its cluster: a node is in sync if the two are equal.",
        "node",
        "wsrep_local_state_uuid",
        "wsrep_cluster_state_uuid",
        "wsrep_provider_version",
    )
    variables_info = gauge(
        "mysql_galera_variables_info",
        "The cluster that this node is configured for.",
        "node",
        "wsrep_cluster_name",
    )
    gcache = gauge(
        "mysql_galera_gcache_size_bytes",
        "Room for write sets kept for nodes that come back; without it they need a full state transfer.",
        "node",
    )
    for name, node in nodes.items():
        if node.local_state_uuid:
            status_info.add(
                1,
                node=name,
                wsrep_local_state_uuid=node.local_state_uuid,
                wsrep_cluster_state_uuid=node.view.state_uuid,
                wsrep_provider_version=node.provider_version,
            )
        if node.cluster_name:
            variables_info.add(1, node=name, wsrep_cluster_name=node.cluster_name)
        if node.gcache_size is not None:
            gcache.add(node.gcache_size, node=name)
    yield from (status_info, variables_info, gcache)


def _taken_out(nodes: Nodes) -> Iterator[Family]:
    """What a person, or a shutdown, does to a node that is synced all the same."""
    read_only = gauge(
        "galera_node_read_only",
        "1 if this node refuses writes (read_only or super_read_only): clients get error 1290 or 1836.",
        "node",
    )
    rejects = gauge(
        "galera_node_rejects_queries",
        "1 if somebody set wsrep_reject_queries: clients get error 1047 though the node is synced and ready.",
        "node",
    )
    maintenance = gauge(
        "galera_node_maintenance",
        "1 if pxc_maint_mode is not DISABLED: taken out by hand, or shutting down; ProxySQL avoids it.",
        "node",
    )
    for name, node in nodes.items():
        for family, value in (
            (read_only, node.read_only),
            (rejects, node.rejects_queries),
            (maintenance, node.maintenance),
        ):
            if value is not None:
                family.add(float(value), node=name)
    yield from (read_only, rejects, maintenance)


def _latencies(nodes: Nodes) -> Iterator[Family]:
    prefix = "mysql_galera_evs_repl_latency_"
    shortest = gauge(prefix + "min_seconds", "Shortest group communication in the last minute.", "node")
    mean = gauge(
        prefix + "avg_seconds", "Mean group communication in the last minute: what each commit waits.", "node"
    )
    longest = gauge(prefix + "max_seconds", "Longest group communication in the last minute.", "node")
    deviation = gauge(
        prefix + "stdev", "Standard deviation of group communication in the last minute, in seconds.", "node"
    )
    samples = gauge(
        prefix + "sample_size", "Messages measured in the last minute; 0 makes the others 0 too.", "node"
    )
    for name, node in nodes.items():
        if node.latency:
            shortest.add(node.latency.min, node=name)
            mean.add(node.latency.avg, node=name)
            longest.add(node.latency.max, node=name)
            deviation.add(node.latency.stdev, node=name)
            samples.add(node.latency.samples, node=name)
    yield from (shortest, mean, longest, deviation, samples)


def _views(nodes: Nodes) -> Iterator[Family]:
    state = gauge(
        "galera_node_state",
        "State of the node: 1 for the current one, 0 for the others. Only a synced node takes part fully; "
        "unknown: it reports none, as with replication off, or one that is not known.",
        "node",
        "state",
    )
    view_info = gauge(
        "galera_view_info",
        "The group this node is in: its cluster's state, its own id there, and the state of its membership.",
        "node",
        "cluster_state_uuid",
        "gcomm_uuid",
        "evs_state",
    )
    members = gauge(
        "galera_view_members",
        "Members of the group in this node's own view, itself included: nodes that differ for more than a "
        "moment are split.",
        "node",
    )
    for name, node in nodes.items():
        state.add_states(STATES, node.state, node=name)
        view_info.add(
            1,
            node=name,
            cluster_state_uuid=node.view.state_uuid,
            gcomm_uuid=node.view.member,
            evs_state=node.evs_state,
        )
        members.add(node.view.size, node=name)
    yield from (state, view_info, members)
