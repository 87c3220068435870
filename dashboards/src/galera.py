"""Galera: is there one Primary component, and does every node in it keep up?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import facts, theme
from dashboards.src import galera_pace as pace
from dashboards.src.galera_pace import BEHIND, BY_NODE, PAUSED, status
from dashboards.src.page import Page
from dashboards.src.panels import About, Panel, Query, lines, numbers, states
from dashboards.src.promql import coded, in_range, pick
from dashboards.src.theme import ACTIVE, BAD, REDUCED, WELL

LOST_TIME = ((None, WELL), (0.05, REDUCED), (0.3, BAD))


def page() -> Page:
    made = Page(
        "failover-galera",
        "Is there one Primary component, and does every node in it keep up?",
        "now-3h",
    )
    top = (primaries(), synced(), members_apart(), paused_now(), behind_now(), conflicts_now())
    made.row("$cluster: one, and whole?", *((panel, 4) for panel in top), height=4)
    made.more((nodes(), 24), height=5)
    made.more((quorum(), 12), (views(), 12), height=5)
    made.row("$cluster: does every node keep up?", (pace.paused(), 12), (pace.stopping(), 12), height=7)
    made.more((pace.received(), 12), (pace.waiting(), 12), height=7)
    made.more((pace.behind(), 12), (pace.latency(), 12), height=7)
    made.row("$cluster: writes", (pace.writes(), 12), (pace.conflicts(), 12), height=7)
    made.more((pace.settings(), 24), height=7)
    return made


def primaries() -> Panel:
    return numbers(
        About(
            "Primary components",
            """Those that really exist, by the views of all nodes asked. 1 is right. 0: no node takes
            queries. 2: each takes writes of its own, and the data diverges.""",
            ("GaleraNoPrimary", "GaleraSplitBrain"),
        ),
        Query(facts.PRIMARIES, "components", instant=True),
        limits=((None, BAD), (1, WELL), (2, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def synced() -> Panel:
    return numbers(
        About(
            "Nodes synced",
            """As a share of those configured. With a half or less, the next fault may take the quorum.""",
            ("GaleraNodeDown", "GaleraNodeNotSynced"),
        ),
        Query(facts.SYNCED_SHARE, "synced", instant=True),
        unit="percentunit",
        limits=((None, BAD), (0.51, REDUCED), (1, WELL)),
        shows=BigValueTextMode.VALUE,
    )


def members_apart() -> Panel:
    return numbers(
        About(
            "Cluster size",
            """wsrep_cluster_size of the node that sees the fewest members, and of the one that sees the most.
            If they differ for more than a moment, the group is split.""",
            ("GaleraSplitBrain", "GaleraNodeDown"),
        ),
        Query(f"min by (cluster) ({pick('galera_view_members')})", "smallest", instant=True),
        Query(f"max by (cluster) ({pick('galera_view_members')})", "largest", instant=True),
        limits=((None, BAD), (2, ACTIVE)),
        shows=BigValueTextMode.VALUE_AND_NAME,
    )


def paused_now() -> Panel:
    return numbers(
        About(
            "Flow control paused",
            """Share of the time in which flow control paused writes for a slow node, at the node that was
            paused most (wsrep_flow_control_paused_ns).""",
            ("GaleraFlowControl",),
        ),
        Query(f"max by (cluster) ({PAUSED})", "paused", instant=True),
        unit="percentunit",
        limits=LOST_TIME,
        shows=BigValueTextMode.VALUE,
    )


def behind_now() -> Panel:
    return numbers(
        About(
            "Apply lag, slowest node",
            """Write sets by which the slowest node is behind the newest (wsrep_last_committed). Nodes of two
            components can't be compared: look at the components first.""",
            ("GaleraNodeNotSynced", "GaleraFlowControl"),
        ),
        Query(f"max by (cluster) ({BEHIND})", "behind", instant=True),
        unit="short",
        limits=((None, WELL), (100, REDUCED), (10000, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def conflicts_now() -> Panel:
    def conflicts(name: str) -> str:
        return f"max by ({BY_NODE}) ({in_range(pace.STATUS + name)})"

    return numbers(
        About(
            "Certification failures",
            """In this time range: transactions that failed certification at commit, or were rolled back by a
            brute force abort, as another node wrote the same row first: error 1213.""",
            ("GaleraCertificationFailures",),
        ),
        Query(
            f"round(sum by (cluster) ({conflicts('local_cert_failures')} + {conflicts('local_bf_aborts')}))",
            "conflicts",
            instant=True,
        ),
        unit="short",
        limits=((None, WELL), (1, REDUCED), (10000, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def nodes() -> Panel:
    def in_state(*names: str) -> str:
        return f"max by ({BY_NODE}) ({pick('galera_node_state', state=names)})"

    def taken_out(how: str) -> str:
        return f"max by ({BY_NODE}) ({pick(f'galera_node_{how}')})"

    cases = {
        theme.GALERA_REJECTING: taken_out("rejects_queries"),
        theme.GALERA_MAINTENANCE: taken_out("maintenance"),
        theme.GALERA_READ_ONLY: taken_out("read_only"),
        theme.GALERA_SYNCED: in_state("synced"),
        theme.GALERA_DONOR: in_state("donor_desynced"),
        theme.GALERA_JOINED: in_state("joined"),
        theme.GALERA_JOINING: in_state("joining"),
        theme.GALERA_INITIALIZED: in_state("initialized"),
        theme.GALERA_FAILED: in_state("inconsistent", "destroyed", "joining_failed"),
        theme.GALERA_UNKNOWN: in_state("unknown"),
        theme.GALERA_SILENT: f"({facts.ASKED} == bool 0)",
    }
    return states(
        About(
            "Nodes",
            """wsrep_local_state_comment of each node, as read by whichever balancer reaches it. In no
            component: it refuses queries. Donor or desynced: it may fall behind without limit. Rejects
            queries, maintenance, read-only: somebody took it out of service. Not reachable: from neither
            balancer.""",
            ("GaleraNodeDown", "GaleraNodeNotSynced", "GaleraNodeOutOfService"),
        ),
        Query(coded(cases), "{{node}}"),
        states=theme.GALERA,
    )


def quorum() -> Panel:
    return states(
        About(
            "In a Primary component",
            """wsrep_cluster_status of each node. With two components that are both Primary, the number above
            is 2.""",
            ("GaleraNoPrimary", "GaleraSplitBrain"),
        ),
        Query(status("cluster_status"), "{{node}}"),
        states=theme.PRIMARY,
    )


def views() -> Panel:
    return lines(
        About(
            "Cluster size, by node",
            """wsrep_cluster_size: members in each node's view, itself included. Lines that diverge: the group
            splits. All fall by one: a node left.""",
            ("GaleraNodeDown", "GaleraSplitBrain"),
        ),
        Query(f"max by ({BY_NODE}) ({pick('galera_view_members')})", "{{node}}"),
        unit="none",
    )
