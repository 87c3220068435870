"""The floating address as clients feel it; each of its ports by itself."""

from exporter.rules.expressions import (
    DISABLED_ADDRESSES,
    DISABLED_HAPROXY,
    EXPLAIN_OUTAGES,
    HELD_TWICE,
    JOINED,
    NO_QUORUM,
    SILENT,
    SILENT_FOR,
    VANTAGE_POINTS,
)
from exporter.rules.haproxy import NOT_SERVING
from exporter.rules.rule import Alert, Group, Recording, Severity, Threshold
from exporter.rules.texts import first, names

CRITICAL = Severity.CRITICAL
WARNING = Severity.WARNING

REFUSED = 'sum by (cluster, instance, vip, port) (vip_commits_refused_total{reason=~"read_only|no_primary"}'
# More than a handover.
SHARED = f"""
(
  max by (cluster, vip) (vip_claimants > 1)
  and max by (cluster, vip) (vip_shared_seconds > $handover)
)
or (
  {HELD_TWICE}
  and sum by (cluster, vip) (vip_bound offset 10s) > 1
)
"""
OF_PORT = "cluster=$cluster, vip=$vip, port=$port"

GROUP = Group(
    "vip",
    about="""
    The floating address as clients feel it; each of its ports by itself. Times, at the least:
      10 s   without one success on a vantage point is VIPDown, on the holder HAProxyNotServing: a restart by Pacemaker, or
             a start after a move, is over by then also on a busy host
      15 s   without a holder is VIPNotHeld: longer than a node's loss takes to be detected and healed (about 10 s)
       5 s   two owners have answered, by the exporter that asks them every 2 s, 10 s both hosts have had it bound:
             a handover, or a node that Pacemaker has to clean up, is over by then
      15 s   without one acknowledged commit, and 15 s more for a cause to fire, is VIPWritesRefused
       1 m   in which connects are counted for VIPConnectSlow, and after an outage's end, VIPOutage
      10 s and more: a cause keeps firing (keep_firing_for) for longer than what it explains, which may end later;
             VIPSplitBrain 65 s, for PacemakerSplitBrain may end half a minute later
    """,
    thresholds={
        "handover": Threshold(
            5, "seconds: an address that two hosts answer for no longer is being handed over, or cleaned up"
        ),
        "brief_outage": Threshold(
            0.25,
            "seconds: an outage that is no longer is one or two attempts of the ten in a second. A server that reset a "
            "connection, or HAProxy reloaded: clients try again and nobody asks. With a failover it is told as part of "
            "that (FailoverHappened)",
        ),
        "slow_connects": Threshold(
            0.01, "share of connects that took longer than 0.95 s: a lost SYN is sent again after 1 s"
        ),
    },
    rules=(
        Recording(
            VANTAGE_POINTS,
            """
            count by (cluster, instance) (vip_probe_attempts_total)
            unless on (cluster, instance) ha_cluster_scrape_success{collector=~"pacemaker|keepalived"}
            or on (cluster) count by (cluster, instance) (vip_probe_attempts_total)
            """,
            why="Vantage points: exporters outside the cluster; where there is none, those on the balancers.",
        ),
        Alert(
            "VIPSplitBrain",
            CRITICAL,
            f"""
            {SHARED.strip()}
            or 2 * max by (cluster, vip) (ALERTS{{alertname="VIPSplitBrain", alertstate="firing"}})
            and on (cluster) (vip_claimants > 1 or {HELD_TWICE})
            """,
            keep=65,
            needs=5,
            summary="$cluster: $value hosts hold the address $vip",
            description="""
            $vip of $cluster is held by <instances> and claimed by <claimants> MAC addresses at once. Clients
            reach one host or the other, by chance; connections break when they change over. Corosync links
            that are down: <links>.<masters>
            """,
            parts={
                "instances": names(
                    "vip_bound{cluster=$cluster, vip=$vip} == 1",
                    "instance",
                    none="hosts that do not report it",
                ),
                "claimants": first(
                    "max(vip_claimants{cluster=$cluster, vip=$vip})", "$value", none="an unknown number of"
                ),
                "links": names(
                    "min by (link, node) (ha_cluster_corosync_link_connected{cluster=$cluster}) == 0",
                    "link",
                    each="$link to $node",
                    none="none",
                ),
                "masters": names(
                    "group by (instance) (keepalived_vrrp_state{cluster=$cluster, ip_address=$vip} == 2)",
                    "instance",
                    before=" Keepalived is MASTER on ",
                ),
            },
            dashboard="failover-story",
            why="""Two MAC addresses that answered one host for 5 s are enough; two hosts that have it bound take 10 s.
            Of several addresses that were split none ends before the last: their page is closed once.""",
        ),
        Alert(
            "VIPNotHeld",
            CRITICAL,
            f"""
            max by (cluster, vip) (vip_bound) == 0
            and on (cluster, vip) (
              max by (cluster, vip) (vip_claimants) == 0
              or (
                max by (cluster, vip) (vip_bound)
                unless on (cluster, vip) vip_claimants
                unless on (cluster) (up{{job="failover"}} == 0)
              )
            )
            unless on (cluster) {DISABLED_ADDRESSES}
            unless on (cluster) {DISABLED_HAPROXY}
            unless on (cluster) ({NO_QUORUM})
            """,
            hold=15,
            keep=15,
            summary="$cluster: no host holds the address $vip",
            description="""
            For <for> no host of $cluster has had $vip, and nobody answers for it. Clients can't connect at
            all. Pacemaker shows stopped: <resources>.
            """,
            parts={
                "resources": names(
                    f"max by (resource) (ha_cluster_pacemaker_resource_running_nodes{{cluster=$cluster}} and on (cluster, instance) {JOINED}) == 0",
                    "resource",
                    none="nothing",
                ),
            },
            dashboard="failover-story",
            why="""No MAC address answers for it; without the right to ask, every exporter of the cluster has to say so.
            An address that a person disabled is not missing, nor is one that may depend on a disabled HAProxy. Without
            quorum PacemakerNoQuorum is the page, also where that comes later: an arbiter's vote is only missed 8 to 16 s
            after it is lost, by the heartbeats of corosync-qdevice.""",
        ),
        NOT_SERVING,
        Alert(
            "VIPDown",
            CRITICAL,
            f"""
            count by (cluster, vip, port) (
              {SILENT}
              and on (cluster, instance) {VANTAGE_POINTS}
            )
            unless on (cluster) ALERTS{{alertname=~"{"|".join(EXPLAIN_OUTAGES)}"}}
            unless on (cluster) {DISABLED_HAPROXY}
            unless on (cluster, vip) (
              max by (cluster, vip) (vip_bound) == 0
              and on (cluster) {DISABLED_ADDRESSES}
            )
            """,
            hold=5,
            needs=SILENT_FOR,
            summary="$cluster: nobody gets in through $vip:$port",
            description=f"""
            For more than {SILENT_FOR} s no login through $vip:$port of $cluster has succeeded, seen from $value
            vantage point(s): <instances> of <all>. Clients fail the same way: <reason>.
            """,
            parts={
                "instances": names(
                    f"vip_probe_up{{{OF_PORT}}} == 0 and on (cluster, instance) {VANTAGE_POINTS}", "instance"
                ),
                "all": first(f"count(group by (instance) ({VANTAGE_POINTS}{{cluster=$cluster}}))", "$value"),
                "reason": first(
                    f"topk(1, sum by (reason) (rate(vip_probe_failures_total{{{OF_PORT}, reason!='denied'}}[30s])) > 0)",
                    "$reason",
                    none="no answer yet",
                ),
            },
            dashboard="failover-story",
            why="""The consequence of most other faults: it waits for a cause that is about to fire (see
            ../alertmanager.yml, which inhibits it once the cause has fired). HAProxyNotServing asks for the same seconds, and
            comes just before it in one group: in another it could be evaluated, and known, an interval later. What a
            person disabled is not down.""",
        ),
        Alert(
            "VIPCommitsLost",
            CRITICAL,
            """
            max by (cluster, vip, port) (
              vip_commits_lost_total - min_over_time(vip_commits_lost_total[1h])
            ) > 0
            """,
            summary="$cluster: acknowledged commits are lost",
            description="""
            $value rows that were committed through $vip:$port of $cluster in the last <window 1h>, and acknowledged,
            are on no Galera node that could be asked. Clients' data of the same time may be lost too.
            """,
            dashboard="failover-story",
        ),
        Alert(
            "VIPWritesRefused",
            CRITICAL,
            f"""
            max by (cluster, vip, port) (
              {REFUSED}) - {REFUSED} offset 15s)
              and on (cluster, instance, vip, port) (
                vip_commits_acknowledged_total == vip_commits_acknowledged_total offset 15s
              )
            ) > 0
            """,
            hold=15,
            needs=15,
            summary="$cluster: writes through $vip:$port are refused",
            description="""
            For <for> and more no commit of the write probe through $vip:$port of $cluster has been acknowledged;
            refused: <reasons>. Clients log in and read; their writes fail.
            """,
            parts={
                "reasons": names(
                    f"max by (reason) (vip_commits_refused_total{{{OF_PORT}, reason=~'read_only|no_primary'}} - min_over_time(vip_commits_refused_total{{{OF_PORT}, reason=~'read_only|no_primary'}}[1m])) > 0",
                    "reason",
                    none="not known",
                ),
            },
            dashboard="failover-story",
            why="""Logins succeed, and the write probe is refused by what clients would be refused by too; its own
            missing rights (denied) are not counted, nor what never reached a server (other).""",
        ),
        Alert(
            "VIPOutage",
            WARNING,
            f"""
            max by (cluster, vip, port) (
              (
                vip_outage_active_seconds > $brief_outage
                or vip_outage_last_duration_seconds > $brief_outage
                and vip_outage_last_end_timestamp_seconds > time() - 60
              )
              and on (cluster, instance) {VANTAGE_POINTS}
            )
            """,
            hold=10,
            event=60,
            summary="$cluster: logins through $vip:$port failed for $value|duration",
            description="""
            Clients of $vip:$port ($cluster) had errors for $value|duration <until>. Most of them: <reason>.
            """,
            parts={
                "until": first(
                    f"max(vip_outage_active_seconds{{{OF_PORT}}} and on (cluster, instance) {VANTAGE_POINTS}) > 0",
                    "so far, and still have them",
                    none=first(
                        f"max(vip_outage_last_end_timestamp_seconds{{{OF_PORT}}} and on (cluster, instance) {VANTAGE_POINTS})",
                        "until $value|time",
                    ),
                ),
                "reason": first(
                    f"topk(1, sum by (reason) (rate(vip_probe_failures_total{{{OF_PORT}, reason!='denied'}}[2m])) > 0)",
                    "$reason",
                    none="not known",
                ),
            },
            dashboard="failover-story",
            why="The length of the outage that is active, or has just ended.",
        ),
        Alert(
            "VIPConnectSlow",
            WARNING,
            f"""
            max by (cluster, vip, port) (
              1 - rate(vip_probe_duration_seconds_bucket{{phase="total", le="0.95"}}[1m])
              / on (cluster, instance, vip, port) rate(vip_probe_duration_seconds_count{{phase="total"}}[1m])
              and on (cluster, instance) {VANTAGE_POINTS}
            ) > $slow_connects
            """,
            hold=5,
            event=50,
            summary="$cluster: $value|percent of logins through $vip:$port took over a second",
            description="""
            In the last <window 1m> $value|percent of the successful logins through $vip:$port of $cluster took
            longer than 0.95 s, seen from the worst vantage point. 1 s is a lost SYN, 3 s HAProxy waiting
            for a server that is gone. Clients wait, and get in.
            """,
            dashboard="failover-story",
            why="The worst of the vantage points.",
        ),
    ),
)
