"""Galera: is there one Primary component, and does every node in it keep up?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import facts, theme
from dashboards.src.page import Page
from dashboards.src.panels import About, Column, Panel, Query, lines, merged, numbers, rows, states
from dashboards.src.promql import coded, per_second, pick
from dashboards.src.theme import ACTIVE, BAD, REDUCED, WELL

STATUS = "mysql_global_status_wsrep_"
BY_NODE = "cluster, node"
LOST_TIME = ((None, WELL), (0.05, REDUCED), (0.3, BAD))


def page() -> Page:
    made = Page(
        "failover-galera",
        "Is there one Primary component, and does every node in it keep up?",
        "now-3h",
    )
    top = (primaries(), synced(), members_apart(), paused_now(), behind_now(), lost_now())
    made.row("$cluster: one, and whole?", *((panel, 4) for panel in top), height=4)
    made.more((nodes(), 24), height=5)
    made.more((quorum(), 12), (views(), 12), height=5)
    made.row("$cluster: does everybody keep up?", (paused(), 12), (stopping(), 12), height=7)
    made.more((received(), 12), (waiting(), 12), height=7)
    made.more((behind(), 12), (latency(), 12), height=7)
    made.row("$cluster: writes", (writes(), 12), (conflicts(), 12), height=7)
    made.more((settings(), 24), height=7)
    return made


def status(name: str) -> str:
    """A number among a node's wsrep_ status, as either balancer was told it."""
    return f"max by ({BY_NODE}) ({pick(STATUS + name)})"


def grows(name: str) -> str:
    return f"max by ({BY_NODE}) ({per_second(STATUS + name)})"


PAUSED = f"{grows('flow_control_paused_ns')} * 1e-9"
COMMITTED = status("last_committed")
BEHIND = f"max by (cluster) ({COMMITTED}) - on (cluster) group_right () {COMMITTED}"


def primaries() -> Panel:
    return numbers(
        About(
            "Primary components",
            """That really exist, by the views of all nodes asked. 1 is right. 0: no node takes queries. 2:
            each takes writes of its own, and data parts ways.""",
            ("GaleraNoPrimary", "GaleraSplitBrain"),
        ),
        Query(facts.PRIMARIES, "components", instant=True),
        limits=((None, BAD), (1, WELL), (2, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def synced() -> Panel:
    return numbers(
        About(
            "Nodes that are synced",
            """As a share of those configured. Only a synced node is one like any other. With a half or
            less, the next fault takes the quorum.""",
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
            "Smallest view",
            """Members in the view of the node that sees the fewest, and of the one that sees the most. If
            they differ for more than a moment, the group is split.""",
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
            "Standing still",
            """Share of time that writes stood still for a slow node (flow control), at the node that lost
            most.""",
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
            "Furthest behind",
            """Write sets that the slowest node has still to apply. Nodes of two components can't be
            compared: look at the components first.""",
            ("GaleraNodeNotSynced", "GaleraFlowControl"),
        ),
        Query(f"max by (cluster) ({BEHIND})", "behind", instant=True),
        unit="short",
        limits=((None, WELL), (100, REDUCED), (10000, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def lost_now() -> Panel:
    return numbers(
        About(
            "Lost conflicts",
            """Transactions a second that were refused at commit, or broken off, as another node wrote the
            same row first: error 1213.""",
            ("GaleraCertificationFailures",),
        ),
        Query(
            f"sum by (cluster) ({grows('local_cert_failures')} + {grows('local_bf_aborts')})",
            "conflicts",
            instant=True,
        ),
        unit="ops",
        limits=((None, WELL), (0.1, REDUCED), (10, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def nodes() -> Panel:
    def says(*names: str) -> str:
        return f"max by ({BY_NODE}) ({pick('galera_node_state', state=names)})"

    cases = {
        theme.GALERA_SYNCED: says("synced"),
        theme.GALERA_DONOR: says("donor_desynced"),
        theme.GALERA_JOINED: says("joined"),
        theme.GALERA_JOINING: says("joining"),
        theme.GALERA_INITIALIZED: says("initialized"),
        theme.GALERA_FAILED: says("inconsistent", "destroyed", "joining_failed"),
        theme.GALERA_UNKNOWN: says("unknown"),
        theme.GALERA_SILENT: f"({facts.ASKED} == bool 0)",
    }
    return states(
        About(
            "Nodes",
            """What each node says of itself, to whichever balancer reaches it. In no component: it refuses
            queries. Donor or desynced: it may fall behind without end. Not reachable: for neither
            balancer.""",
            ("GaleraNodeDown", "GaleraNodeNotSynced"),
        ),
        Query(coded(cases), "{{node}}"),
        states=theme.GALERA,
    )


def quorum() -> Panel:
    return states(
        About(
            "In a Primary component",
            """Each node's own word. With two components that both say Primary, the number above is 2.""",
            ("GaleraNoPrimary", "GaleraSplitBrain"),
        ),
        Query(status("cluster_status"), "{{node}}"),
        states=theme.PRIMARY,
    )


def views() -> Panel:
    return lines(
        About(
            "Members in each node's view",
            """Itself included. Lines that part: the group splits. All fall by one: a node left.""",
            ("GaleraNodeDown", "GaleraSplitBrain"),
        ),
        Query(f"max by ({BY_NODE}) ({pick('galera_view_members')})", "{{node}}"),
        unit="none",
    )


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
