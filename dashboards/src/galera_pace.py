"""Flow control, queues, writes and conflicts of Galera's nodes: panels."""

from dashboards.src import theme
from dashboards.src.panels import About, Column, Panel, Query, lines, merged, rows
from dashboards.src.promql import counted, per_second, pick

STATUS = "mysql_global_status_wsrep_"
BY_NODE = "cluster, node"


def status(name: str) -> str:
    """A number of a node's wsrep_ status, as read by either balancer."""
    return f"max by ({BY_NODE}) ({pick(STATUS + name)})"


def grows(name: str) -> str:
    return f"max by ({BY_NODE}) ({per_second(STATUS + name)})"


def conflicted(name: str) -> str:
    return f"max by ({BY_NODE}) ({counted(STATUS + name)})"


PAUSED = f"{grows('flow_control_paused_ns')} * 1e-9"
COMMITTED = status("last_committed")
BEHIND = f"max by (cluster) ({COMMITTED}) - on (cluster) group_right () {COMMITTED}"


def paused() -> Panel:
    return lines(
        About(
            "Flow control paused, by node",
            """Share of the time in which each node's writes were paused for a slow one
            (wsrep_flow_control_paused_ns).""",
            ("GaleraFlowControl",),
        ),
        Query(PAUSED, "{{node}}"),
        unit="percentunit",
    )


def stopping() -> Panel:
    return lines(
        About(
            "Flow control sent, by node",
            """Pauses a second that each node asked for (wsrep_flow_control_sent): the slow node is the one
            that asks.""",
            ("GaleraFlowControl",),
        ),
        Query(grows("flow_control_sent"), "{{node}}"),
        unit="ops",
    )


def received() -> Panel:
    return lines(
        About(
            "Receive queue",
            """Write sets that a node has received and not yet applied (wsrep_local_recv_queue), beside the
            length at which it pauses the others.""",
            ("GaleraFlowControl",),
        ),
        Query(status("local_recv_queue"), "{{node}}"),
        Query(
            f"min by (cluster) ({pick(STATUS + 'flow_control_interval_high')})",
            "flow control limit",
            limit=True,
        ),
        unit="short",
    )


def waiting() -> Panel:
    return lines(
        About(
            "Send queue",
            """Write sets that wait for the network (wsrep_local_send_queue). Above 0 for long: the network is
            the bottleneck.""",
            ("GaleraFlowControl",),
        ),
        Query(status("local_send_queue"), "{{node}}"),
        unit="short",
    )


def behind() -> Panel:
    return lines(
        About(
            "Apply lag, by node",
            """Write sets between each node and the newest (wsrep_last_committed).""",
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
            """How long each commit waits for the group (wsrep_evs_repl_latency): mean of the last minute, and
            maximum. 0: nothing was written.""",
            ("GaleraFlowControl",),
        ),
        Query(f"max by ({BY_NODE}) ({mean})", "{{node}}"),
        Query(f"max by ({BY_NODE}) ({longest})", "{{node}}, maximum"),
        unit="s",
    )


def writes() -> Panel:
    return lines(
        About(
            "Writes",
            """Write sets a second that each node replicated to the others (wsrep_replicated): the nodes that
            clients write to. One node is usual, where conflicts hurt.""",
            ("GaleraCertificationFailures",),
        ),
        Query(grows("replicated"), "{{node}}"),
        unit="wps",
        drawn="areas",
    )


def conflicts() -> Panel:
    return lines(
        About(
            "Certification failures and brute force aborts",
            """How many since the bar before: failed certification at commit (wsrep_local_cert_failures),
            and rolled back by a write from another node (wsrep_local_bf_aborts).""",
            ("GaleraCertificationFailures",),
        ),
        Query(conflicted("local_cert_failures"), "{{node}}, certification failures"),
        Query(conflicted("local_bf_aborts"), "{{node}}, brute force aborts"),
        unit="short",
        drawn="bars",
    )


def settings() -> Panel:
    info = f"max by ({BY_NODE}, wsrep_provider_version) ({pick('mysql_galera_status_info')})"
    asked = (
        status("cluster_weight"),
        f"max by ({BY_NODE}) ({pick('mysql_galera_gcache_size_bytes')})",
        status("cert_deps_distance"),
        f"max by ({BY_NODE}) ({pick('mysql_global_variables_wsrep_desync')})",
        f"max by ({BY_NODE}) ({pick('mysql_global_variables_wsrep_on')})",
        *(
            f"max by ({BY_NODE}) ({pick(f'galera_node_{name}')})"
            for name in ("read_only", "rejects_queries", "maintenance")
        ),
    )
    return rows(
        About(
            "Nodes and their settings",
            """Desynced by hand: the node may fall behind without limit. Replication off: writes stay on it.
            Read-only, rejects queries, maintenance: taken out of service. gcache: what a node that comes
            back can catch up from without a full state transfer.""",
            ("GaleraReadOnly", "GaleraNodeOutOfService", "GaleraNodeNotSynced"),
        ),
        *(Query(expr, instant=True, table=True) for expr in (info, *asked)),
        steps=(merged(),),
        columns={
            "node": Column("Node"),
            "wsrep_provider_version": Column("Galera"),
            "Value #B": Column("Weight of its component"),
            "Value #C": Column("gcache", unit="bytes"),
            "Value #D": Column("cert_deps_distance"),
            "Value #E": Column("Desynced by hand", states=theme.DESYNCED),
            "Value #F": Column("Replication", states=theme.REPLICATION),
            "Value #G": Column("Read-only", states=theme.OUT_OF_SERVICE),
            "Value #H": Column("Rejects queries", states=theme.OUT_OF_SERVICE),
            "Value #I": Column("Maintenance", states=theme.OUT_OF_SERVICE),
        },
    )
