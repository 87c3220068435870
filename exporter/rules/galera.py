"""Galera, as both balancers see it; the view of the one that reaches more nodes counts."""

from exporter.rules.rule import Alert, Group, Recording, Severity, Threshold
from exporter.rules.texts import first, names

CRITICAL = Severity.CRITICAL
WARNING = Severity.WARNING

# Where no node answers there is no count, and no Primary component that serves clients.
PRIMARY = """
max by (cluster) (
  galera_primary_components
  or max by (cluster, instance) (mysql_up) == 0
)
"""
DONORS = "instance_node:galera_node_state:donor_desynced"
FAILED = "mysql_global_status_wsrep_local_cert_failures"
COMMITS = "mysql_global_status_wsrep_local_commits"

GROUP = Group(
    "galera",
    about="""
    Galera, as both balancers see it; the view of the one that reaches more nodes counts. Times, at the least:
       5 s   a change of membership is over by then (GaleraNoPrimary, GaleraSplitBrain)
      10 s   a node is down for longer than one that was asked at a bad moment
      15 s   all nodes are read-only for longer than it takes to switch them one after the other
      20 s   a node is not synced, 30 m a donor is desynced: a backup is over by then (GaleraNodeNotSynced)
       1 m   a node is out of service for longer than an orderly stop keeps it in maintenance (10 s)
      30 s   in which the time that flow control took is measured; 5 m for conflicts
      10 s and more: a cause keeps firing (keep_firing_for) for longer than what it explains, which may end later
    """,
    thresholds={
        "flow_control": Threshold(
            0.1, "share of the time in which flow control paused the cluster for a slow node"
        ),
        "certification_failures": Threshold(0.01, "share of commits that fail certification"),
        "certification_failures_count": Threshold(
            10, "and how many have to fail to count at all, in the same time"
        ),
    },
    rules=(
        Alert(
            "GaleraNoPrimary",
            CRITICAL,
            f"{PRIMARY} == 0",
            hold=5,
            keep=30,
            summary="$cluster: Galera has no Primary component",
            description="""
            No Galera node of $cluster takes queries. Nodes that answer: <nodes>. Clients get error 1047, or
            no answer at all.
            """,
            parts={
                "nodes": names("max by (node) (mysql_up{cluster=$cluster}) == 1", "node", none="none"),
            },
            dashboard="failover-galera",
        ),
        Alert(
            "GaleraSplitBrain",
            CRITICAL,
            "max by (cluster) (galera_primary_components) > 1",
            hold=5,
            keep=15,
            summary="$cluster: Galera has $value Primary components",
            description="""
            The Galera nodes of $cluster are in $value Primary components that know nothing of each other;
            members that each counts: <nodes>. Clients write to all of them: the data drifts apart, and one
            side's writes will be lost.
            """,
            parts={
                "nodes": names(
                    "max by (node) (galera_view_members{cluster=$cluster})",
                    "node",
                    each="$node $value",
                    none="not known",
                ),
            },
            dashboard="failover-galera",
        ),
        Alert(
            "GaleraNodeDown",
            WARNING,
            """
            min by (cluster, node) (mysql_up == 0)
            """,
            hold=10,
            summary="$cluster: Galera node $node does not answer",
            description="""
            For <for> $node of $cluster has not answered <instances>. Clients use the other nodes.
            """,
            parts={
                "instances": names("mysql_up{cluster=$cluster, node=$node} == 0", "instance"),
            },
            dashboard="failover-galera",
        ),
        Recording(
            DONORS,
            'galera_node_state{state="donor_desynced"} == 1',
            why="Donors alone: GaleraNodeNotSynced looks back at them three times.",
        ),
        Alert(
            "GaleraNodeNotSynced",
            WARNING,
            f"""
            max by (cluster, node) (galera_node_state{{state="synced"}}) == 0
            unless on (cluster, node) (
              {DONORS}
              unless on (cluster, instance, node) (
                {DONORS} offset 10m and {DONORS} offset 20m and {DONORS} offset 30m
              )
            )
            """,
            hold=20,
            why="""A donor is desynced for as long as a backup or a state transfer takes, and serves: half an hour of it is
            one that takes long, or `wsrep_desync` that was left on. A node that is restarted and catches up from the
            others' write-set cache is there again in less than 20 s.""",
            summary="$cluster: Galera node $node is not synced",
            description="""
            For <for> or more $node of $cluster has been <states> instead of synced, in a group of <value>. Clients
            that HAProxy sends there read old data or get error 1047.
            """,
            parts={
                "states": names(
                    "max by (state) (galera_node_state{cluster=$cluster, node=$node}) == 1", "state"
                ),
                "value": first("max(galera_view_members{cluster=$cluster, node=$node})", "$value"),
            },
            dashboard="failover-galera",
        ),
        Alert(
            "GaleraReadOnly",
            CRITICAL,
            """
            min by (cluster) (max by (cluster, node) (galera_node_read_only)) == 1
            """,
            hold=15,
            keep=15,
            summary="$cluster: every Galera node is read-only",
            description="""
            For <for> every Galera node of $cluster that answers has had read_only or super_read_only on:
            <nodes>. Clients log in and read; their writes fail with error 1290, unless their account has
            SUPER or READ_ONLY ADMIN.
            """,
            parts={
                "nodes": names("max by (node) (galera_node_read_only{cluster=$cluster}) == 1", "node"),
            },
            dashboard="failover-galera",
            why="Clients are hurt: logins succeed, and every write is refused.",
        ),
        Alert(
            "GaleraNodeOutOfService",
            WARNING,
            """
            max by (cluster, node) (galera_node_rejects_queries == 1)
            or max by (cluster, node) (galera_node_maintenance == 1)
            or max by (cluster, node) (galera_node_read_only == 1)
            unless on (cluster) ALERTS{alertname="GaleraReadOnly"}
            """,
            hold=60,
            summary="$cluster: Galera node $node was taken out of service",
            description="""
            For <for> $node of $cluster has had {{ with printf
            "max(galera_node_rejects_queries{cluster='%s', node='%s'}) == 1" $labels.cluster $labels.node |
            query -}} wsrep_reject_queries on (every query fails with error 1047); {{ end -}} {{ with printf
            "max(galera_node_maintenance{cluster='%s', node='%s'}) == 1" $labels.cluster $labels.node |
            query -}} pxc_maint_mode on; {{ end -}} {{ with printf "max(galera_node_read_only{cluster='%s',
            node='%s'}) == 1" $labels.cluster $labels.node | query -}} read_only on (writes fail with error
            1290); {{ end -}} it replicates as before. Where HAProxy's check only logs in, it keeps sending
            clients there.
            """,
            dashboard="failover-galera",
            why="A person took it out, and may have forgotten it: it is synced, and clients that reach it are refused.",
        ),
        Alert(
            "GaleraFlowControl",
            WARNING,
            """
            max by (cluster) (rate(mysql_global_status_wsrep_flow_control_paused_ns[30s])) / 1e9 > $flow_control
            """,
            hold=5,
            summary="$cluster: flow control pauses Galera $value|percent of the time",
            description="""
            In the last <window 30s> all nodes of $cluster waited $value|percent of the time for a slow one:
            <nodes>. Clients' commits wait.
            """,
            parts={
                "nodes": names(
                    "max by (node) (mysql_global_status_wsrep_local_recv_queue{cluster=$cluster}) > 0",
                    "node",
                    each="$node has $value write sets to apply",
                    none="none has a queue now",
                ),
            },
            dashboard="failover-galera",
        ),
        Alert(
            "GaleraCertificationFailures",
            WARNING,
            f"""
            max by (cluster, node) (
              1 / (1 + rate({COMMITS}[5m]) / (rate({FAILED}[5m]) > $certification_failures_count / 300))
            ) > $certification_failures
            """,
            hold=15,
            summary="$cluster: $value|percent of the commits on $node lose a conflict",
            description="""
            In the last <window 5m> $value|percent of the commits on $node of $cluster were refused, since
            another node had changed the same rows. Clients get a deadlock (error 1213) at COMMIT and have
            to try again.
            """,
            dashboard="failover-galera",
        ),
    ),
)
