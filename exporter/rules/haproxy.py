"""HAProxy, which runs where the address is; where Pacemaker keeps it stopped haproxy_up is 0, as it should be."""

from exporter.rules.expressions import (
    DISABLED_HAPROXY,
    HELD_TWICE,
    SILENT_FOR,
    STOPPED,
    TOO_BUSY,
    UNANSWERED,
    timed_out,
)
from exporter.rules.rule import Alert, Group, Severity, Threshold
from exporter.rules.texts import first, names

CRITICAL = Severity.CRITICAL
WARNING = Severity.WARNING

HELD = "(vip_bound == 1 and vip_bound offset 5s == 1)"
# It does not run, or its statistics time out, in two scrapes.
DEAD = f"""
haproxy_up == 0 and haproxy_up offset 5s == 0
or {timed_out("haproxy")}
"""
OTHER_PORTS = names(
    "vip_probe_up{cluster=$cluster, instance=$instance, vip=$vip} == 0 and on (cluster, instance, vip) vip_probe_up == 1",
    "port",
    before=" through port ",
)

# Of the group `vip`: VIPDown waits for it, and both ask for the same 10 s.
NOT_SERVING = Alert(
    "HAProxyNotServing",
    CRITICAL,
    f"""
    max by (cluster, instance, vip) (
      {HELD}
      and on (cluster, instance, vip) (
        vip_bound and on (cluster, instance) ({DEAD})
        unless on (cluster, instance, vip) (vip_probe_up == 1)
        unless on (cluster, instance, vip) (vip_probe_account_ok == 0)
        or {UNANSWERED}
      )
      unless on (cluster, instance) {TOO_BUSY}
    )
    unless on (cluster, vip) ({HELD_TWICE})
    unless on (cluster) ({STOPPED})
    unless on (cluster) {DISABLED_HAPROXY}
    """,
    hold=5,
    keep=10,
    needs=SILENT_FOR,
    summary="$cluster: HAProxy on $instance does not serve",
    description="""
    $instance of $cluster holds $vip and Pacemaker shows everything started, but HAProxy there <what>.
    Clients can't connect, and Pacemaker does nothing about it.
    """,
    parts={
        "what": first(
            "haproxy_up{cluster=$cluster, instance=$instance}",
            "{{ if eq (. | first | value) 0.0 }}does not run{{ else }}runs and lets nobody in"
            + OTHER_PORTS
            + "{{ end }}",
            none="does not answer (frozen?)",
        )
    },
    dashboard="failover-haproxy",
    why="""The address is here and Pacemaker reports nothing stopped, but HAProxy does not run, its statistics time
    out, or no login through the address from this host succeeds. Statistics that can't be read for another
    reason (a wrong path, a missing right), or while logins succeed, are CollectorFailing's; those that time out on a host too busy to probe say nothing; an address on two hosts is
    VIPSplitBrain's. It takes two samples and two evaluations: a restart by Pacemaker, or a start after a
    move, is over by then.""",
)

GROUP = Group(
    "haproxy",
    about="""
    HAProxy, which runs where the address is; HAProxyNotServing is in vip.yml. Times, at the least:
      10 s   a backend without a server; longer than GaleraNoPrimary, which explains it
      10 s and more: a cause keeps firing (keep_firing_for) for longer than what it explains, which may end later
    """,
    thresholds={
        "sessions_near_limit": Threshold(0.8, "of the sessions that are allowed"),
    },
    rules=(
        Alert(
            "HAProxyNoServers",
            CRITICAL,
            """
            max by (cluster, proxy) (haproxy_backend_status{state="DOWN"} == 1)
            """,
            hold=10,
            keep=15,
            summary="$cluster: HAProxy has no server left in $proxy",
            description="""
            For <for> no server of backend $proxy of $cluster has been up; their last checks: <servers>.
            Clients are turned away.
            """,
            parts={
                "servers": names(
                    "haproxy_server_check_status{cluster=$cluster, proxy=$proxy} == 1",
                    "server",
                    each="$server $state",
                    none="not known",
                ),
            },
            dashboard="failover-haproxy",
        ),
        Alert(
            "HAProxyServerDown",
            WARNING,
            """
            max by (cluster, proxy, server) (haproxy_server_status{state="DOWN"} == 1)
            """,
            hold=5,
            summary="$cluster: HAProxy has $server out of $proxy",
            description="""
            $server in backend $proxy of $cluster is DOWN, by its last check: <state>. Clients go to the
            other servers; those that were connected there were cut off.
            """,
            parts={
                "state": first(
                    "haproxy_server_check_status{cluster=$cluster, proxy=$proxy, server=$server} == 1",
                    "$state",
                    none="not known",
                ),
            },
            dashboard="failover-haproxy",
        ),
        Alert(
            "HAProxySessionsNearLimit",
            WARNING,
            """
            max by (cluster, instance, proxy) (
              haproxy_frontend_current_sessions / (haproxy_frontend_limit_sessions > 0)
            ) > $sessions_near_limit
            """,
            hold=15,
            summary="$cluster: frontend $proxy has $value|percent of the sessions it may have",
            description="""
            For <for> frontend $proxy on $instance of $cluster has been near its limit (maxconn), now at
            $value|percent. At the limit new clients wait in the kernel's queue.
            """,
            dashboard="failover-haproxy",
        ),
        Alert(
            "HAProxyQueueing",
            WARNING,
            """
            max by (cluster, instance, proxy) (haproxy_backend_current_queue > 0)
            """,
            hold=15,
            summary="$cluster: $value clients queue in front of $proxy",
            description="""
            For <for> clients have had to wait for a free place on a server of backend $proxy on $instance
            of $cluster, now $value of them: all servers are at their maxconn.
            """,
            dashboard="failover-haproxy",
        ),
    ),
)
