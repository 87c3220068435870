"""Where links lead: to other dashboards, and to runbooks."""

from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

TAG = "failover-exporter"  # of all dashboards: by it they find each other
RUNBOOKS = "https://git.example.com/failover-exporter/docs/runbooks"  # as in alerts/prometheus.yml
TITLES = {
    "failover-fleet": "Fleet",
    "failover-story": "Failover",
    "failover-cluster": "Pacemaker and Corosync",
    "failover-keepalived": "Keepalived",
    "failover-haproxy": "HAProxy",
    "failover-galera": "Galera",
}


def address(uid: str, cluster: str = "${cluster:queryparam}") -> str:
    """Of a dashboard, with the same time range, data source and, unless one is given, clusters."""
    return f"/d/{uid}?${{__url_time_range}}&${{datasource:queryparam}}&{cluster}"


def view(uid: str) -> DashboardLink:
    return _link(f"More: {TITLES[uid]}", address(uid))


def runbook(alert: str) -> DashboardLink:
    return _link(f"Runbook: {alert}", f"${{runbooks}}/{alert}.md").target_blank(True)


def _link(title: str, url: str) -> DashboardLink:
    return DashboardLink(title).type(DashboardLinkType.LINK).url(url)


def others() -> DashboardLink:
    """The drop-down at the top of each."""
    link = DashboardLink("Other views").type(DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.as_dropdown(True).include_vars(True).keep_time(True)
