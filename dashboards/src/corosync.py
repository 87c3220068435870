"""Corosync's links, tokens and quorum: panels of the cluster."""

from dashboards.src import theme
from dashboards.src.panels import About, Panel, Query, lines, states
from dashboards.src.promql import by_host, counted, pick
from dashboards.src.theme import ACTIVE, BAD, BY_HAND, CHANGING, CONNECTED, FURTHER, REDUCED


def links() -> Panel:
    heard = by_host(pick("ha_cluster_corosync_link_connected"))
    return states(
        About(
            "Corosync's links",
            """Which node hears which, over which link (its number). One of two lost: redundancy is gone.
            The only one lost: the nodes are separated.""",
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
            """Of Corosync's own pings: moving average, and maximum since the link came up. It should stay
            far below the token's timeout.""",
            ("CorosyncLinkFlapping",),
        ),
        Query(of("avg"), "{{host}} → {{node}} ({{link}})"),
        Query(of("max"), "{{host}} → {{node}} ({{link}}), maximum"),
        unit="s",
    )


def tokens() -> Panel:
    return lines(
        About(
            "Tokens lost",
            """How often since the bar before, by the phase in which it was lost. operational: a peer or
            the network went away. Also consensus timeouts and retransmits: a network that loses
            packets.""",
            ("CorosyncTokenLoss",),
        ),
        Query(f"sum by (cluster, phase) ({counted('ha_cluster_corosync_token_lost_total')})", "in {{phase}}"),
        Query(
            f"sum by (cluster) ({counted('ha_cluster_corosync_consensus_timeouts_total')})",
            "consensus timeouts",
        ),
        Query(f"sum by (cluster) ({counted('ha_cluster_corosync_retransmits_total')})", "retransmits"),
        unit="short",
        drawn="bars",
        colors={
            "in operational": BAD,
            "in gather": REDUCED,
            "in commit": BY_HAND,
            "in recovery": FURTHER,
            "consensus timeouts": ACTIVE,
            "retransmits": CHANGING,
        },
    )


def scheduling() -> Panel:
    longest = by_host(pick("ha_cluster_corosync_scheduling_miss_max_seconds"))
    timeout = pick("ha_cluster_corosync_token_timeout_seconds")
    return lines(
        About(
            "Corosync waited for the CPU",
            """The longest time that it was not scheduled, beside the time after which its peers declare it
            dead. Near that line, the next busy moment is a false failover.""",
            ("CorosyncNotScheduled",),
        ),
        Query(f"max by (cluster, host) ({longest})", "{{host}}"),
        Query(f"min by (cluster) ({timeout})", "token timeout", limit=True),
        unit="s",
    )


def flags() -> Panel:
    set_here = by_host(pick("ha_cluster_corosync_flags"))
    vote = pick("ha_cluster_corosync_qdevice_votes")
    return states(
        About(
            "Flags of the quorum",
            """2Node: one vote is enough. WaitForAll: after a start both nodes have to have been seen.
            Qdevice: an arbiter has a vote, and whether each node has it. Quorate: this half may act.""",
            ("PacemakerNoQuorum", "CorosyncQdeviceLost"),
        ),
        Query(f"max by (cluster, host, flag) ({set_here})", "{{flag}} on {{host}}"),
        Query(f"min by (cluster, node) ({vote} > bool 0)", "vote of the qdevice for {{node}}"),
        states=(theme.State(0, "lost", BAD), theme.State(1, "set", ACTIVE)),
    )
