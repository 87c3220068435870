"""How fast Galera's nodes write and apply, and who waits for whom: panels."""

from dashboards.src import theme
from dashboards.src.panels import About, Column, Panel, Query, lines, merged, rows
from dashboards.src.promql import per_second, pick

STATUS = "mysql_global_status_wsrep_"
BY_NODE = "cluster, node"


def status(name: str) -> str:
    """A number among a node's wsrep_ status, as either balancer was told it."""
    return f"max by ({BY_NODE}) ({pick(STATUS + name)})"


def grows(name: str) -> str:
    return f"max by ({BY_NODE}) ({per_second(STATUS + name)})"


PAUSED = f"{grows('flow_control_paused_ns')} * 1e-9"
COMMITTED = status("last_committed")
BEHIND = f"max by (cluster) ({COMMITTED}) - on (cluster) group_right () {COMMITTED}"


def paused() -> Panel:
    return lines(
        About(
            "Standing still, by node",
            """Share of time that each node's writes stood still for a slow one.""",
            ("GaleraFlowControl",),
        ),
        Query(PAUSED, "{{node}}"),
        unit="percentunit",
    )


def stopping() -> Panel:
    return lines(
        About(
            "Who makes the others wait",
            """Pauses a second that each node asked for: the slow node is the one that asks.""",
            ("GaleraFlowControl",),
        ),
        Query(grows("flow_control_sent"), "{{node}}"),
        unit="ops",
    )


def received() -> Panel:
    return lines(
        About(
            "Waiting to be applied",
            """Write sets that a node has received and not yet applied, beside the length at which it stops
            the others.""",
            ("GaleraFlowControl",),
        ),
        Query(status("local_recv_queue"), "{{node}}"),
        Query(
            f"min by (cluster) ({pick(STATUS + 'flow_control_interval_high')})",
            "stops the others",
            limit=True,
        ),
        unit="short",
    )


def waiting() -> Panel:
    return lines(
        About(
            "Waiting to be sent",
            """Write sets that wait for the network. Above 0 for long: the network is the bottleneck.""",
            ("GaleraFlowControl",),
        ),
        Query(status("local_send_queue"), "{{node}}"),
        unit="short",
    )


def behind() -> Panel:
    return lines(
        About(
            "Behind the newest",
            """Write sets between each node and the one that is furthest.""",
            ("GaleraNodeNotSynced",),
        ),
        Query(BEHIND, "{{node}}"),
        unit="short",
    )


def latency() -> Panel:
    mean = pick("mysql_galera_evs_repl_latency_avg_seconds")
    longest = pick("mysql_galera_evs_repl_latency_max_seconds")
    return lines(
        About(
            "Replication latency",
            """What each commit waits for the group: mean of the last minute, and the longest. 0: nothing
            was written.""",
            ("GaleraFlowControl",),
        ),
        Query(f"max by ({BY_NODE}) ({mean})", "{{node}}"),
        Query(f"max by ({BY_NODE}) ({longest})", "{{node}}, longest"),
        unit="s",
    )


def writes() -> Panel:
    return lines(
        About(
            "Writes",
            """Write sets a second that each node sent to the others: who is written to. One node is usual,
            where conflicts hurt.""",
            ("GaleraCertificationFailures",),
        ),
        Query(grows("replicated"), "{{node}}"),
        unit="wps",
        drawn="areas",
    )


def conflicts() -> Panel:
    return lines(
        About(
            "Conflicts",
            """A second: refused at commit, and broken off by a write from another node.""",
            ("GaleraCertificationFailures",),
        ),
        Query(grows("local_cert_failures"), "{{node}}, refused"),
        Query(grows("local_bf_aborts"), "{{node}}, broken off"),
        unit="ops",
    )


def settings() -> Panel:
    info = f"max by ({BY_NODE}, wsrep_provider_version) ({pick('mysql_galera_status_info')})"
    asked = (
        status("cluster_weight"),
        f"max by ({BY_NODE}) ({pick('mysql_galera_gcache_size_bytes')})",
        status("cert_deps_distance"),
        f"max by ({BY_NODE}) ({pick('mysql_global_variables_wsrep_desync')})",
        f"max by ({BY_NODE}) ({pick('mysql_global_variables_wsrep_on')})",
    )
    return rows(
        About(
            "Nodes and their settings",
            """Desynced by hand: the node may fall behind without end. Replication off: writes stay on it.
            gcache: what a node that comes back can catch up from without a full copy.""",
            ("GaleraNodeNotSynced",),
        ),
        *(Query(expr, instant=True, table=True) for expr in (info, *asked)),
        steps=(merged(),),
        columns={
            "node": Column("Node"),
            "wsrep_provider_version": Column("Galera"),
            "Value #B": Column("Weight of its component"),
            "Value #C": Column("gcache", unit="bytes"),
            "Value #D": Column("Useful appliers"),
            "Value #E": Column("Desynced by hand", states=theme.DESYNCED),
            "Value #F": Column("Replication", states=theme.REPLICATION),
        },
    )
