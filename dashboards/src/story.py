"""Failover: what happened, why, and what did clients feel?

The first row says it in words, the panels below show it on one time axis; the rest is for the analysis
afterwards.
"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import clients, facts
from dashboards.src.page import Page
from dashboards.src.panels import (
    About,
    Column,
    Panel,
    Query,
    distinct,
    last_of,
    latest_first,
    merged,
    numbers,
    rows,
    states,
)
from dashboards.src.promql import by_host, doubled, named, of_alerts, pick
from dashboards.src.theme import ACTIVE, BAD, CONNECTED, HOLDING, REDUCED, RUNNING, SEVERITY, SIGN, WELL

PHASES = ("detection", "address", "service", "reconnect", "total")


def page() -> Page:
    made = Page("failover-story", "What happened, why, and what did clients feel?", "now-1h")
    top = ((holder(), 4), (since(), 3), (split(), 2), (last_event(), 4), (cause(), 3), (when(), 3))
    made.row("$cluster: what happened", *top, (clients.felt(), 5), height=4)
    made.more((held(), 24), height=5)
    made.more((clients.failures(), 24), height=5)
    made.more((clients.latency(), 24), height=5)
    made.more((alerts(), 24), height=7)
    made.row("$cluster: the failovers", (phases(), 9), (events(), 15), height=9)
    made.row("$cluster: split?", (signs(), 12), (views(), 12), height=7)
    made.more((running(), 24), height=6)
    made.row("$cluster: clients", (clients.servers(), 12), (clients.slow(), 12), height=7)
    made.more((clients.commits(), 24), height=4)
    made.more((clients.late(), 12), (clients.account(), 12), height=6)
    return made


def holder() -> Panel:
    return numbers(
        About(
            "Holds the address now",
            """The balancers whose own kernel has the address. One is right. Two is a split: some clients
            reach one, some the other. Nobody: clients reach nothing.""",
            ("VIPSplitBrain", "VIPNotHeld", "KeepalivedMismatch"),
        ),
        Query(f"max by (cluster, what) ({facts.HOLDERS})", "{{what}}", instant=True),
        limits=((None, BAD), (1, ACTIVE), (2, BAD)),
        shows=BigValueTextMode.NAME,
    )


def since() -> Panel:
    return numbers(
        About(
            "Held since",
            """When Pacemaker last moved the address to where it is, by the journal of the exporters; each
            address by the name of its resource. One that was added by hand is not in it.""",
            ("FailoverHappened",),
        ),
        Query(f"max by (cluster, resource) ({facts.HELD_SINCE}) * 1000", "{{resource}}", instant=True),
        unit="dateTimeAsLocalNoDateIfToday",
        shows=BigValueTextMode.VALUE_AND_NAME,
        missing="no move recorded",
    )


def split() -> Panel:
    return numbers(
        About(
            "Split for",
            """For how long there has been any sign of a split, without a break; 0 s: there is none. In a
            handover the views of two hosts may differ for one scrape. Which sign it is: see the row "split?"
            below.""",
            ("VIPSplitBrain", "PacemakerSplitBrain", "GaleraSplitBrain"),
        ),
        Query(facts.SPLIT_SECONDS, "split", instant=True),
        unit="s",
        limits=((None, WELL), (1, REDUCED), (10, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def last_event() -> Panel:
    none = named(f"absent({pick('failover_last_event_timestamp_seconds')})", "what", "none known")
    return numbers(
        About(
            "The last failover",
            """The last move, from the node that held it before to the one that took over, or the last
            restart in place, and where.""",
            ("FailoverHappened", "FailoverFlapping"),
        ),
        Query(f"max by (cluster, what) ({facts.LAST_EVENT}) or {none}", "{{what}}", instant=True),
        shows=BigValueTextMode.NAME,
    )


def cause() -> Panel:
    return numbers(
        About(
            "Because of",
            """node_lost: the node vanished, Corosync's token ran out. node_shutdown, standby,
            operator_move: somebody wanted it. resource_failure: an operation of its agent failed. fencing:
            the node was fenced. failback: the preferred node came back. node_health: a health or
            connectivity attribute barred the node. split_healed: it ran in two places, and Pacemaker
            stopped one. unknown: there is no evidence.""",
            ("FailoverHappened",),
        ),
        Query(f"max by (cluster, cause) ({facts.LAST_EVENT})", "{{cause}}", instant=True),
        shows=BigValueTextMode.NAME,
    )


def when() -> Panel:
    return numbers(
        About(
            "At",
            """When the exporter saw that it was completed: the time of day in your browser's time zone, with
            the date if not today.""",
            ("FailoverHappened",),
        ),
        Query(f"max by (cluster) ({facts.LAST_EVENT}) * 1000", "at", instant=True),
        unit="dateTimeAsLocalNoDateIfToday",
        shows=BigValueTextMode.VALUE,
        missing="never",
    )


def held() -> Panel:
    return states(
        About(
            "Who holds the address",
            """A row for each balancer, by its own kernel. The row that turns blue took over. Two rows in
            vermilion: both hold it at the same time, a split. A gap: that balancer's exporter did not
            answer.""",
            ("VIPSplitBrain", "VIPNotHeld"),
        ),
        Query(doubled(f"({facts.HELD})", "cluster, vip"), "{{host}} {{vip}}"),
        states=HOLDING,
    )


def alerts() -> Panel:
    critical = of_alerts(severity="critical")
    warning = of_alerts(severity="warning")
    return states(
        About(
            "Alerts",
            """What fired, and since when: a click on a bar leads to its runbook. The rules of alerts/ have
            to be loaded.""",
        ),
        Query(
            f"max by (cluster, alertname) ({critical}) * 2 or max by (cluster, alertname) ({warning})",
            "{{alertname}}",
        ),
        states=SEVERITY,
        link="${runbooks}/${__field.labels.alertname}.md",
    )


def phases() -> Panel:
    return numbers(
        About(
            "Phases of the last failover",
            """The parts of the outage, one after the other, as measured by the balancer that took over:
            detection, until the cluster noticed; address, until it was up again; service, until HAProxy
            answered; reconnect, until the login succeeded. A phase that was not seen from here is missing;
            none at all: no probe failed.""",
            ("FailoverSlow", "FailoverSlowerThanPromised"),
        ),
        *(
            Query(f"{facts.PHASES} and on (phase) {named('vector(1)', 'phase', name)}", name, instant=True)
            for name in PHASES
        ),
        unit="s",
        limits=((None, ACTIVE), (5, BAD)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        missing="no outage",
    )


def events() -> Panel:
    return rows(
        About(
            "Failovers in this time range",
            """One row for each resource and failover, the latest first: when it was complete, and how long
            clients were out by it; nothing: no login failed. A restart in place has the same node in From
            and To. With their evidence they are in the journal on the balancers: failover-exporter
            events.""",
            ("FailoverHappened", "FailoverFlapping", "FailoverSlow"),
        ),
        Query(facts.EVENT_LIST, table=True),
        Query(f"{facts.EVENT_TIMES} * 1000", table=True),
        Query(facts.EVENT_OUTAGES, table=True),
        steps=(
            merged(),
            distinct("Value #A", "resource", "kind", "from", "to", "cause", last=("Value #B", "Value #C")),
            latest_first(last_of("Value #B")),
        ),
        columns={
            last_of("Value #B"): Column("At", unit="dateTimeAsLocalNoDateIfToday", width=160),
            "resource": Column("Resource"),
            "kind": Column("Kind", width=80),
            "from": Column("From"),
            "to": Column("To"),
            "cause": Column("Cause"),
            last_of("Value #C"): Column(
                "Clients out", unit="s", limits=((None, WELL), (0.001, REDUCED), (5, BAD)), width=110
            ),
        },
    )


def signs() -> Panel:
    return states(
        About(
            "Signs of a split",
            """No split shows all of them. Corosync killed: bound on two balancers, two MAC addresses, and
            nothing in Pacemaker. A network cut: two DCs as well. A sign in a single scrape is a handover.""",
            ("VIPSplitBrain", "PacemakerSplitBrain", "GaleraSplitBrain"),
            ("failover-cluster", "failover-keepalived", "failover-galera"),
        ),
        *(Query(expr, name) for name, expr in facts.SIGNS.items()),
        states=SIGN,
    )


def views() -> Panel:
    nodes = by_host(facts.as_joined(facts.ONLINE))
    seen = f"max by (cluster, host, node) ({nodes})"
    itself = f'label_replace(max by (cluster, host) ({nodes}), "node", "$1", "host", "(.+)")'
    return states(
        About(
            "Who sees whom",
            """Each balancer's Pacemaker on the other nodes. Lost in both directions, and both go on: a
            split. Rows that end: Pacemaker on that balancer can't be read, or has not joined yet.""",
            ("PacemakerNodeOffline", "PacemakerSplitBrain"),
            ("failover-cluster", "failover-keepalived"),
        ),
        Query(f"{seen} unless on (cluster, host, node) {itself}", "{{host}} sees {{node}}"),
        states=CONNECTED,
    )


def running() -> Panel:
    return states(
        About(
            "Where resources run, by Pacemaker",
            """Two nodes in vermilion: each half of a split reports its own. What Pacemaker does not know is
            not here: compare with who holds the address.""",
            ("PacemakerSplitBrain", "PacemakerResourceNotRunning", "PacemakerResourceDisabled"),
            ("failover-cluster", "failover-keepalived"),
        ),
        Query(doubled(f"({facts.RUN})", "cluster, resource"), "{{resource}} on {{node}}"),
        states=RUNNING,
    )
