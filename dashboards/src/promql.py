"""Pieces of queries.

Both balancers tell of the whole cluster, and hosts outside of it tell what clients feel: so a fact is
aggregated to what it is about, and never to `instance` unless the view of one host is meant.
"""

from collections.abc import Iterable, Mapping

from dashboards.src.theme import State

FROM = "cluster, job, instance"  # the labels of one exporter


def pick(metric: str, **labels: str) -> str:
    """The metric, of what is chosen at the top of the dashboard."""
    chosen = ('cluster=~"$cluster"', 'job=~"$job"', 'instance=~"$instance"')
    return _selector(metric, *chosen, *_equal(labels))


def of_alerts(*matchers: str) -> str:
    """Alerts that fire; rules aggregate to the cluster, so their series have neither job nor instance."""
    return _selector("ALERTS", 'cluster=~"$cluster"', 'alertstate="firing"', *matchers)


def _equal(labels: Mapping[str, str]) -> list[str]:
    return [f'{name}="{value}"' for name, value in labels.items()]


def _selector(metric: str, *matchers: str) -> str:
    return f"{metric}{{{', '.join(matchers)}}}"


BALANCERS = pick("ha_cluster_scrape_success", collector='pacemaker')


def of_balancers(expr: str) -> str:
    """Without what hosts outside of the cluster say: they hold no address."""
    return f"({expr} and on ({FROM}) {BALANCERS})"


def of_clients(expr: str) -> str:
    """As hosts outside of the cluster feel it; where there is none, as the balancers do."""
    return f"(({expr} unless on ({FROM}) {BALANCERS}) or on (cluster) {expr})"


def by_host(expr: str) -> str:
    """With the label `host`: the instance without its port."""
    return f'label_replace({expr}, "host", "$1", "instance", "(.+):[0-9]+")'


def named(expr: str, label: str, text: str) -> str:
    return f'label_replace({expr}, "{label}", "{text}", "", "")'


def doubled(expr: str, what: str) -> str:
    """0 and 1 become 0, 1 and 2: 2 where more than one of what should be one is 1."""
    return f"{expr} + {expr} * on ({what}) group_left () (sum by ({what}) ({expr}) > bool 1)"


def coded(states: Iterable[State], cases: Iterable[str]) -> str:
    """The value of the first state whose case, 1 or 0 with the same labels, is 1."""
    return " or ".join(f"({case} == 1) * {state.value}" for state, case in zip(states, cases, strict=True))


HELD = f"max by (cluster, vip, host) ({by_host(of_balancers(pick('vip_bound')))})"
RUN = f"max by (cluster, resource, node) ({pick('failover_holder')})"

SIGNS = {
    "bound on two balancers": f"max by (cluster) (sum by (cluster, vip) ({HELD}) > bool 1)",
    "two MAC addresses answer": f"max by (cluster) ({pick('vip_claimants')} > bool 1)",
    "two DCs": f"count by (cluster) (count by (cluster, node) ({pick('ha_cluster_pacemaker_dc_info')})) > bool 1",
    "two halves, each with a DC": (
        "sum by (cluster) ("
        f"(min by ({FROM}) ({pick('ha_cluster_pacemaker_nodes', status='online')}) == bool 0)"
        f" * on ({FROM}) {pick('ha_cluster_pacemaker_dc_present')}) > bool 1"
    ),
    "Pacemaker runs it twice": (
        f"max by (cluster) (sum by ({FROM}, resource) ({pick('failover_holder')}) > bool 1)"
    ),
    "two Primary components": f"max by (cluster) ({pick('galera_primary_components')} > bool 1)",
}
SPLIT = f"max by (cluster) ({' or '.join(named(expr, 'sign', name) for name, expr in SIGNS.items())})"
SPLIT_SECONDS = (
    f"{SPLIT} * clamp_max("
    f"time() - max_over_time((({SPLIT} == bool 0) * time())[$__range:$__interval]), $__range_s)"
)

_LAST = pick("failover_last_event_timestamp_seconds")
NEWEST = (
    f"(max by ({FROM}, resource) ({_LAST}) > on (cluster) group_left () (max by (cluster) ({_LAST}) - 60))"
)
_PHASES = f"({pick('failover_last_phase_seconds')} and on ({FROM}, resource) {NEWEST})"
# As the new holder saw it, which knows when the address came; else as anybody did.
PHASES = (
    f"max by (cluster, phase) (({_PHASES} and on ({FROM}, resource) "
    f"{pick('failover_last_phase_seconds', phase='address')}) or on (cluster) {_PHASES})"
)
_MOVES = (
    f"{pick('failover_last_move_info')} * on ({FROM}, resource) group_left (kind) "
    f"{pick('failover_last_event_timestamp_seconds', kind='move')}"
)
_RESTARTS = (
    f"((increase({pick('failover_events_total', kind='restart')}[$__range]) > bool 0.5)"
    f" * on ({FROM}, resource, kind) group_left () "
    f"{pick('failover_last_event_timestamp_seconds', kind='restart')} > 0)"
)
# Seconds since 1970, labelled with what happened; an exporter whose Pacemaker is gone knows older ones only.
EVENTS = (
    f'(label_join({_MOVES}, "what", " → ", "from", "to")'
    f' or label_replace({_RESTARTS}, "what", "$1 restarted in place", "resource", "(.+)"))'
)
LAST_EVENT = f"topk by (cluster) (1, {EVENTS})"
