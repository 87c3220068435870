"""The monitoring itself: a metric that is absent fires nothing."""

from exporter.rules.rule import Alert, Group, Severity, Threshold
from exporter.rules.texts import first, names

CRITICAL = Severity.CRITICAL
NONE = Severity.NONE
WARNING = Severity.WARNING

EXPLAIN_TICKETS = (
    "VIPSplitBrain",
    "VIPNotHeld",
    "VIPDown",
    "PacemakerSplitBrain",
    "PacemakerNoQuorum",
    "PacemakerNodeUnclean",
    "PacemakerResourceNotRunning",
    "HAProxyNotServing",
    "HAProxyNoServers",
    "FailoverFlapping",
    "FailoverSlow",
    "GaleraNoPrimary",
    "GaleraSplitBrain",
    "ClusterUnobserved",
    "KeepalivedBlackHole",
    "KeepalivedDown",
    "FailoverHappened",
    "PacemakerNodeOffline",
    "PacemakerResourceDisabled",
    "CorosyncLinkDown",
    "CorosyncLinkFlapping",
    "GaleraNodeDown",
)

GROUP = Group(
    "exporter",
    about="""
    The monitoring itself: a metric that is absent fires nothing. `up` is Prometheus's own, of the job in
    ../prometheus.yml. Times, at the least:
      10 s   no exporter of a cluster answers; a single one fires 5 s later, so that it can be inhibited
       1 m   in which late attempts of the prober are counted
    """,
    thresholds={
        "view_stale": Threshold(30, "seconds: age of what Pacemaker's tool said, by that host's clock"),
        "probe_late": Threshold(0.05, "of the prober's attempts"),
    },
    rules=(
        Alert(
            "ClusterUnobserved",
            CRITICAL,
            """
            max by (cluster) (up{job="failover"}) == 0
            """,
            hold=10,
            summary="$cluster: nobody watches this cluster",
            description="""
            For <for> none of the exporters of $cluster has answered: <instances>. What clients feel is not
            known; no other alert of this cluster can fire.
            """,
            parts={
                "instances": names("up{job='failover', cluster=$cluster} == 0", "instance"),
            },
            dashboard="failover-fleet",
        ),
        Alert(
            "ExporterDown",
            WARNING,
            """
            min by (cluster, instance) (up{job="failover"} == 0)
            """,
            hold=15,
            summary="$cluster: the exporter $instance does not answer",
            description="""
            For <for> Prometheus has not been able to read $instance of $cluster: the exporter, its host or
            the way there is down. The other exporters of the cluster still report what they see.
            """,
            dashboard="failover-fleet",
        ),
        Alert(
            "ExporterReloadFailed",
            WARNING,
            """
            min by (cluster, instance) (failover_exporter_config_last_reload_successful == 0)
            """,
            hold=60,
            summary="$cluster: $instance refuses its changed configuration",
            description="""
            For <for> the exporter on $instance of $cluster has gone on with its old configuration: the file
            was changed and can't be used. What it was changed for is not watched, and at its next start the
            exporter will not run at all.
            """,
            dashboard="failover-fleet",
            why="A minute: who edits the file by hand and mends a slip at once is not reported.",
        ),
        Alert(
            "CollectorFailing",
            WARNING,
            """
            group by (cluster, instance, collector) (failover_exporter_collector_failed_info)
            """,
            hold=15,
            summary="$cluster: $instance cannot read $collector",
            description="""
            For <for> the exporter on $instance of $cluster has not been able to read $collector <reason>:
            its metrics are absent, and their alerts silent for this host.
            """,
            parts={
                "reason": first(
                    "failover_exporter_collector_failed_info"
                    "{cluster=$cluster, instance=$instance, collector=$collector}",
                    "($reason)",
                ),
            },
            dashboard="failover-fleet",
            why="pacemakerd itself ends within 35 s what hangs; a ticket that waits for less comes and goes with it.",
        ),
        Alert(
            "ClusterViewStale",
            WARNING,
            """
            max by (cluster, instance) (
              timestamp(ha_cluster_pacemaker_last_update_timestamp_seconds)
              - ha_cluster_pacemaker_last_update_timestamp_seconds
            ) > $view_stale
            """,
            hold=15,
            summary="$cluster: what $instance says of Pacemaker is $value|duration old",
            description="""
            Pacemaker's view on $instance of $cluster is $value|duration old by that host's clock: either
            its clock is wrong, or the view does not change any more. What is shown of the cluster, and the
            times of failovers, are not reliable.
            """,
            dashboard="failover-fleet",
        ),
        Alert(
            "ProbeNotBelievable",
            WARNING,
            """
            max by (cluster, instance, vip, port) (
              rate(vip_probe_late_total[1m]) / (rate(vip_probe_attempts_total[1m]) > 0)
            ) > $probe_late
            """,
            hold=5,
            summary="$cluster: what $instance reports of $vip:$port is not reliable",
            description="""
            In the last <window 1m> $value|percent of the attempts from $instance at $vip:$port of $cluster were
            late, or not made: that host was too busy. Outages and slow connects that it reports of this
            time may be its own.
            """,
            dashboard="failover-fleet",
        ),
        Alert(
            "ProbeAccountRefused",
            WARNING,
            """
            min by (cluster, vip, port) (vip_probe_account_ok == 0)
            """,
            hold=10,
            summary="$cluster: the account of the probe is refused at $vip:$port",
            description="""
            For <for> a server behind $vip:$port of $cluster has refused the probe's own account on
            <instances>: it was dropped, locked or expired, or its password or permitted host changed. A
            server answers, so clients are not out; but the probe no longer sees what comes after the login:
            a node that refuses queries, slow logins, lost commits.
            """,
            parts={
                "instances": names(
                    "vip_probe_account_ok{cluster=$cluster, vip=$vip, port=$port} == 0", "instance"
                ),
            },
            dashboard="failover-story",
            why="A living server refuses the probe's own account: the monitoring is broken, not the address.",
        ),
        Alert(
            "TicketInhibitor",
            NONE,
            f"""
            max by (cluster, of) (
              label_replace(
                max_over_time(ALERTS{{
                  alertstate="firing",
                  alertname=~"{"|".join(EXPLAIN_TICKETS)}"
                }}[2m])
                or max_over_time(ALERTS{{alertstate="pending", alertname="FailoverSlow"}}[2m]),
                "of", "$1", "alertname", "(.+)"
              )
            )
            """,
            summary="$cluster: tickets that $of explains are held back",
            description="""
            $of of $cluster fires, is about to, or did in the last <window 2m>. Tickets for what follows from it
            are not sent meanwhile.
            """,
            dashboard="failover-fleet",
            why="""
            It holds back what follows from the alert in `of`, for as long as that fires and a while longer: what
            follows may end later. alertmanager.yml says what each holds back; a name has to be added at both places.
            FailoverSlow is known 10 s before it fires: tickets that are due just then would be two messages.
            """,
        ),
        Alert(
            "Watchdog",
            NONE,
            """
            vector(1)
            """,
            summary="Alerts are on their way",
            description="""
            This alert fires always. When it no longer arrives at the dead man's switch, Prometheus or
            Alertmanager does not work.
            """,
            dashboard="failover-fleet",
            of_a_cluster=False,
            why="Of no cluster: it shows that Prometheus and Alertmanager work. When it stops, the dead man's switch alerts.",
        ),
    ),
)
