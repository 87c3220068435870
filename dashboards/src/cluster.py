"""Pacemaker and Corosync: could the pair fail over now, and what would keep it from doing so?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import facts, theme
from dashboards.src.page import Page
from dashboards.src.panels import About, Column, Panel, Query, lines, merged, numbers, rows, states
from dashboards.src.promql import by_host, coded, lately, or_zero, pick
from dashboards.src.theme import ACTIVE, BAD, CHANGING, CONNECTED, REDUCED, WELL

SOME = ((None, WELL), (1, REDUCED))


def page() -> Page:
    made = Page(
        "failover-cluster",
        "Could the pair fail over now, and what would keep it from doing so?",
        "now-3h",
    )
    top = (able(), quorum(), dc(), maintenance(), fencing(), links_lost(), failed(), leftover())
    made.row("$cluster: could it fail over?", *((panel, 3) for panel in top), height=4)
    made.more((nodes(), 24), height=5)
    made.more((resources(), 24), height=7)
    made.row("$cluster: operations", (operations(), 14), (failures(), 10), height=9)
    made.more((durations(), 24), height=7)
    made.row("$cluster: Corosync", (links(), 12), (latency(), 12), height=7)
    made.more((tokens(), 12), (scheduling(), 12), height=7)
    made.row("$cluster: configuration", (risks(), 8), (constraints(), 8), (flags(), 8), height=7)
    return made


def able() -> Panel:
    return numbers(
        About(
            "Nodes that can take over",
            """Seen online by everybody, and in neither standby, maintenance nor trouble. With one, the next
            fault is an outage. In a split it is 0: neither half can help the other.""",
            ("PacemakerNodeOffline", "PacemakerNodeStandby", "PacemakerNodeUnclean"),
        ),
        Query(facts.ABLE, "can take over", instant=True),
        Query(facts.NODES, "configured", instant=True),
        limits=((None, BAD), (1, REDUCED), (2, WELL)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        by_name={"configured": ((None, ACTIVE),)},
    )


def quorum() -> Panel:
    votes = pick("ha_cluster_corosync_quorate")
    believed = pick("ha_cluster_pacemaker_with_quorum")
    return numbers(
        About(
            "Quorum",
            """No: Pacemaker stops what it runs, unless it is told to ignore that. With two nodes both
            halves of a split say yes.""",
            ("PacemakerNoQuorum",),
        ),
        Query(f"min by (cluster) ({votes})", "Corosync", instant=True),
        Query(f"min by (cluster) ({believed})", "Pacemaker", instant=True),
        states=theme.QUORUM,
        shows=BigValueTextMode.VALUE_AND_NAME,
    )


def dc() -> Panel:
    known = f"group by (cluster, node) ({pick('ha_cluster_pacemaker_dc_info')})"
    return numbers(
        About(
            "Decides (DC)",
            """The node that decides for the cluster. Two names: two halves, and each decides for itself.""",
            ("PacemakerSplitBrain",),
        ),
        Query(f"{known} * on (cluster) group_left () count by (cluster) ({known})", "{{node}}", instant=True),
        limits=((None, ACTIVE), (2, BAD)),
        shows=BigValueTextMode.NAME,
    )


def maintenance() -> Panel:
    return numbers(
        About(
            "Pacemaker",
            """In maintenance mode it starts, stops and moves nothing, whatever fails.""",
            ("PacemakerMaintenanceMode",),
        ),
        Query(
            f"max by (cluster) ({pick('ha_cluster_pacemaker_maintenance_mode_enabled')})",
            "maintenance",
            instant=True,
        ),
        states=theme.ACTS,
        shows=BigValueTextMode.VALUE,
    )


def fencing() -> Panel:
    return numbers(
        About(
            "Fencing",
            """Off: when the nodes lose sight of each other, both run everything, and nobody ends one of
            them.""",
            ("PacemakerFencingDisabled",),
        ),
        Query(f"min by (cluster) ({pick('ha_cluster_pacemaker_stonith_enabled')})", "fencing", instant=True),
        states=theme.FENCING,
        shows=BigValueTextMode.VALUE,
    )


def links_lost() -> Panel:
    return numbers(
        About(
            "Links lost",
            """Corosync's links over which a node does not hear its peer, each direction by itself. All of
            them: the nodes are apart.""",
            ("CorosyncLinkDown",),
        ),
        Query(
            f"sum by (cluster) ({pick('ha_cluster_corosync_link_connected')} == bool 0)", "lost", instant=True
        ),
        limits=SOME,
        shows=BigValueTextMode.VALUE,
    )


def failed() -> Panel:
    listed = pick("ha_cluster_pacemaker_failed_operations")
    total = f"sum by (cluster) (max by (cluster, node, resource, task) ({listed}))"
    return numbers(
        About(
            "Failed operations",
            """Those that Pacemaker still lists. They count towards the limit at which a resource has to
            leave its node: look into them, then crm resource cleanup.""",
            ("PacemakerResourceFailures",),
        ),
        Query(or_zero(total, facts.PACEMAKER), "listed", instant=True),
        limits=SOME,
        shows=BigValueTextMode.VALUE,
    )


def leftover() -> Panel:
    left = f"count by (cluster) (group by (cluster, constraint) ({pick(LEFTOVER)}))"
    return numbers(
        About(
            "Forgotten moves",
            """Constraints that crm resource move or ban left behind: they hold the resource where it is, or
            keep it away, also in the next failover. crm resource clear removes them.""",
            ("PacemakerLeftoverConstraint",),
        ),
        Query(or_zero(left, facts.PACEMAKER), "left", instant=True),
        limits=SOME,
        shows=BigValueTextMode.VALUE,
    )


LEFTOVER = "ha_cluster_pacemaker_leftover_constraints"


def nodes() -> Panel:
    def any_says(*status: str) -> str:
        return f"max by (cluster, node) ({pick('ha_cluster_pacemaker_nodes', status=status)})"

    cases = {
        theme.NODE_UNCLEAN: any_says("unclean"),
        theme.NODE_OFFLINE: f"({any_says('online')} == bool 0)",
        theme.NODE_DISPUTED: f"(min by (cluster, node) ({facts.ONLINE}) == bool 0)",
        theme.NODE_PENDING: any_says("pending"),
        theme.NODE_MAINTENANCE: any_says("maintenance"),
        theme.NODE_STANDBY: any_says("standby", "standby_onfail"),
        theme.NODE_ONLINE: any_says("online"),
    }
    return states(
        About(
            "Nodes",
            """As the balancers that can ask Pacemaker are told. Online for one and offline for the other: a
            split, each half believes that it is left alone. Unclean: it may still run things, and nobody
            knows.""",
            ("PacemakerNodeOffline", "PacemakerNodeUnclean", "PacemakerNodeStandby"),
        ),
        Query(coded(cases), "{{node}}"),
        states=theme.NODE,
    )


def resources() -> Panel:
    def here(**labels: str) -> str:
        known = pick("ha_cluster_pacemaker_resources", node=(".+",), **labels)
        return f"max by (cluster, resource, node) ({known})"

    cases = {
        theme.RESOURCE_BLOCKED: here(status="blocked"),
        theme.RESOURCE_FAILED: here(status="failed"),
        theme.RESOURCE_UNMANAGED: here(status="active", managed="false"),
        theme.RESOURCE_ACTIVE: here(status="active", managed="true"),
    }
    nowhere = f"max by (cluster, resource) ({pick('ha_cluster_pacemaker_resource_running_nodes')}) == bool 0"
    return states(
        About(
            "Resources",
            """A row for each resource on each node that ran it. A clone runs on several at once. Blocked:
            Pacemaker gave up and waits for a person.""",
            ("PacemakerResourceNotRunning", "PacemakerResourceFailures"),
        ),
        Query(coded(cases), "{{resource}} on {{node}}"),
        Query(coded({theme.RESOURCE_NOWHERE: f"({nowhere})"}), "{{resource}}"),
        states=theme.RESOURCE,
    )


def operations() -> Panel:
    by = "cluster, resource, node, task, interval"
    told = "ha_cluster_pacemaker_operation_"
    return rows(
        About(
            "Operations",
            """The last result of each. rc 0: well; 7: not running, as it should be where it is stopped; 8
            and 9: promoted; 193: under way; others failed. Slow ones lengthen each failover.""",
            ("PacemakerResourceFailures",),
        ),
        *(
            Query(f"max by ({by}) ({pick(told + what)}){scale}", instant=True, table=True)
            for what, scale in (
                ("rc", ""),
                ("exec_seconds", ""),
                ("queue_seconds", ""),
                ("last_change_timestamp_seconds", " * 1000"),
            )
        ),
        steps=(merged(),),
        columns={
            "resource": Column("Resource"),
            "node": Column("Node"),
            "task": Column("Task", width=90),
            "interval": Column("Every", width=70),
            "Value #A": Column("rc", width=60),
            "Value #B": Column("Took", unit="s", limits=((None, WELL), (5, REDUCED)), width=90),
            "Value #C": Column("Waited", unit="s", width=90),
            "Value #D": Column("Since", unit="dateTimeAsLocalNoDateIfToday", width=160),
        },
    )


def failures() -> Panel:
    by = "cluster, resource, node"
    return rows(
        About(
            "Failures and their limit",
            """Failures of each resource on each node since the last cleanup. At the limit it has to leave;
            ∞: it failed to start or stop, and may not come back. A limit of 1000000 is never.""",
            ("PacemakerResourceFailures",),
        ),
        Query(f"max by ({by}) ({pick('ha_cluster_pacemaker_fail_count')})", instant=True, table=True),
        Query(
            f"max by ({by}) ({pick('ha_cluster_pacemaker_migration_threshold')})", instant=True, table=True
        ),
        steps=(merged(),),
        columns={
            "resource": Column("Resource"),
            "node": Column("Node"),
            "Value #A": Column("Failures", limits=SOME, width=90),
            "Value #B": Column("Limit", width=90),
        },
    )


def durations() -> Panel:
    took = pick("ha_cluster_pacemaker_operation_exec_seconds")
    return lines(
        About(
            "How long operations take",
            """The agent's own time, the last time it ran. Start and stop are part of every failover; a
            monitor that grows towards its timeout is a failure to come.""",
            ("PacemakerResourceFailures", "FailoverSlow"),
        ),
        Query(f"max by (cluster, resource, node, task) ({took})", "{{task}} {{resource}} on {{node}}"),
        unit="s",
    )


def links() -> Panel:
    heard = by_host(pick("ha_cluster_corosync_link_connected"))
    return states(
        About(
            "Corosync's links",
            """Which node hears which, over which link (its number). One of two lost: redundancy is gone.
            The only one lost: the nodes are apart.""",
            ("CorosyncLinkDown", "CorosyncLinkFlapping"),
        ),
        Query(f"min by (cluster, host, node, link) ({heard})", "{{host}} ← {{node}} ({{link}})"),
        states=CONNECTED,
    )


def latency() -> Panel:
    def of(stat: str) -> str:
        measured = by_host(pick("ha_cluster_corosync_link_latency_seconds", stat=stat))
        return f"max by (cluster, host, node, link) ({measured})"

    return lines(
        About(
            "Latency of the links",
            """Corosync's own pings: moving average, and the longest since the link came up. Far below the
            token's timeout is well.""",
            ("CorosyncLinkFlapping",),
        ),
        Query(of("avg"), "{{host}} → {{node}} ({{link}})"),
        Query(of("max"), "{{host}} → {{node}} ({{link}}), longest"),
        unit="s",
    )


def tokens() -> Panel:
    return lines(
        About(
            "Tokens lost",
            """How often around that time, by the phase in which it was lost. operational: a peer or the
            network went away. Failed agreements and messages sent again, too: a network that loses
            packets.""",
            ("CorosyncTokenLoss",),
        ),
        Query(f"sum by (cluster, phase) ({lately('ha_cluster_corosync_token_lost_total')})", "in {{phase}}"),
        Query(f"sum by (cluster) ({lately('ha_cluster_corosync_consensus_timeouts_total')})", "no agreement"),
        Query(f"sum by (cluster) ({lately('ha_cluster_corosync_retransmits_total')})", "messages sent again"),
        unit="short",
        drawn="areas",
        colors={
            "in operational": BAD,
            "in gather": REDUCED,
            "no agreement": ACTIVE,
            "messages sent again": CHANGING,
        },
    )


def scheduling() -> Panel:
    longest = by_host(pick("ha_cluster_corosync_scheduling_miss_max_seconds"))
    timeout = pick("ha_cluster_corosync_token_timeout_seconds")
    return lines(
        About(
            "Corosync waited for the CPU",
            """The longest it was not scheduled, beside the time after which its peers take it for dead.
            Near that line, the next busy moment is a false failover.""",
            ("CorosyncNotScheduled",),
        ),
        Query(f"max by (cluster, host) ({longest})", "{{host}}"),
        Query(f"min by (cluster) ({timeout})", "token timeout", limit=True),
        unit="s",
    )


def risks() -> Panel:
    options = pick("ha_cluster_pacemaker_cluster_options_info")
    by = "no_quorum_policy, stonith_enabled, stop_all_resources, symmetric_cluster"
    return rows(
        About(
            "Options",
            """How Pacemaker is told to act. no-quorum-policy ignore is usual with two nodes; without
            fencing a split then runs everything twice.""",
            ("PacemakerFencingDisabled",),
        ),
        Query(f"group by (cluster, {by}) ({options})", instant=True, table=True),
        columns={
            "no_quorum_policy": Column("Without quorum"),
            "stonith_enabled": Column("Fencing"),
            "stop_all_resources": Column("Stop everything"),
            "symmetric_cluster": Column("Runs anywhere"),
        },
    )


def constraints() -> Panel:
    score = pick("ha_cluster_pacemaker_location_constraints")
    return rows(
        About(
            "Where resources like to run",
            """Location constraints and their scores; negative: shuns the node; ±∞: must, must not. Names
            that begin with cli- are forgotten moves.""",
            ("PacemakerLeftoverConstraint",),
        ),
        Query(f"max by (cluster, constraint, resource, node, role) ({score})", instant=True, table=True),
        columns={
            "constraint": Column("Constraint"),
            "resource": Column("Resource"),
            "node": Column("Node"),
            "Value": Column("Score", width=80),
        },
    )


def flags() -> Panel:
    told = by_host(pick("ha_cluster_corosync_flags"))
    return states(
        About(
            "Flags of the quorum",
            """2Node: one vote is enough. WaitForAll: after a start both have to have been seen. Quorate:
            this half may act.""",
            ("PacemakerNoQuorum",),
        ),
        Query(f"max by (cluster, host, flag) ({told})", "{{flag}} on {{host}}"),
        states=(theme.State(1, "set", ACTIVE),),
    )
