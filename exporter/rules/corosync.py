"""Corosync's links, token and quorum device."""

from exporter.rules.rule import Alert, Group, Severity, Threshold
from exporter.rules.texts import names

WARNING = Severity.WARNING

# Hosts of a part without quorum, while another part has it.
OUTVOTED = """
(
  ha_cluster_corosync_quorate == 0
  and on (cluster) max by (cluster) (ha_cluster_corosync_quorate) == 1
)
""".strip()

GROUP = Group(
    "corosync",
    about="""
    Corosync's links, token and quorum device. What is counted fires for a minute after it happened: the window [1m]
    of the rules below. Times, at the least:
      10 s   a link is down for longer than one that was just set up
      15 s   a quorum device that reconnects to its server is back by then; what a lost token leads to has fired, so
             that the token is told with it (CorosyncTokenLoss)
       5 m   in which a link's losses are counted for CorosyncLinkFlapping
    """,
    thresholds={
        "link_flapping": Threshold(2, "losses of one link in 5 minutes; a peer that restarts makes one"),
    },
    rules=(
        Alert(
            "CorosyncLinkDown",
            WARNING,
            """
            min by (cluster, link, node) (ha_cluster_corosync_link_connected == 0)
            """,
            hold=10,
            summary="$cluster: Corosync link $link to $node is down",
            description="""
            For <for> $node of $cluster has not been heard over link $link; links to it that work: <links>.
            Without a link the nodes take each other for dead; clients feel nothing as long as one is left.
            """,
            parts={
                "links": names(
                    "min by (link) (ha_cluster_corosync_link_connected{cluster=$cluster, node=$node}) == 1",
                    "link",
                    none="none",
                ),
            },
            dashboard="failover-cluster",
        ),
        Alert(
            "CorosyncLinkFlapping",
            WARNING,
            """
            max by (cluster, link, node) (
              ha_cluster_corosync_link_down_total - min_over_time(ha_cluster_corosync_link_down_total[5m]) >= $link_flapping
              and ha_cluster_corosync_link_down_total > min_over_time(ha_cluster_corosync_link_down_total[1m])
            )
            """,
            event=60,
            summary="$cluster: Corosync link $link to $node comes and goes",
            description="""
            Link $link to $node of $cluster was lost $value times in <window 5m>: the network drops
            packets. Clients feel nothing until the token is lost too, then everything moves.
            """,
            dashboard="failover-cluster",
        ),
        Alert(
            "CorosyncTokenLoss",
            WARNING,
            """
            sum by (cluster, instance) (
              ha_cluster_corosync_token_lost_total - min_over_time(ha_cluster_corosync_token_lost_total[1m])
            ) > 0
            """,
            hold=15,
            event=60,
            summary="$cluster: Corosync on $instance lost the token",
            description="""
            Corosync on $instance of $cluster has lost the token $value times in the last <window 1m>: a peer, or
            the network to it, was gone for longer than the token's time. What the lost peer ran is moved,
            and clients feel that.
            """,
            dashboard="failover-cluster",
        ),
        Alert(
            "CorosyncQdeviceLost",
            WARNING,
            f"""
            min by (cluster) (
              (ha_cluster_corosync_qdevice_alive == 0 or ha_cluster_corosync_qdevice_votes == 0)
              unless on (cluster, instance) {OUTVOTED}
            )
            """,
            hold=15,
            summary="$cluster: the quorum device is lost",
            description="""
            For <for> nodes of $cluster have been without the vote of their quorum device (qdevice). Nodes
            without its daemon: <daemonless>; nodes without its vote: <voteless>. Clients feel nothing now; the
            vote is missing when the nodes lose each other, and then no half may go on.
            """,
            parts={
                "daemonless": names(
                    "min by (node) (ha_cluster_corosync_qdevice_alive{cluster=$cluster}) == 0",
                    "node",
                    none="none",
                ),
                "voteless": names(
                    "min by (node) (ha_cluster_corosync_qdevice_votes{cluster=$cluster}) == 0",
                    "node",
                    none="none",
                ),
            },
            dashboard="failover-cluster",
            why="Its daemon on a node, or its arbiter. A part whose arbiter supports the other one has no vote either: there the arbiter does what it is for.",
        ),
        Alert(
            "CorosyncNotScheduled",
            WARNING,
            """
            max by (cluster, instance) (
              ha_cluster_corosync_scheduling_miss_max_seconds
              and (
                ha_cluster_corosync_scheduling_misses > min_over_time(ha_cluster_corosync_scheduling_misses[1m])
                or ha_cluster_corosync_scheduling_miss_max_seconds
                > min_over_time(ha_cluster_corosync_scheduling_miss_max_seconds[1m])
              )
            )
            """,
            event=60,
            summary="$cluster: Corosync on $instance did not get the CPU in time",
            description="""
            In the last <window 1m> Corosync on $instance of $cluster waited for the CPU, at worst since its
            start for $value|duration. If it waits longer than the token's time, its peers take the node for
            dead and clients are moved for nothing.
            """,
            dashboard="failover-cluster",
            why="Corosync keeps the last ten only: at ten, only a longer one shows.",
        ),
    ),
)
