"""Fleet: which of my clusters needs me?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import facts, theme
from dashboards.src import fleet_history as history
from dashboards.src.links import address
from dashboards.src.page import Page
from dashboards.src.panels import About, Column, Limits, Panel, Query, merged, numbers, rows
from dashboards.src.promql import (
    alerts_began,
    of_alerts,
    of_clients,
    or_zero,
    pick,
    since_begin,
)
from dashboards.src.theme import ACTIVE, BAD, REDUCED, WELL

ANY_BAD: Limits = ((None, WELL), (1, BAD))
ANY_REDUCED: Limits = ((None, WELL), (1, REDUCED))
OUT: Limits = ((None, WELL), (0.001, REDUCED), (5, BAD))  # seconds
GRAVITY = {"critical": 2, "warning": 1}
NONE = f"0 * count({facts.EXPORTERS})"  # as long as there is any
RUNBOOK = "${runbooks}/${__value.raw}.md"
OPEN = address("failover-story", "var-cluster=${__value.raw}")


def page() -> Page:
    """Not marked: failovers and alerts of a thousand clusters would leave nothing to see between them."""
    made = Page("failover-fleet", "Which of my clusters needs me?", "now-24h", marked=False)
    made.row("Which of my clusters needs me?", (counts(), 24), height=4, for_each_cluster=False)
    made.more((firing(), 24), height=6)
    made.more((clusters(), 24), height=7)
    made.row("This time range", (history.alerts(), 24), height=7, for_each_cluster=False)
    made.more((history.outages(), 12), (history.failovers(), 12), height=8)
    made.more((history.exporters(), 8), (history.collectors(), 8), (history.age(), 8), height=7)
    return made


def counts() -> Panel:
    critical, warning = (f"group by (cluster) ({of_alerts(severity=name)})" for name in GRAVITY)
    active = of_clients(pick("vip_outage_active_seconds"))
    no_takeover = f"{facts.READY} == 0 or {facts.ABLE} < 2"
    asked = {
        "clusters": (f"group by (cluster) ({facts.UP})", ACTIVE),
        "with critical alerts": (critical, BAD),
        "with warnings only": (f"{warning} unless on (cluster) {critical}", REDUCED),
        "with clients out now": (f"max by (cluster) ({active}) > 0", BAD),
        "split": (f"{facts.SPLIT} == 1", BAD),
        "without a takeover": (f"group by (cluster) ({no_takeover})", REDUCED),
        "with Galera nodes out": (f"{facts.SYNCED_SHARE} < 1", REDUCED),
        "not watched": (f"max by (cluster) ({facts.UP}) == 0", BAD),
    }
    return numbers(
        About(
            "Clusters",
            """How many there are, and how many of them are in need now. Without a takeover: the next fault is
            an outage. With Galera nodes out: not every node is synced. Not watched: none of its exporters
            answers.""",
            ("VIPDown", "ClusterUnobserved", "FailoverNotReady"),
        ),
        *(Query(f"count({expr}) or {NONE}", name, instant=True) for name, (expr, _) in asked.items()),
        shows=BigValueTextMode.VALUE_AND_NAME,
        by_name={name: _from_one(color) for name, (_, color) in asked.items()},
    )


def _from_one(color: str) -> Limits:
    return ((None, color if color == ACTIVE else WELL), (1, color))


def firing() -> Panel:
    by = "cluster, alertname, severity"
    began = f"min by ({by}) ({alerts_began(severity=tuple(GRAVITY))}) and on ({by}) {of_alerts()}"
    return rows(
        About(
            "Alerts that fire",
            """The gravest first. A click on an alert opens its runbook, one on a cluster its Failover
            dashboard. Since: when its condition began to hold. None may mean that the rules of alerts/ are
            not loaded.""",
            ("VIPDown", "ClusterUnobserved"),
        ),
        Query(_gravity(by), instant=True, table=True),
        Query(f"({began}) * 1000", instant=True, table=True),
        steps=(merged(),),
        columns={
            "Value #A": Column("Severity", states=theme.SEVERITY, width=100),
            "alertname": Column("Alert", link=RUNBOOK),
            "cluster": Column("Cluster", link=OPEN),
            "Value #B": Column("Since", unit="dateTimeAsLocalNoDateIfToday", width=170),
        },
        first=("Severity", "Since"),
        missing="no alert fires",
    )


def _gravity(by: str) -> str:
    """Of the alerts that fire."""
    return " or ".join(
        f"max by ({by}) ({of_alerts(severity=name)}) * {weight}" for name, weight in GRAVITY.items()
    )


def clusters() -> Panel:
    holder = f"topk by (cluster) (1, max by (cluster, host) ({facts.HOLDER}))"
    critical, warning = (f"count by (cluster) ({of_alerts(severity=name)})" for name in GRAVITY)
    events = f"sum by (cluster, job, instance, resource) ({since_begin('failover_events_total')})"
    asked = (
        holder,
        or_zero(critical, facts.EXPORTERS),
        or_zero(warning, facts.EXPORTERS),
        facts.SPLIT,
        facts.ABLE,
        facts.SYNCED_SHARE,
        f"max by (cluster) ({pick('failover_last_event_timestamp_seconds')}) * 1000",
        or_zero(f"max by (cluster) ({events})", facts.EXPORTERS),
        or_zero(f"max by (cluster) ({of_clients(since_begin('vip_outage_seconds_total'))})", facts.EXPORTERS),
        f"sum by (cluster) ({facts.UP} == bool 0)",
        facts.LAST_OUTAGE,
        facts.READY,
        f"topk by (cluster) (1, {_gravity('cluster, alertname')})",
    )
    return rows(
        About(
            "Each cluster",
            """Those with critical alerts first; a click on a name opens its Failover dashboard. Now: alerts,
            the gravest by name, split, who holds the address, nodes that can take over (1: the next fault is
            an outage), whether a takeover would be ready, Galera nodes that are synced, exporters that do not
            answer. The last failover, and how long clients were out by it. In this time range: failovers,
            seconds that clients were out, of the port with most.""",
            ("VIPDown", "ClusterUnobserved", "FailoverNotReady"),
        ),
        *(Query(expr, instant=True, table=True) for expr in asked),
        steps=(merged(),),
        columns={
            "cluster": Column("Cluster", link=OPEN),
            "Value #B": Column("Critical", limits=ANY_BAD, width=90),
            "Value #C": Column("Warnings", limits=ANY_REDUCED, width=90),
            "alertname": Column("Gravest alert", link=RUNBOOK, width=210),
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
            "Value #J": Column("Exporters gone", limits=ANY_REDUCED, width=130),
            "Value #G": Column("Last failover", unit="dateTimeAsLocalNoDateIfToday", width=170),
            "Value #K": Column("Clients out by it", unit="s", limits=OUT, width=130),
            "Value #H": Column("Failovers", width=90),
            "Value #I": Column("Clients out", unit="s", limits=OUT, width=110),
        },
        first=("Critical", "Split", "Warnings", "Clients out"),
    )
