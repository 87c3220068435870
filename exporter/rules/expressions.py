"""Expressions that several groups are made of, put in where they are used.

A recorded series is known to a rule of another group, and to vmalert in the same group, only at the next
evaluation; what is put in is not late. What is recorded all the same changes seldom, or is asked over a long time.
"""

VANTAGE_POINTS = "instance:vantage_points:count"  # recorded by vip.py
JOINED = "instance:ha_cluster_pacemaker_dc_present:joined"  # this and the next three: by pacemaker.py
DISABLED_ADDRESSES = "cluster:ha_cluster_pacemaker_resource_disabled:addresses"
DISABLED_HAPROXY = "cluster:ha_cluster_pacemaker_resource_disabled:haproxy"
DISABLED_SERVICE = "cluster:ha_cluster_pacemaker_resource_disabled:service"

# Alerts of clients that are out: VIPDown waits for them, and FailoverSlow says nothing after them.
EXPLAIN_OUTAGES = (
    "VIPSplitBrain",
    "VIPNotHeld",
    "PacemakerNoQuorum",
    "PacemakerNodeUnclean",
    "PacemakerResourceNotRunning",
    "HAProxyNotServing",
    "HAProxyNoServers",
    "GaleraNoPrimary",
    "KeepalivedBlackHole",
)

# Ports through which nobody has been let in for so long, on hosts that are not too busy to know (ProbeNotBelievable).
SILENT_FOR = 10  # seconds
TOO_BUSY = "vip_probe_too_busy == 1"
UNANSWERED = f"vip_probe_unanswered_seconds >= {SILENT_FOR}"
SILENT = f"({UNANSWERED} unless on (cluster, instance, vip, port) {TOO_BUSY})"

# Clusters of which no part has quorum: by Corosync where Pacemaker has no DC that could report it.
NO_QUORUM = "max by (cluster) (ha_cluster_pacemaker_with_quorum or ha_cluster_corosync_quorate) == 0"

# Addresses that two hosts have.
HELD_TWICE = "sum by (cluster, vip) (vip_bound) > 1"

# On how many nodes a resource runs, by the hosts whose view counts.
RUNNING = f"""
max by (cluster, resource) (
  ha_cluster_pacemaker_resource_running_nodes and on (cluster, instance) {JOINED}
)
"""
# Resources that run nowhere, and that nobody wants stopped. A fencing device that may not run on its own target runs
# nowhere while the other node is gone, and serves nobody: Pacemaker fences by it all the same.
STOPPED = f"""
{RUNNING} == 0
unless on (cluster, resource) (ha_cluster_pacemaker_resource_disabled == 1)
unless on (cluster, resource) ha_cluster_pacemaker_resource_disabled{{agent=~"stonith:.*"}}
"""
# By agent: 1 where a person stopped it, 0 else.
ADDRESS = 'ha_cluster_pacemaker_resource_disabled{agent=~".*:(IPaddr2?|IPv6addr)"}'
HAPROXY = 'ha_cluster_pacemaker_resource_disabled{agent=~".*:haproxy"}'


def timed_out(collector: str) -> str:
    """Hosts on which it hung at two scrapes in a row; what can't be read for another reason says nothing of it."""
    failed = f'failover_exporter_collector_failed_info{{collector="{collector}", reason="timeout"}}'
    return f"{failed} and {failed} offset 5s"
