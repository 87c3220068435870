"""What happened in the fleet in the time range that is shown: panels, each of a thousand clusters too."""

from dashboards.src import facts, theme
from dashboards.src.links import address
from dashboards.src.panels import About, Panel, Query, lines, states
from dashboards.src.promql import at_end, by_host, named, of_alerts, of_clients, pick, since_begin
from dashboards.src.theme import ACTIVE, BAD, BY_HAND, CHANGING, FURTHER, IDLE, REDUCED, WELL

MOST = 20  # clusters or ports in a graph; the tables have all
# Seconds.
OLD = 15  # while nothing changes a view is taken for true for 12
SAME = 10  # between the times of one event
FOUND = 60  # until Prometheus knows an event
# So that there is a value at every point: bars are as wide as the points are apart.
NOBODY = named(f"0 * count({facts.EXPORTERS})", "cause", "unknown")
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


def alerts() -> Panel:
    def any_of(severity: str) -> str:
        around = f"max_over_time({of_alerts(severity=severity)}[$__rate_interval])"
        return f"max by (cluster) ({around})"

    def often(severity: str) -> str:
        fired = f"group by (cluster) ({of_alerts(severity=severity)})"
        return f"count_over_time(({fired})[$__range:$__interval] @ end())"

    every = f"max by (cluster) ({facts.EXPORTERS}) * 0"
    gravest = f"topk({MOST}, {often('critical')} * 1000 or {often('warning')} or {at_end(every)})"
    return states(
        About(
            "Alerts of each cluster",
            f"""The gravest severity that fired around each moment, of the {MOST} clusters with most of them.
            No alert at all may mean that the rules of alerts/ are not loaded.""",
            ("VIPDown", "ClusterUnobserved"),
        ),
        Query(
            f"({any_of('critical')} * 2 or {any_of('warning')} or {every}) and on (cluster) {gravest}",
            "{{cluster}}",
        ),
        states=theme.SEVERITY,
        link=address("failover-story", "var-cluster=${__field.labels.cluster}"),
    )


def outages() -> Panel:
    by = "cluster, vip, port"
    counter = pick("vip_outage_seconds_total")
    total = f"max by ({by}) ({of_clients(since_begin('vip_outage_seconds_total'))})"
    most = f"topk({MOST}, {at_end(total)} > 0)"
    ended = f"clamp_min(({counter} and on ({by}) {most}) - {counter} offset $__interval, 0)"
    return lines(
        About(
            "Seconds that clients were out",
            f"""Of outages that ended since the bar before, as measured by hosts outside of the cluster where
            an exporter runs there: of the {MOST} ports with most in this time range.""",
            ("VIPOutage", "VIPDown", "FailoverSlow"),
        ),
        Query(f"max by ({by}) ({of_clients(ended)})", "{{cluster}} {{vip}}:{{port}}"),
        unit="s",
        drawn="bars",
        missing="no outage ended in this time range",
    )


def failovers() -> Panel:
    """By the time of the latest event: there are 80 counters of events in each cluster, and few of these.

    What another exporter dates a little later is the same event, and so is what moves along. An old one that
    is found again, as its exporter is back, is no new one.
    """
    latest = pick("failover_last_event_timestamp_seconds")
    now, before = (f"max by (cluster) ({latest}{when})" for when in ("", " offset $__interval"))
    new = f"({now} > {before} + {SAME} or {now} unless on (cluster) {before})"
    recent = f"{new} > time() - $__interval_ms / 1000 - {FOUND}"
    failed_over = f"count by (cause) (max by (cluster, cause) ({facts.LAST_EVENT}) and on (cluster) {recent})"
    return lines(
        About(
            "Clusters that failed over, by cause",
            """How many since the bar before, moves and restarts, by the cause of the latest. Many failbacks
            or operator moves are people at work; node_lost, node_health, resource_failure are faults.""",
            ("FailoverHappened", "FailoverFlapping"),
        ),
        Query(f"{failed_over} or {NOBODY}", "{{cause}}"),
        unit="short",
        colors=CAUSES,
        drawn="bars",
    )


def exporters() -> Panel:
    return states(
        About(
            "Exporters that did not answer",
            """Prometheus could not read them at that time: the metrics of such a host are missing everywhere
            else.""",
            ("ExporterDown", "ClusterUnobserved", "ExporterReloadFailed"),
        ),
        Query(f"max by (cluster, host) ({by_host(f'{facts.UP} == 0')})", "{{cluster}}: {{host}}"),
        states=theme.ANSWERS,
        missing="all answered",
    )


def collectors() -> Panel:
    failed = by_host(f"{pick('ha_cluster_scrape_success')} == 0")
    return states(
        About(
            "Collectors that failed",
            """An exporter could not read that at that time. A failed collector publishes nothing: its metrics
            are missing everywhere else.""",
            ("CollectorFailing",),
        ),
        Query(
            f"min by (cluster, host, collector) ({failed})",
            "{{cluster}}: {{collector}} on {{host}}",
        ),
        states=theme.COLLECTED,
        missing="none failed",
    )


def age() -> Panel:
    built = pick("ha_cluster_pacemaker_last_update_timestamp_seconds")
    return lines(
        About(
            "Pacemaker's view is old",
            f"""Where the page's view of Pacemaker was older than {OLD} s, by that host's clock; while nothing
            changes it may be 12 s old. Pacemaker there hangs: nothing else that this host reports of it is
            current.""",
            ("ClusterViewStale",),
        ),
        Query(
            f"max by (cluster, host) ({by_host(f'timestamp({built}) - {built} > {OLD}')})",
            "{{cluster}}: {{host}}",
        ),
        unit="s",
        missing="every view was fresh",
    )
