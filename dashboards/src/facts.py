"""Facts about a whole cluster, as queries.

Both balancers tell of the whole cluster, so a fact is aggregated to what it is about. Their views may differ:
the hopeful one counts where one witness is enough (`max`), the other where all must agree (`min`).
"""

from dashboards.src.promql import FROM, by_host, lately, named, of_balancers, or_zero, pick

EXPORTERS = pick("failover_exporter_build_info")
# `up` is there of everything that Prometheus scrapes: of jobs with exporters of ours.
UP = f"({pick('up')} and on (job) max_over_time({EXPORTERS}[$__range]))"

# Who has the address, by each balancer's own kernel; who runs what, as Pacemaker believes.
HELD = f"max by (cluster, vip, host) ({by_host(of_balancers(pick('vip_bound')))})"
# With how many hold it; 0 for nobody.
HOLDER = (
    f"(({HELD} == 1) * on (cluster, vip) group_left () sum by (cluster, vip) ({HELD})"
    f" or {named(f'sum by (cluster, vip) ({HELD}) == 0', 'host', 'nobody')})"
)
RUN = f"max by (cluster, resource, node) ({pick('failover_holder')})"

ONLINE = pick("ha_cluster_pacemaker_nodes", status="online")
_HINDERED = pick(
    "ha_cluster_pacemaker_nodes",
    status=("standby", "standby_onfail", "maintenance", "pending", "unclean", "shutdown"),
)
PACEMAKER = pick("ha_cluster_pacemaker_dc_present")  # there as long as Pacemaker can be asked
NODES = f"count by (cluster) (group by (cluster, node) ({ONLINE}))"
# A node can take over when everybody sees it online and nothing hinders it.
ABLE = or_zero(
    f"count by (cluster) (min by (cluster, node) ({ONLINE}) == 1"
    f" unless on (cluster, node) max by (cluster, node) ({_HINDERED}) == 1)",
    PACEMAKER,
)
ASKED = f"max by (cluster, node) ({pick('mysql_up')})"  # Galera nodes that let at least one of us in
SYNCED_SHARE = (
    f"sum by (cluster) (max by (cluster, node) ({pick('galera_node_state', state='synced')}))"
    f" / count by (cluster) ({ASKED})"
)
PRIMARIES = f"max by (cluster) ({pick('galera_primary_components')})"

# No split shows every sign: docs/split-brain.md.
_TWO_DCS = f"count by (cluster) (group by (cluster, node) ({pick('ha_cluster_pacemaker_dc_info')})) > bool 1"
_HALVES = (
    f"sum by (cluster) ((min by ({FROM}) ({ONLINE}) == bool 0)"
    f" * on ({FROM}) {pick('ha_cluster_pacemaker_dc_present')}) > bool 1"
)
_RUNS_TWICE = f"max by (cluster) (sum by ({FROM}, resource) ({pick('failover_holder')}) > bool 1)"
SIGNS = {
    "bound on two balancers": f"max by (cluster) (sum by (cluster, vip) ({HELD}) > bool 1)",
    "two MAC addresses answer": f"max by (cluster) ({pick('vip_claimants')} > bool 1)",
    "two DCs": _TWO_DCS,
    "two halves, each with a DC": _HALVES,
    "Pacemaker runs it twice": _RUNS_TWICE,
    "two Primary components": f"max by (cluster) ({pick('galera_primary_components')} > bool 1)",
}
SPLIT = f"max by (cluster) ({' or '.join(named(expr, 'sign', name) for name, expr in SIGNS.items())})"
# Since the last moment without a sign, at most the whole time range.
SPLIT_SECONDS = (
    f"{SPLIT} * clamp_max(time() - max_over_time((({SPLIT} == bool 0) * time())[$__range:$__interval]),"
    " $__range_s)"
)

_SEEN = pick("failover_last_event_timestamp_seconds")
_SEEN_MOVES = pick("failover_last_event_timestamp_seconds", kind="move")
_SEEN_RESTARTS = pick("failover_last_event_timestamp_seconds", kind="restart")
_MOVES = f"{pick('failover_last_move_info')} * on ({FROM}, resource) group_left (kind) {_SEEN_MOVES}"


def _restarts(cause: str) -> str:
    """The cause of a restart is told by what was counted, its time by another metric."""
    return f"{cause} * 0 + on ({FROM}, resource, kind) group_left () {_SEEN_RESTARTS}"


def _told(restarts: str) -> str:
    """Seconds since 1970, with what happened as the label `what`."""
    return (
        f'(label_join({_MOVES}, "what", " → ", "from", "to")'
        f' or label_replace({restarts}, "what", "$1 restarted in place", "resource", "(.+)"))'
    )


_COUNTED = f"({lately('failover_events_total', kind='restart')} > 0)"
_LAST_COUNTED = (
    f"topk by ({FROM}, resource) (1, max_over_time(({_COUNTED} * 0 + time())[$__range:$__interval]))"
)
# At each moment of a range: a restart while it is counted, a move until the next.
EVENTS = _told(_restarts(_COUNTED))
_TOLD = _told(_restarts(_LAST_COUNTED))
# A resource each: those that were seen to move or start in the same moment have the same time.
LAST_EVENT = f"({_TOLD} == on (cluster) group_left () max by (cluster) ({_TOLD}))"

# An exporter whose Pacemaker is gone knows older events only: those count that know the newest of a resource.
_NEWEST = (
    f"(max by ({FROM}, resource) ({_SEEN})"
    f" > on (cluster, resource) group_left () (max by (cluster, resource) ({_SEEN}) - 10))"
)
# One mark for all resources that moved together and all exporters that saw it, at the time of the first.
MARKS = f"min by (cluster, what, kind, cause) ({EVENTS} and on ({FROM}, resource) {_NEWEST})"
# One row for all exporters that saw it: the time of the first, to ten seconds.
EVENT_LIST = (
    "floor(min by (cluster, resource, kind, from, to, cause)"
    f" ({EVENTS} and on ({FROM}, resource) {_NEWEST}) / 10) * 10"
)

_PHASES = (
    f"({pick('failover_last_phase_seconds')} and on ({FROM}, resource) {_NEWEST}"
    f" and on (cluster, resource) {LAST_EVENT})"
)
_KNOWS_ADDRESS = pick("failover_last_phase_seconds", phase="address")
# As the new holder saw it, which knows when the address came; else as anybody did.
PHASES = (
    f"max by (cluster, phase) (({_PHASES} and on ({FROM}, resource) {_KNOWS_ADDRESS})"
    f" or on (cluster) {_PHASES})"
)
