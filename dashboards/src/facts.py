"""Facts about a whole cluster, as queries.

Both balancers report the whole cluster, so a fact is aggregated to what it is about. Their views may differ:
`max` where one of them is enough, `min` where all must agree.
"""

from dashboards.src.promql import FROM, by_host, named, of_balancers, or_zero, pick

EXPORTERS = pick("failover_exporter_build_info")
# `up` is there of everything that Prometheus scrapes: of jobs in which there was an exporter of ours.
UP = (
    f"({pick('up')} and on (job) max_over_time((group by (job) ({EXPORTERS}))[$__range:$__interval] @ end()))"
)

# Which balancer has the address, by its own kernel; which node runs what, by Pacemaker.
HELD = f"max by (cluster, vip, host) ({by_host(of_balancers(pick('vip_bound')))})"
# The value is how many hold it; 0 for nobody.
HOLDER = (
    f"(({HELD} == 1) * on (cluster, vip) group_left () sum by (cluster, vip) ({HELD})"
    f" or {named(f'sum by (cluster, vip) ({HELD}) == 0', 'host', 'nobody')})"
)
_SEVERAL = f"count by (cluster) (group by (cluster, vip) ({HELD})) > 1"
# With who holds it as the label `what`, and what where there are several addresses.
HOLDERS = (
    f'(label_replace({HOLDER} unless on (cluster) {_SEVERAL}, "what", "$1", "host", "(.+)")'
    f' or label_join({HOLDER} and on (cluster) {_SEVERAL}, "what", " ", "host", "vip"))'
)
RUN = f"max by (cluster, resource, node) ({pick('failover_holder')})"

ONLINE = pick("ha_cluster_pacemaker_nodes", status="online")
_HINDERED = pick(
    "ha_cluster_pacemaker_nodes",
    status=("standby", "standby_onfail", "maintenance", "pending", "unclean", "shutdown"),
)
PACEMAKER = pick("ha_cluster_pacemaker_dc_present")  # there as long as Pacemaker can be asked
NODES = f"count by (cluster) (group by (cluster, node) ({ONLINE}))"
_ITSELF = pick("ha_cluster_corosync_member_votes", local="true")
# One that was just started knows the DC of before from its disk, and calls nobody online, not even itself.
_JOINED = f"({PACEMAKER} == 1 unless on ({FROM}) ({ONLINE} == 0 and on ({FROM}, node) {_ITSELF}))"


def as_joined(expr: str) -> str:
    """As seen by hosts that have joined and know a DC: only their view counts."""
    return f"({expr} and on ({FROM}) {_JOINED})"


# A node can take over when everybody sees it online and nothing hinders it.
ABLE = or_zero(
    f"count by (cluster) (min by (cluster, node) ({as_joined(ONLINE)}) == 1"
    f" unless on (cluster, node) max by (cluster, node) ({_HINDERED}) == 1)",
    PACEMAKER,
)
# Pacemaker would start all elsewhere, and no host lacks what that needs.
READY = f"min by (cluster) ({pick('failover_takeover_ready')} or {pick('failover_check_ok')})"
ASKED = f"max by (cluster, node) ({pick('mysql_up')})"  # Galera nodes that let at least one of us in
SYNCED_SHARE = (
    f"sum by (cluster) (max by (cluster, node) ({pick('galera_node_state', state='synced')}))"
    f" / count by (cluster) ({ASKED})"
)
PRIMARIES = f"max by (cluster) ({pick('galera_primary_components')})"

# No split shows every sign: docs/split-brain.md.
_TWO_DCS = f"count by (cluster) (group by (cluster, node) ({pick('ha_cluster_pacemaker_dc_info')})) > bool 1"
# A node that has joined, and that another one does not see. With three, one that is down is seen by nobody.
_HALVES = (
    f"max by (cluster) ((min by (cluster, node) ({as_joined(ONLINE)}) == bool 0)"
    f" * on (cluster, node) group by (cluster, node) ({as_joined(_ITSELF)}))"
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

_AT = pick("failover_last_event_timestamp_seconds")


def _events(kind: str) -> str:
    """The latest of each resource, at each moment: seconds since 1970."""
    info, at = (pick(f"failover_last_event_{name}", kind=kind) for name in ("info", "timestamp_seconds"))
    return f"{info} * on ({FROM}, resource, kind) group_left () {at}"


# With what happened as the label `what`.
EVENTS = (
    f'(label_join({_events("move")}, "what", " → ", "from", "to")'
    f' or label_join({_events("restart")}, "what", " restarted on ", "resource", "to"))'
)
# A resource each: those that were seen to move or start in the same moment have the same time.
LAST_EVENT = f"({EVENTS} == on (cluster) group_left () max by (cluster) ({EVENTS}))"


def _newest(of: str) -> str:
    """The exporters that know the newest event: one whose Pacemaker was gone knows older ones only."""
    return (
        f"(max by ({FROM}, {of}) ({_AT})"
        f" > on (cluster, {of}) group_left () (max by (cluster, {of}) ({_AT}) - 10))"
    )


_OF_EVENT = "cluster, resource, kind, from, to, cause"
_SEEN = f"{EVENTS} and on ({FROM}, resource, kind) {_newest('resource, kind')}"
# By port, as the host felt it that felt it least: one may have been cut off for longer than clients were.
_CLIENTS_OUT = (
    f"min by (cluster, resource, kind, vip, port) ({pick('failover_last_clients_out_seconds')}"
    f" and on ({FROM}, resource, kind) {_newest('resource, kind')})"
)
# One mark for all resources that moved together and all exporters that saw it, at the time of the first.
MARKS = f"min by (cluster, what, kind, cause) ({_SEEN})"
# One row for all exporters that saw it: by the time of the first, to ten seconds.
EVENT_LIST = f"floor(min by ({_OF_EVENT}) ({_SEEN}) / 10) * 10"
# When the last of them saw that it was complete.
EVENT_TIMES = f"max by ({_OF_EVENT}) ({_SEEN})"
# The longest that clients of any port were out by it.
EVENT_OUTAGES = (
    f"max by ({_OF_EVENT}) ({_SEEN}) * 0 + on (cluster, resource, kind) group_left ()"
    f" max by (cluster, resource, kind) ({_CLIENTS_OUT})"
)
_MOVES = pick("failover_last_event_timestamp_seconds", kind="move")
_ADDRESSES = pick("ha_cluster_pacemaker_resources", agent=(".*:(IPaddr2?|IPv6addr)",))
# When each address was last moved to where it is; where Pacemaker runs none, whatever moved last.
HELD_SINCE = (
    f"(max by (cluster, resource) ({_MOVES} and on (cluster, resource) {_ADDRESSES})"
    f" or on (cluster) max by (cluster) ({_MOVES}))"
)
# For how long clients were out by the last event of each cluster.
LAST_OUTAGE = f"max by (cluster) ({_CLIENTS_OUT} and on (cluster, resource, kind) {LAST_EVENT})"

_PHASES = (
    f"({pick('failover_last_phase_seconds')} and on ({FROM}, resource) {_newest('resource')}"
    f" and on (cluster, resource) {LAST_EVENT})"
)
_KNOWS_ADDRESS = pick("failover_last_phase_seconds", phase="address")
# As the new holder saw it, which knows when the address came; else as anybody did.
PHASES = (
    f"max by (cluster, phase) (({_PHASES} and on ({FROM}, resource) {_KNOWS_ADDRESS})"
    f" or on (cluster) {_PHASES})"
)
