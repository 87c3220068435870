"""Fleet: which of my clusters needs me?"""

from dashboards.src import facts, theme
from dashboards.src.links import address
from dashboards.src.page import Page
from dashboards.src.panels import About, Column, Limits, Panel, Query, lines, merged, rows, states
from dashboards.src.promql import by_host, counted, in_range, of_alerts, of_clients, or_zero, pick
from dashboards.src.theme import ACTIVE, BAD, BY_HAND, CHANGING, FURTHER, IDLE, REDUCED, WELL

ANY_BAD: Limits = ((None, WELL), (1, BAD))
ANY_REDUCED: Limits = ((None, WELL), (1, REDUCED))
CAUSES = {
    "node_lost": BAD,
    "resource_failure": REDUCED,
    "node_health": REDUCED,
    "fencing": ACTIVE,
    "split_healed": ACTIVE,
    "standby": BY_HAND,
    "node_shutdown": CHANGING,
    "operator_move": FURTHER,
    "failback": WELL,
    "unknown": IDLE,
}


def page() -> Page:
    made = Page("failover-fleet", "Which of my clusters needs me?", "now-7d")
    made.row("Which of my clusters needs me?", (clusters(), 24), height=8, for_each_cluster=False)
    made.row("This time range", (alerts(), 24), height=7, for_each_cluster=False)
    made.more((outages(), 12), (failovers(), 12), height=8)
    made.more((longest(), 12), (exporters(), 12), height=8)
    made.more((collectors(), 12), (age(), 12), height=7)
    return made


def clusters() -> Panel:
    holder = f"topk by (cluster) (1, max by (cluster, host) ({facts.HOLDER}))"
    critical = f"count by (cluster) ({of_alerts(severity='critical')})"
    warning = f"count by (cluster) ({of_alerts(severity='warning')})"
    firing = (
        f"max by (cluster, alertname) ({of_alerts(severity='critical')}) * 2"
        f" or max by (cluster, alertname) ({of_alerts(severity='warning')})"
    )
    events = f"sum by (cluster, job, instance, resource) ({in_range('failover_events_total')})"
    asked = (
        holder,
        or_zero(critical, facts.EXPORTERS),
        or_zero(warning, facts.EXPORTERS),
        facts.SPLIT,
        facts.ABLE,
        facts.SYNCED_SHARE,
        f"max by (cluster) ({pick('failover_last_event_timestamp_seconds')}) * 1000",
        f"round(max by (cluster) ({events}))",
        f"max by (cluster) ({of_clients(in_range('vip_outage_seconds_total'))})",
        f"sum by (cluster) ({facts.UP} == bool 0)",
        f"topk by (cluster) (1, {firing})",
        facts.READY,
    )
    return rows(
        About(
            "Clusters",
            """One row a cluster, those with critical alerts first; a click on its name opens its Failover
            dashboard. Now: alerts and the gravest by name, split, who holds the address, nodes that can take
            over (1: the next fault is an outage), whether a takeover would be ready, Galera nodes that are
            synced, exporters that do not answer. In this time range: failovers, seconds that clients were
            out, of the port with most.""",
            ("VIPDown", "ClusterUnobserved", "FailoverNotReady"),
        ),
        *(Query(expr, instant=True, table=True) for expr in asked),
        steps=(merged(),),
        columns={
            "cluster": Column("Cluster", link=address("failover-story", "var-cluster=${__value.raw}")),
            "Value #B": Column("Critical", limits=ANY_BAD, width=90),
            "Value #C": Column("Warnings", limits=ANY_REDUCED, width=90),
            "alertname": Column("Gravest alert", width=210),
            "Value #D": Column("Split", states=theme.SIGN, width=80),
            "host": Column("Held by"),
            "Value #A": Column("Holders", limits=((None, BAD), (1, ACTIVE), (2, BAD)), width=90),
            "Value #E": Column("Can take over", limits=((None, BAD), (1, REDUCED), (2, WELL)), width=120),
            "Value #L": Column("Ready", states=theme.READY, width=80),
            "Value #F": Column(
                "Galera synced",
                unit="percentunit",
                limits=((None, BAD), (0.51, REDUCED), (1, WELL)),
                width=120,
            ),
            "Value #G": Column("Last failover", unit="dateTimeAsLocalNoDateIfToday", width=170),
            "Value #H": Column("Failovers", width=90),
            "Value #I": Column(
                "Clients out", unit="s", limits=((None, WELL), (0.001, REDUCED), (5, BAD)), width=110
            ),
            "Value #J": Column("Exporters gone", limits=ANY_REDUCED, width=130),
        },
        first=("Critical", "Split", "Warnings", "Clients out"),
    )


def alerts() -> Panel:
    def any_of(severity: str) -> str:
        around = f"max_over_time({of_alerts(severity=severity)}[$__rate_interval])"
        return f"max by (cluster) ({around})"

    return states(
        About(
            "Alerts of each cluster",
            """The gravest severity that fired around each moment. No alert at all may mean that the rules of
            alerts/ are not loaded: then see the table.""",
            ("VIPDown", "ClusterUnobserved"),
        ),
        Query(
            f"{any_of('critical')} * 2 or {any_of('warning')} or max by (cluster) ({facts.EXPORTERS}) * 0",
            "{{cluster}}",
        ),
        states=theme.SEVERITY,
        link=address("failover-story", "var-cluster=${__field.labels.cluster}"),
    )


def outages() -> Panel:
    return lines(
        About(
            "Seconds that clients were out",
            """Of outages that ended since the point before, by port, as measured by hosts outside of the
            cluster.""",
            ("VIPOutage", "VIPDown"),
        ),
        Query(
            f"max by (cluster, vip, port) ({of_clients(counted('vip_outage_seconds_total'))})",
            "{{cluster}} {{vip}}:{{port}}",
        ),
        unit="s",
        drawn="areas",
    )


def failovers() -> Panel:
    events = f"max by (cluster, resource, cause) ({counted('failover_events_total')})"
    return lines(
        About(
            "Failovers by cause",
            """Moves and restarts since the point before, of the resource that had most. Many failbacks or
            operator moves are people at work; node_lost, node_health and resource_failure are faults.""",
            ("FailoverHappened", "FailoverFlapping"),
        ),
        Query(f"sum by (cause) (max by (cluster, cause) ({events}))", "{{cause}}"),
        unit="short",
        colors=CAUSES,
        drawn="areas",
    )


def longest() -> Panel:
    latest = of_clients(pick("vip_outage_last_duration_seconds"))
    return lines(
        About(
            "Length of the latest outage",
            """Each step is another outage; its height is how long clients were out, by port. Over 5 s is too
            slow for a pair that fails over as it should.""",
            ("FailoverSlow",),
        ),
        Query(f"max by (cluster, vip, port) ({latest})", "{{cluster}} {{vip}}:{{port}}"),
        unit="s",
    )


def exporters() -> Panel:
    answers = by_host(facts.UP)
    return states(
        About(
            "Exporters",
            """Which exporters answer Prometheus. The metrics of one that does not are missing everywhere
            else.""",
            ("ExporterDown", "ClusterUnobserved", "ExporterReloadFailed"),
        ),
        Query(f"max by (cluster, host) ({answers})", "{{cluster}}: {{host}}"),
        states=theme.ANSWERS,
    )


def collectors() -> Panel:
    success = pick("ha_cluster_scrape_success")
    failed = f"({success} and (min_over_time({success}[$__range]) == 0))"
    return states(
        About(
            "Collectors that failed",
            """Those that failed at some time in this range; nothing to show: none did. A failed collector
            publishes nothing: its metrics are missing everywhere else.""",
            ("CollectorFailing",),
        ),
        Query(
            f"min by (cluster, host, collector) ({by_host(failed)})", "{{cluster}}: {{collector}} on {{host}}"
        ),
        states=theme.COLLECTED,
    )


def age() -> Panel:
    built = pick("ha_cluster_pacemaker_last_update_timestamp_seconds")
    return lines(
        About(
            "Age of Pacemaker's view",
            """How old the output of crm_mon was when it was read, by that host's clock. It grows while
            Pacemaker there hangs: then nothing else that this host reports of Pacemaker is current.""",
            ("ClusterViewStale",),
        ),
        Query(
            f"max by (cluster, host) ({by_host(f'clamp_min(timestamp({built}) - {built}, 0)')})",
            "{{cluster}}: {{host}}",
        ),
        unit="s",
    )
