"""Would a failover go well, were a node lost now? Whether it would happen, and how it is configured."""

from exporter.rules.rule import Alert, Group, Severity

INFO = Severity.INFO
WARNING = Severity.WARNING

# Of Pacemaker; then of Keepalived: KeepalivedDown, KeepalivedNotReady.
TOLD = "offline|standby|maintenance|disabled|keepalived_stopped|link_down|script|fault"
FAILED = "group by (cluster, instance, check, reason) (failover_check_failed_info{check%s})"

GROUP = Group(
    "readiness",
    about="""
    Would Pacemaker take over, were a node lost now, and could the host? The exporters on the balancers ask its
    scheduler and their own host after each change. And is it configured so that it ends well? Times, at the least:
      1 m   until it is reported: while a failover is under way nothing is where it should be
     10 m   in which a changed file is brought to all hosts
    """,
    rules=(
        Alert(
            "FailoverNotReady",
            WARNING,
            f"""
            group by (cluster, resource, lost, reason) (failover_takeover_blocked_info)
            unless on (cluster, resource, lost)
            failover_takeover_blocked_info{{reason=~"{TOLD}"}}
            or {FAILED % '!="galera_reachable"'}
            or {FAILED % '="galera_reachable"'}
            and on (cluster) failover_check_ok{{check="galera_reachable"}} == 1
            """,
            hold=60,
            summary="""
            {{ if $labels.check -}} $cluster: $instance could not take over ($check)
            {{- else -}} $cluster: nothing would take over $resource from $lost ($reason) {{- end }}
            """,
            description="""
            {{ if $labels.check -}}
            $instance of $cluster lacks what a takeover needs, says its own check $check: $reason.
            Clients feel nothing until then.
            {{- else -}}
            Pacemaker's scheduler says that $resource of $cluster would run nowhere if $lost were lost now.
            What stands in the way: $reason. Clients feel nothing until then.
            {{- end }}
            """,
            dashboard="failover-cluster",
            why="""A node that is offline, in standby or in maintenance, and what is disabled, have alerts of their own; so
            have hosts that could not take over under Keepalived, and Galera nodes that no balancer reaches.""",
        ),
        Alert(
            "ConfigurationDrift",
            WARNING,
            "count by (cluster, file) (group by (cluster, file, sha256) (failover_config_info)) > 1",
            hold=600,
            summary="$cluster: the hosts have different $file",
            description="""
            $file has been in $value versions on the hosts of $cluster for <for>: after a failover clients may have
            another configuration. `sha256sum` on each host shows which.
            """,
            dashboard="failover-cluster",
        ),
        Alert(
            "PacemakerFencingDisabled",
            INFO,
            """
            max by (cluster) (ha_cluster_pacemaker_stonith_enabled) == 0
            """,
            hold=60,
            summary="$cluster: fencing is off",
            description="""
            stonith-enabled is false in $cluster: when its nodes lose each other, both hold the address, and
            clients reach one or the other.
            """,
            dashboard="failover-cluster",
        ),
    ),
)
