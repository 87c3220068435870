"""The metrics of docs/metrics.md, as their series appear in Prometheus."""

import re
from pathlib import Path

ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<kind>\w+) \| (?P<labels>[\w, ]*) \|", re.MULTILINE)
OF_PROMETHEUS = {"up": set[str](), "ALERTS": {"alertname", "alertstate", "severity"}}
OF_TARGETS = {"cluster", "job", "instance"}
# Agreed, and not yet in docs/metrics.md; what is there counts instead.
AGREED = {
    "failover_last_event_info": {"resource", "kind", "from", "to", "cause"},
    "failover_last_clients_out_seconds": {"resource", "kind", "vip", "port"},
    "galera_node_maintenance": {"node"},
    "galera_node_read_only": {"node"},
    "galera_node_rejects_queries": {"node"},
    "ha_cluster_corosync_qdevice_alive": {"node", "node_id"},
    "ha_cluster_corosync_qdevice_votes": {"node", "node_id"},
    "ha_cluster_pacemaker_resource_disabled": {"resource"},
    "vip_commits_refused_total": {"vip", "port", "reason"},
    "vip_probe_account_ok": {"vip", "port"},
}


def series(metrics: Path) -> dict[str, set[str]]:
    """Every name to its labels."""
    found = OF_PROMETHEUS | AGREED
    for row in ROW.finditer(metrics.read_text()):
        labels = {label.strip() for label in row["labels"].split(",") if label.strip()}
        if row["kind"] == "histogram":
            found |= {row["name"] + "_sum": labels, row["name"] + "_count": labels}
            found[row["name"] + "_bucket"] = labels | {"le"}
        else:
            found[row["name"]] = labels
    return {name: labels | OF_TARGETS for name, labels in found.items()}
