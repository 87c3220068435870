"""What happened in the fleet in the time range that is shown: panels, each of a thousand clusters too."""

from dashboards.src import facts, theme
from dashboards.src.links import address
from dashboards.src.panels import About, Panel, Query, lines, states
from dashboards.src.promql import FROM, at_end, by_host, counted, of_alerts, of_clients, pick, since_begin
from dashboards.src.theme import ACTIVE, BAD, BY_HAND, CHANGING, FURTHER, IDLE, REDUCED, WELL

MOST = 20  # clusters or ports in a graph; the tables have all
OLD = 5  # seconds
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
    total = f"max by ({by}) ({of_clients(since_begin('vip_outage_seconds_total'))})"
    ended = f"max by ({by}) ({of_clients(counted('vip_outage_seconds_total'))})"
    return lines(
        About(
            "Seconds that clients were out",
            f"""Of outages that ended since the bar before, as measured by hosts outside of the cluster where
            an exporter runs there: of the {MOST} ports with most in this time range.""",
            ("VIPOutage", "VIPDown", "FailoverSlow"),
        ),
        Query(f"{ended} and on ({by}) topk({MOST}, {at_end(total)} > 0)", "{{cluster}} {{vip}}:{{port}}"),
        unit="s",
        drawn="bars",
        missing="no outage ended in this time range",
    )


def failovers() -> Panel:
    """What an exporter learns late, as its Pacemaker was away, another one has counted before."""
    by = "cluster, resource, cause"
    counter = pick("failover_events_total")

    def most(expr: str) -> str:
        of_each = f"sum by ({FROM}, resource, cause) ({expr} - {counter} @ start() or {expr})"
        return f"max by ({by}) ({of_each})"

    events = f"clamp_min({most(counter)} - {most(f'{counter} offset $__interval')}, 0)"
    total = at_end(since_begin("failover_events_total"))
    resource = f"topk by (cluster) (1, max by (cluster, resource) (sum by ({FROM}, resource) ({total})))"
    return lines(
        About(
            "Failovers by cause",
            """Moves and restarts since the bar before, in each cluster of the resource that had most: what
            moves together counts once. Many failbacks or operator moves are people at work; node_lost,
            node_health and resource_failure are faults.""",
            ("FailoverHappened", "FailoverFlapping"),
        ),
        Query(f"sum by (cause) ({events} and on (cluster, resource) {resource})", "{{cause}}"),
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
        Query(f"max by (cluster, host) ({by_host(facts.UP)}) == 0", "{{cluster}}: {{host}}"),
        states=theme.ANSWERS,
        missing="all answered",
    )


def collectors() -> Panel:
    success = by_host(pick("ha_cluster_scrape_success"))
    return states(
        About(
            "Collectors that failed",
            """An exporter could not read that at that time. A failed collector publishes nothing: its metrics
            are missing everywhere else.""",
            ("CollectorFailing",),
        ),
        Query(
            f"min by (cluster, host, collector) ({success}) == 0",
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
            f"""Where the output of crm_mon was older than {OLD} s when it was read, by that host's clock.
            Pacemaker there hangs: nothing else that this host reports of Pacemaker is current.""",
            ("ClusterViewStale",),
        ),
        Query(
            f"max by (cluster, host) ({by_host(f'timestamp({built}) - {built}')}) > {OLD}",
            "{{cluster}}: {{host}}",
        ),
        unit="s",
        missing="every view was fresh",
    )
