"""What Pacemaker says."""

from exporter.rules.expressions import (
    ADDRESS,
    DISABLED_ADDRESSES,
    DISABLED_HAPROXY,
    DISABLED_SERVICE,
    HAPROXY,
    HELD_TWICE,
    JOINED,
    NO_QUORUM,
    STOPPED,
)
from exporter.rules.rule import Alert, Group, Recording, Severity
from exporter.rules.texts import first, names

CRITICAL = Severity.CRITICAL
WARNING = Severity.WARNING

# Of a cluster 1 where a person stopped each resource of the kind: target-role (its own, its group's, its clone's),
# stop-all-resources, a ticket. A resource counts as stopped as soon as one host says so.
ALL_DISABLED = "min by (cluster) (max by (cluster, resource) ({kind})) == 1"
NO_ADDRESS = ALL_DISABLED.format(kind=ADDRESS)
NO_HAPROXY = ALL_DISABLED.format(kind=HAPROXY)
# Nodes that at least one host with a DC does not see online.
OFFLINE = f"""
min by (cluster, node) (
  ha_cluster_pacemaker_nodes{{status="online", type!="remote"}} == 0 and on (cluster, instance) {JOINED}
)
"""
# Hosts of a part that has no quorum and stops for that reason, while another part has it: it acts on nothing, and
# believes of the others what it can't know. `ignore` and `freeze` let such a part go on.
IDLE = """
max by (cluster, instance) (ha_cluster_pacemaker_with_quorum) == 0
and on (cluster, instance) ha_cluster_pacemaker_cluster_options_info{no_quorum_policy!~"ignore|freeze"}
and on (cluster) max by (cluster) (ha_cluster_pacemaker_with_quorum) == 1
"""
# Nodes whose own host answers and has a DC.
ALIVE = f'ha_cluster_corosync_member_votes{{local="true"}} and on (cluster, instance) {JOINED}'

GROUP = Group(
    "pacemaker",
    about="""
    What Pacemaker says. A view counts only where its host knows of a DC and has joined, and is not of a part that
    stopped for lack of quorum while another has it: else all nodes look offline and all resources stopped. Times, at
    the least:
      10 s   an ordinary move or election is over by then (PacemakerResourceNotRunning, …NodeOffline, …)
      15 s   of nodes that are restarted in order one after the other, as two scrapes show them (PacemakerSplitBrain)
      20 s   a constraint that `move` made and that is still there is left behind
      10 s and more: a cause keeps firing (keep_firing_for) for longer than what it explains, which may end later
    """,
    rules=(
        Recording(
            JOINED,
            f"""
            max by (cluster, instance) (ha_cluster_pacemaker_dc_present) == 1
            unless on (cluster, instance) (
              ha_cluster_pacemaker_nodes{{status="online"}} == 0
              and on (cluster, instance, node) ha_cluster_corosync_member_votes{{local="true"}}
            )
            unless on (cluster, instance) ({IDLE.strip()})
            """,
            why="""Hosts whose view counts. One that has just been started knows the DC of before from its disk; until it has
            joined, its own Pacemaker does not call it online. A part without quorum that does nothing knows nothing of
            the part that has it.""",
        ),
        Recording(
            DISABLED_ADDRESSES,
            f"""
            count by (cluster) (max by (cluster, resource) ({ADDRESS} == 1))
            unless on (cluster) (
              count by (cluster) (max by (cluster, resource) ({ADDRESS}) == 0)
              > on (cluster) sum by (cluster) (max by (cluster, vip) (vip_bound))
            )
            """,
            why="Disabled addresses, of clusters in which as many addresses are held as are enabled: none is missing.",
        ),
        Recording(
            DISABLED_HAPROXY,
            NO_HAPROXY,
            why="Clusters whose HAProxies are all disabled.",
        ),
        Recording(
            DISABLED_SERVICE,
            f"{NO_ADDRESS} or on (cluster) {NO_HAPROXY}",
            why="""Clusters where a person stopped what clients need, every address or every HAProxy: what depends on it is
            stopped too, and no other fault can hurt a client.""",
        ),
        Alert(
            "PacemakerSplitBrain",
            CRITICAL,
            f"""
            (
              count by (cluster) (
                count by (cluster, node) (ha_cluster_pacemaker_dc_info and on (cluster, instance) {JOINED})
              ) > 1
              or count by (cluster) ({OFFLINE} and on (cluster, node) ({ALIVE})) > 0
            )
            unless on (cluster) ({HELD_TWICE})
            """,
            hold=15,
            keep=35,
            summary="$cluster: Pacemaker is split, its halves act on their own",
            description="""
            For <for> the hosts of $cluster have not agreed on one cluster; DCs named: <coordinators>; alive but
            seen offline by others: <offline>. Each half may start every resource, the address too: clients
            then reach one or the other.
            """,
            parts={
                "coordinators": names(
                    "count by (node) (ha_cluster_pacemaker_dc_info{cluster=$cluster})", "node"
                ),
                "offline": names(
                    f"min by (node) (ha_cluster_pacemaker_nodes{{cluster=$cluster, status='online', type!='remote'}} and on (cluster, instance) {JOINED}) == 0",
                    "node",
                    none="none",
                ),
            },
            dashboard="failover-cluster",
            why="Where both halves have the address bound, VIPSplitBrain is about to fire: one page for one split.",
        ),
        Alert(
            "PacemakerNoQuorum",
            CRITICAL,
            NO_QUORUM,
            hold=10,
            keep=30,
            summary="$cluster: no part of the cluster has quorum",
            description="""
            For <for> no host of $cluster has been in a part with quorum. Pacemaker starts nothing and, with
            no-quorum-policy=stop, stops what runs: clients can't connect, or the next fault takes them out. Nodes
            without the vote of a quorum device: <voteless>.
            """,
            parts={
                "voteless": names(
                    "min by (node) (ha_cluster_corosync_qdevice_votes{cluster=$cluster}) == 0",
                    "node",
                    none="none",
                ),
            },
            dashboard="failover-cluster",
        ),
        Alert(
            "PacemakerNodeUnclean",
            CRITICAL,
            f"""
            max by (cluster, node) (
              ha_cluster_pacemaker_nodes{{status="unclean"}} == 1 and on (cluster, instance) {JOINED}
            )
            unless on (cluster, node) label_replace(
              ha_cluster_pacemaker_fence_events{{status="pending"}}
              unless ha_cluster_pacemaker_fence_events{{status="pending"}} offset 1m
              unless on (cluster, target) ha_cluster_pacemaker_fence_events{{status="failed"}}
              and on (cluster) min by (cluster) (max by (cluster, vip) (vip_bound)) == 1,
              "node", "$1", "target", "(.+)"
            )
            unless on (cluster) max by (cluster) (ha_cluster_pacemaker_stonith_enabled) == 0
            """,
            hold=5,
            keep=25,
            summary="$cluster: $node is unclean",
            description="""
            The DC of $cluster does not know what $node still does, and waits until it is fenced or says so
            itself. What ran there is started nowhere else until then: if it was the address, clients are
            out or at the mercy of that node.
            """,
            dashboard="failover-cluster",
            why="""A node that is being fenced is unclean until that is done, by SBD for 10 s and more: nobody's task where the
            addresses are held elsewhere, unless a fencing of it failed, or takes longer than a minute. Without fencing
            nothing waits: what ran there is started elsewhere, and VIPSplitBrain tells where both run.""",
        ),
        Alert(
            "PacemakerResourceNotRunning",
            CRITICAL,
            f"""
            {STOPPED}
            and on (cluster, resource) ha_cluster_pacemaker_resources{{managed="true", status="active"}}
            unless on (cluster) {DISABLED_SERVICE}
            """,
            hold=10,
            keep=20,
            summary="$cluster: $resource runs nowhere",
            description="""
            For <for> $resource of $cluster has run on no node, though Pacemaker manages it. Failed
            operations: <tasks>. If it is the address or HAProxy, clients can't connect.
            """,
            parts={
                "tasks": names(
                    "max by (node, task) (ha_cluster_pacemaker_failed_operations{cluster=$cluster, resource=$resource}) > 0",
                    "task",
                    each="$task on $node",
                    none="none",
                ),
            },
            dashboard="failover-cluster",
        ),
        Alert(
            "PacemakerResourceDisabled",
            WARNING,
            """
            group by (cluster, resource) (ha_cluster_pacemaker_resource_disabled == 1)
            and on (cluster, resource) failover_moves_total
            """,
            hold=10,
            summary="$cluster: $resource is disabled",
            description="""
            Somebody disabled $resource of $cluster (target-role, its own or that of its group or clone;
            stop-all-resources), or its ticket is not held: Pacemaker keeps it stopped on every node.
            Addresses that no host holds: <vips>. If it is the address or HAProxy, clients can't connect
            until it is enabled; no page says so.
            """,
            parts={
                "vips": names("max by (vip) (vip_bound{cluster=$cluster}) == 0", "vip", none="none"),
            },
            dashboard="failover-cluster",
            why="""Of what the exporter watches: the addresses, and what is grouped or colocated with them. Each has its counter of
            moves from the start.""",
        ),
        Alert(
            "PacemakerNodeOffline",
            WARNING,
            OFFLINE,
            hold=10,
            summary="$cluster: $node is offline",
            description="""
            $node of $cluster has been offline for <for>: {{ with printf
            "max(ha_cluster_pacemaker_nodes{cluster='%s', node='%s', status='expected_up'}) == 1"
            $labels.cluster $labels.node | query -}} it was lost{{ else }}it was stopped in order<fenced>{{ end }}.
            Nothing can move there; clients feel the next fault in full.
            """,
            parts={
                "fenced": first(
                    "max(ha_cluster_pacemaker_fence_events{cluster=$cluster, target=$node, action!~'on|unfencing', status='success'}) > 0",
                    ", or fenced",
                ),
            },
            dashboard="failover-cluster",
        ),
        Alert(
            "PacemakerNodeStandby",
            WARNING,
            """
            max by (cluster, node) (ha_cluster_pacemaker_nodes{status=~"standby|standby_onfail"} == 1)
            """,
            hold=10,
            summary="$cluster: $node is in standby",
            description="""
            $node of $cluster is in standby and runs nothing. Clients feel nothing now; if the other node
            fails, nothing takes over.
            """,
            dashboard="failover-cluster",
        ),
        Alert(
            "PacemakerMaintenanceMode",
            WARNING,
            """
            max by (cluster) (
              ha_cluster_pacemaker_maintenance_mode_enabled == 1
              or ha_cluster_pacemaker_nodes{status="maintenance"} == 1
            )
            """,
            hold=10,
            summary="$cluster: maintenance mode is on",
            description="""
            Pacemaker of $cluster, or of one of its nodes, is in maintenance: it starts, restarts and moves
            nothing there. Clients feel nothing now; the next fault stays until a person mends it.
            """,
            dashboard="failover-cluster",
        ),
        Alert(
            "PacemakerResourceFailures",
            WARNING,
            """
            max by (cluster, node, resource) (ha_cluster_pacemaker_fail_count > 0)
            or max by (cluster, node, resource) (ha_cluster_pacemaker_failed_operations > 0)
            """,
            hold=5,
            summary="$cluster: $resource failed on $node",
            description="""
            $resource of $cluster has failed $value times on $node (+Inf: it could not be started or
            stopped). At the migration threshold, <value>, it may not run there any more until the failures
            are cleaned up.
            """,
            parts={
                "value": first(
                    "max(ha_cluster_pacemaker_migration_threshold{cluster=$cluster, node=$node, resource=$resource})",
                    "$value",
                    none="which is not known",
                ),
            },
            dashboard="failover-cluster",
        ),
        Alert(
            "PacemakerLeftoverConstraint",
            WARNING,
            """
            max by (cluster, constraint, node, resource) (ha_cluster_pacemaker_leftover_constraints == 1)
            """,
            hold=20,
            summary="$cluster: a move of $resource left the constraint $constraint behind",
            description="""
            $constraint of $cluster ties $resource to $node or bars it from there. Clients feel nothing now;
            the next failover may go the wrong way, or not happen.
            """,
            dashboard="failover-cluster",
        ),
    ),
)
