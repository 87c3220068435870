"""Failover: what happened, why, and what did clients feel?

Read from the top: the first row says it in words, the timelines below show it on one time axis, the rest is
evidence for whoever has to explain it.
"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import promql
from dashboards.src.page import Page
from dashboards.src.panels import (
    About,
    Column,
    Panel,
    Query,
    distinct,
    latest_first,
    lines,
    numbers,
    rows,
    states,
)
from dashboards.src.promql import FROM, named, of_alerts, of_clients, pick
from dashboards.src.theme import (
    ACTIVE,
    BAD,
    BY_HAND,
    CHANGING,
    CONNECTED,
    HOLDING,
    IDLE,
    REDUCED,
    RUNNING,
    SIGN,
    WELL,
)

REAL = 'alertname!="Watchdog"'
BY_NAME = BigValueTextMode.NAME
PHASE_COLORS = {"detection": REDUCED, "address": ACTIVE, "service": WELL, "reconnect": CHANGING, "total": BAD}
REASON_COLORS = {
    "refused": BAD,
    "timeout": REDUCED,
    "reset": BY_HAND,
    "unreachable": ACTIVE,
    "handshake": CHANGING,
    "denied": IDLE,
    "query": WELL,
}


def page() -> Page:
    made = Page("failover-story", "Failover", "What happened, why, and what did clients feel?", "now-1h")
    made.row(
        "$cluster: what happened",
        (holder(), 4),
        (split(), 4),
        (last_event(), 6),
        (cause(), 3),
        (when(), 3),
        (felt(), 4),
        height=4,
    )
    made.more((held(), 24), height=6)
    made.more((failures(), 24), height=6)
    made.more((latency(), 24), height=6)
    made.row("$cluster: the failovers", (phases(), 10), (events(), 14), height=7)
    made.more((firing(), 10), (running(), 14), height=7)
    made.row("$cluster: evidence of a split", (signs(), 12), (sight(), 12), height=8)
    made.row("$cluster: clients", (servers(), 8), (slow(), 8), (commits(), 8), height=7)
    return made


def holder() -> Panel:
    held = promql.HELD
    held_by = f"({held} == 1) * on (cluster, vip) group_left () sum by (cluster, vip) ({held})"
    nobody = named(f"sum by (cluster, vip) ({held}) == 0", "host", "nobody")
    return numbers(
        About(
            "Holds the address now",
            "The hosts whose own kernel has the address. One is right. Two is a split: each client reaches one or the "
            "other. Nobody: clients reach nothing.",
            ("VIPSplitBrain", "VIPNotHeld"),
        ),
        Query(f"{held_by} or {nobody}", "{{host}}", instant=True),
        limits=((None, BAD), (1, ACTIVE), (2, BAD)),
        shows=BY_NAME,
    )


def split() -> Panel:
    return numbers(
        About(
            "Split for",
            "How long any sign of a split has been there without a break; 0 s: none. In a handover the views of two "
            "hosts may differ for one scrape. Which sign it is: the row with the evidence, below.",
            ("VIPSplitBrain", "PacemakerSplitBrain", "GaleraSplitBrain"),
        ),
        Query(promql.SPLIT_SECONDS, "split", instant=True),
        unit="s",
        limits=((None, WELL), (1, REDUCED), (10, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def last_event() -> Panel:
    none = named(f"absent({pick('failover_last_event_timestamp_seconds')})", "what", "none known")
    return numbers(
        About(
            "The last failover",
            "From where to where the address or a resource moved last, or what was restarted in place in this time "
            "range. Whoever held the address before is on the left.",
            ("FailoverHappened", "FailoverFlapping"),
        ),
        Query(f"{promql.LAST_EVENT} or {none}", "{{what}}", instant=True),
        shows=BY_NAME,
    )


def cause() -> Panel:
    return numbers(
        About(
            "Because of",
            "node_lost: the node vanished, Corosync's token ran out. node_shutdown, standby, operator_move: somebody "
            "wanted it. resource_failure: its agent says that it failed. failback: the old node came back.",
            ("FailoverHappened",),
        ),
        Query(promql.LAST_EVENT, "{{cause}}", instant=True),
        shows=BY_NAME,
    )


def when() -> Panel:
    return numbers(
        About("At", "When the exporter saw it done, in your browser's time zone.", ("FailoverHappened",)),
        Query(f"{promql.LAST_EVENT} * 1000", "at", instant=True),
        unit="dateTimeAsLocalNoDateIfToday",
        shows=BigValueTextMode.VALUE,
    )


def felt() -> Panel:
    active = f"max by (cluster) ({of_clients(pick('vip_outage_active_seconds'))})"
    ended = f"max by (cluster) ({of_clients(pick('vip_outage_last_duration_seconds'))})"
    return numbers(
        About(
            "Clients were out for",
            "Logins through the address, several a second, from outside the cluster where such an exporter runs. Left: "
            "the outage that lasts now, 0 s when there is none. Right: the last one that ended; over 5 s is too slow.",
            ("VIPDown", "VIPOutage", "FailoverSlow"),
        ),
        Query(active, "now", instant=True),
        Query(ended, "last time", instant=True),
        unit="s",
        limits=((None, WELL), (0.001, REDUCED), (5, BAD)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        missing="none yet",
    )


def held() -> Panel:
    return states(
        About(
            "Who holds the address",
            "A row for each balancer, by its own kernel. Grey, then blue, is a failover: the row that turns blue took "
            "over. Two rows in vermilion hold it at the same time. A gap: that host's exporter did not answer.",
            ("VIPSplitBrain", "VIPNotHeld"),
        ),
        Query(promql.doubled(f"({promql.HELD})", "cluster, vip"), "{{host}} {{vip}}"),
        states=HOLDING,
    )


def failures() -> Panel:
    failed = f"rate({pick('vip_probe_failures_total')}[$__rate_interval])"
    return lines(
        About(
            "Logins that failed",
            "A second, by reason. refused: the address is here, nobody listens. unreachable: the network says that it "
            "is not there. timeout: no answer, frozen or dropped. reset: cut off. handshake: HAProxy without a server. "
            "query: logged in, not answered: a Galera node without quorum.",
            ("VIPDown", "VIPOutage"),
        ),
        Query(f"sum by (reason) ({of_clients(failed)})", "{{reason}}"),
        unit="cps",
        colors=REASON_COLORS,
        stacked=True,
    )


def latency() -> Panel:
    buckets = of_clients(
        f"rate({pick('vip_probe_duration_seconds_bucket', phase='total')}[$__rate_interval])"
    )
    total = f"sum by (le) ({buckets})"
    return lines(
        About(
            "Time until a client is logged in",
            "Of logins that succeeded: failed ones are above. Slowest at 1 or 3 s: a lost SYN, sent again. Slowest at "
            "3 s with a handshake: HAProxy waited for a server that is gone.",
            ("VIPConnectSlow",),
        ),
        Query(f"histogram_quantile(0.5, {total})", "median"),
        Query(f"histogram_quantile(0.99, {total})", "99 of 100"),
        Query(f"histogram_quantile(1, {total})", "slowest"),
        unit="s",
        colors={"median": WELL, "99 of 100": ACTIVE, "slowest": BAD},
    )


def phases() -> Panel:
    return numbers(
        About(
            "Phases of the last failover",
            "What clients waited for, in order: detection (until the cluster noticed: mostly Corosync's token), address "
            "(until it was up again), service (until HAProxy answered), reconnect (until clients were in). A phase "
            "that cannot be told apart from here is missing; none at all: clients felt nothing.",
            ("FailoverSlow",),
        ),
        *(
            Query(f"{promql.PHASES} and on (phase) {named('vector(1)', 'phase', name)}", name, instant=True)
            for name in PHASE_COLORS
        ),
        unit="s",
        limits=((None, ACTIVE), (5, BAD)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        missing="nothing felt",
    )


def events() -> Panel:
    by = "cluster, resource, kind, from, to, cause"
    newest = promql.NEWEST
    seen = f"floor(min by ({by}) ({promql.EVENTS} and on ({FROM}, resource) {newest}) / 10) * 10000"
    return rows(
        About(
            "Failovers in this time range",
            "One row a failover of a resource, the latest first, to ten seconds. The journal has each with its "
            "evidence: failover-exporter events.",
            ("FailoverHappened", "FailoverFlapping"),
        ),
        Query(seen, table=True),
        steps=(distinct("Value", "resource", "kind", "from", "to", "cause"), latest_first("Value")),
        columns={
            "Value": Column("At", unit="dateTimeAsLocalNoDateIfToday", width=160),
            "resource": Column("Resource"),
            "kind": Column("What", width=80),
            "from": Column("From"),
            "to": Column("To"),
            "cause": Column("Cause"),
        },
    )


def firing() -> Panel:
    return rows(
        About("Firing alerts", "What fires at the end of the time range; a click opens its runbook."),
        Query(
            f"max by (alertname, severity) ({of_alerts(REAL)})", instant=True, table=True
        ),
        columns={
            "alertname": Column("Alert", link="${runbooks}/${__value.text}.md"),
            "severity": Column("Severity", width=100),
        },
    )


def running() -> Panel:
    return states(
        About(
            "Where Pacemaker says that resources run",
            "As a balancer that can ask Pacemaker believes. Two nodes in vermilion: Pacemaker knows of a split. A "
            "split that it does not know of is above only: who holds the address.",
            ("PacemakerSplitBrain", "PacemakerResourceNotRunning"),
        ),
        Query(promql.doubled(f"({promql.RUN})", "cluster, resource"), "{{resource}} on {{node}}"),
        states=RUNNING,
    )


def signs() -> Panel:
    return states(
        About(
            "Signs of a split",
            "Each sign by itself; no split shows all of them. Corosync killed: bound on two balancers, two MAC "
            "addresses, nothing in Pacemaker. A network cut: two DCs as well. A sign for one scrape is a handover.",
            ("VIPSplitBrain", "PacemakerSplitBrain", "GaleraSplitBrain"),
        ),
        *(Query(f"{expr}", name) for name, expr in promql.SIGNS.items()),
        states=SIGN,
    )


def sight() -> Panel:
    seen = promql.by_host(pick("ha_cluster_pacemaker_nodes", status='online'))
    return states(
        About(
            "Who sees whom in the cluster",
            "Each balancer's Pacemaker, asked for each node. Lost in both directions while both rows go on: split. "
            "A row that ends: Pacemaker on that balancer can't be asked.",
            ("PacemakerNodeOffline", "PacemakerSplitBrain"),
        ),
        Query(f"max by (cluster, host, node) ({seen})", "{{host}} sees {{node}}"),
        states=CONNECTED,
    )


def servers() -> Panel:
    answered = f"rate({pick('vip_probe_server_total')}[$__rate_interval])"
    return lines(
        About("Who answered", "Logins a second through the address, by the Galera node that answered."),
        Query(f"sum by (server) ({of_clients(answered)})", "{{server}}"),
        unit="cps",
        stacked=True,
    )


def slow() -> Panel:
    def late(limit: str) -> str:
        bucket = pick("vip_probe_duration_seconds_bucket", phase="connect", le=limit)
        return f"sum({of_clients(f'rate({bucket}[$__rate_interval])')})"

    every = pick("vip_probe_duration_seconds_count", phase="connect")
    total = f"sum({of_clients(f'rate({every}[$__rate_interval])')})"
    return lines(
        About("Slow connects", "Share", ("VIPConnectSlow",)),
        Query(f"1 - {late('1.0')} / {total}", "over 1 s"),
        unit="percentunit",
        colors={"over 1 s": REDUCED},
    )


def commits() -> Panel:
    names = ("vip_commits_in_doubt_total", "vip_commits_lost_total")
    return lines(
        About("Commits in doubt, and lost", "Where the write probe is on.", ("VIPCommitsLost",)),
        *(
            Query(f"sum(increase({pick(name)}[$__rate_interval]))", legend)
            for name, legend in zip(names, ("in doubt", "lost"), strict=True)
        ),
        unit="short",
        colors={"in doubt": REDUCED, "lost": BAD},
    )
