"""Pacemaker and Corosync: could the pair fail over now, and what would keep it from doing so?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import checks, corosync, facts, pacemaker, theme
from dashboards.src.page import Page
from dashboards.src.panels import About, Panel, Query, numbers
from dashboards.src.promql import or_zero, pick
from dashboards.src.theme import ACTIVE, BAD, REDUCED, WELL

SOME = ((None, WELL), (1, REDUCED))
LEFTOVER = "ha_cluster_pacemaker_leftover_constraints"


def page() -> Page:
    made = Page(
        "failover-cluster",
        "Could the pair fail over now, and what would keep it from doing so?",
        "now-3h",
    )
    top = (able(), quorum(), dc(), maintenance(), fencing(), links_lost(), failed(), leftover())
    made.row("$cluster: could it fail over?", *((panel, 3) for panel in top), height=4)
    made.more((pacemaker.takeovers(), 12), (pacemaker.targets(), 12), height=6)
    made.more((checks.checks(), 12), (checks.lacking(), 12), height=7)
    made.more((pacemaker.nodes(), 24), height=5)
    made.more((pacemaker.resources(), 24), height=7)
    made.row("$cluster: operations", (pacemaker.operations(), 14), (pacemaker.failures(), 10), height=9)
    made.more((pacemaker.durations(), 12), (pacemaker.monitors(), 12), height=7)
    made.row("$cluster: Corosync", (corosync.links(), 12), (corosync.latency(), 12), height=7)
    made.more((corosync.tokens(), 12), (corosync.scheduling(), 12), height=7)
    made.row(
        "$cluster: configuration",
        (pacemaker.risks(), 8),
        (pacemaker.constraints(), 8),
        (corosync.flags(), 8),
        height=7,
    )
    return made


def able() -> Panel:
    return numbers(
        About(
            "Nodes that can take over",
            """Online for every balancer, and not in standby, maintenance, pending, unclean or shutting down.
            With one, the next fault is an outage. In a split it is 0: neither half can take over from the
            other.""",
            ("PacemakerNodeOffline", "PacemakerNodeStandby", "PacemakerNodeUnclean"),
        ),
        Query(facts.ABLE, "can take over", instant=True),
        Query(facts.NODES, "configured", instant=True),
        limits=((None, BAD), (1, REDUCED), (2, WELL)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        by_name={"configured": ((None, ACTIVE),)},
    )


def quorum() -> Panel:
    quorate = pick("ha_cluster_corosync_quorate")
    with_quorum = pick("ha_cluster_pacemaker_with_quorum")
    return numbers(
        About(
            "Quorum",
            """No: Pacemaker stops what it runs, unless no-quorum-policy says otherwise. With two nodes both
            halves of a split report yes.""",
            ("PacemakerNoQuorum", "CorosyncQdeviceLost"),
        ),
        Query(f"min by (cluster) ({quorate})", "Corosync", instant=True),
        Query(f"min by (cluster) ({with_quorum})", "Pacemaker", instant=True),
        states=theme.QUORUM,
        shows=BigValueTextMode.VALUE_AND_NAME,
    )


def dc() -> Panel:
    known = f"group by (cluster, node) ({pick('ha_cluster_pacemaker_dc_info')})"
    return numbers(
        About(
            "DC",
            """The designated controller, which decides for the cluster. Two names: a split, each half decides
            for itself.""",
            ("PacemakerSplitBrain",),
        ),
        Query(f"{known} * on (cluster) group_left () count by (cluster) ({known})", "{{node}}", instant=True),
        limits=((None, ACTIVE), (2, BAD)),
        shows=BigValueTextMode.NAME,
    )


def maintenance() -> Panel:
    return numbers(
        About(
            "Maintenance mode",
            """On, for the cluster or for one of its nodes: there Pacemaker starts, stops and moves nothing,
            whatever fails.""",
            ("PacemakerMaintenanceMode",),
        ),
        Query(
            f"max by (cluster) ({pick('ha_cluster_pacemaker_maintenance_mode_enabled')}"
            f" or {pick('ha_cluster_pacemaker_nodes', status='maintenance')})",
            "maintenance",
            instant=True,
        ),
        states=theme.MAINTENANCE,
        shows=BigValueTextMode.VALUE,
    )


def fencing() -> Panel:
    return numbers(
        About(
            "Fencing",
            """Off: when the nodes lose each other, both run everything, and nothing stops one of them.""",
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
            """Corosync's links over which a node does not hear its peer, each direction counted. All of
            them: the nodes are separated.""",
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
            """Those that Pacemaker still lists. They count towards the migration threshold, at which a
            resource has to leave its node: find the reason, then crm resource cleanup.""",
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
            "Leftover constraints",
            """Those that crm resource move or ban left behind: they hold the resource where it is, or keep it
            away, also in the next failover. crm resource clear removes them.""",
            ("PacemakerLeftoverConstraint",),
        ),
        Query(or_zero(left, facts.PACEMAKER), "left", instant=True),
        limits=SOME,
        shows=BigValueTextMode.VALUE,
    )
