"""Pacemaker's nodes, resources and operations, and how it is configured: panels of the cluster."""

from dashboards.src import facts, takeover, theme
from dashboards.src.panels import About, Column, Panel, Query, lines, merged, rows, states
from dashboards.src.promql import coded, pick
from dashboards.src.theme import ACTIVE, BY_HAND, REDUCED, WELL

SOME = ((None, WELL), (1, REDUCED))


def nodes() -> Panel:
    def any_reports(*status: str) -> str:
        return (
            f"max by (cluster, node) ({facts.as_joined(pick('ha_cluster_pacemaker_nodes', status=status))})"
        )

    cases = {
        theme.NODE_UNCLEAN: any_reports("unclean"),
        theme.NODE_OFFLINE: f"({any_reports('online')} == bool 0)",
        theme.NODE_DISPUTED: f"(min by (cluster, node) ({facts.as_joined(facts.ONLINE)}) == bool 0)",
        theme.NODE_PENDING: any_reports("pending"),
        theme.NODE_MAINTENANCE: any_reports("maintenance"),
        theme.NODE_STANDBY: any_reports("standby", "standby_onfail"),
        theme.NODE_ONLINE: any_reports("online"),
    }
    return states(
        About(
            "Nodes",
            """As reported by each balancer that has joined the cluster and knows a DC; a gap: there is none.
            Online for one and offline for the other: a split. Unclean: what it still runs is not known, and
            it has to be fenced.""",
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
    disabled = f"max by (cluster, resource) ({pick('ha_cluster_pacemaker_resource_disabled')})"
    absent = {theme.RESOURCE_DISABLED: disabled, theme.RESOURCE_NOWHERE: f"({nowhere})"}
    return states(
        About(
            "Resources",
            """A row for each resource on each node that ran it. A clone runs on several at once. Blocked:
            Pacemaker gave up and waits for a person. Disabled: somebody wants it stopped.""",
            ("PacemakerResourceNotRunning", "PacemakerResourceFailures", "PacemakerResourceDisabled"),
        ),
        Query(coded(cases), "{{resource}} on {{node}}"),
        Query(coded(absent), "{{resource}}"),
        states=theme.RESOURCE,
    )


def takeovers() -> Panel:
    return takeover.ready(
        About(
            "Would it be taken over?",
            """Pacemaker's own scheduler, asked after each change what it would do if a node were lost.
            Nowhere: the next fault is an outage; the reason is beside.""",
            ("FailoverNotReady",),
        )
    )


def targets() -> Panel:
    about = About(
        "If a node were lost now",
        """Where Pacemaker would run what runs there, or why nowhere: the other nodes are in standby or
        maintenance, offline, banned, failed too often; no quorum; it waits for fencing.""",
        ("FailoverNotReady", "PacemakerNodeStandby", "PacemakerLeftoverConstraint"),
    )
    return takeover.targets(about, "Resource", "Would run on")


def operations() -> Panel:
    by = "cluster, resource, node, task, interval"
    prefix = "ha_cluster_pacemaker_operation_"
    return rows(
        About(
            "Operations",
            """The last result of each. rc 0: success; 7: not running, as it should be where it is stopped; 8
            and 9: promoted; 193: pending; others failed. Slow ones lengthen each failover.""",
            ("PacemakerResourceFailures",),
        ),
        *(
            Query(f"max by ({by}) ({pick(prefix + what)}){scale}", instant=True, table=True)
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


def _took(*tasks: str) -> str:
    """Without the monitor operations that only found out what runs, when a node joined."""
    return pick("ha_cluster_pacemaker_operation_exec_seconds", task=tasks)


def durations() -> Panel:
    tasks = {"start": ACTIVE, "stop": REDUCED, "promote": WELL, "demote": BY_HAND}
    return lines(
        About(
            "How long starts and stops take",
            """Execution time of the agent, the last time it ran, on the node where it took longest. They are
            parts of every failover, one after the other.""",
            ("FailoverSlow", "FailoverSlowerThanPromised"),
        ),
        Query(f"max by (cluster, resource, task) ({_took(*tasks)})", "{{task}} {{resource}}"),
        unit="s",
        starts=tasks,
        listed=True,
    )


def monitors() -> Panel:
    return lines(
        About(
            "How long monitors take",
            """Execution time of the agent's monitor, the last time that its result changed. One that grows
            towards its timeout is about to fail, and to cause a failover.""",
            ("PacemakerResourceFailures",),
        ),
        Query(f"max by (cluster, resource, node) ({_took('monitor')})", "{{resource}} on {{node}}"),
        unit="s",
        listed=True,
    )


def risks() -> Panel:
    options = pick("ha_cluster_pacemaker_cluster_options_info")
    by = "no_quorum_policy, stonith_enabled, stop_all_resources, symmetric_cluster"
    return rows(
        About(
            "Options",
            """Cluster options. no-quorum-policy ignore is usual with two nodes; without fencing a split then
            runs everything twice.""",
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
            "Location constraints",
            """With their scores; negative: avoids the node; ±∞: must, must not. Names that begin with cli-
            were left behind by a move.""",
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
