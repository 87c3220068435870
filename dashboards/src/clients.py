"""What clients feel: panels that several dashboards show."""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src.panels import About, Panel, Query, lines, numbers
from dashboards.src.promql import in_range, of_clients, per_second, pick
from dashboards.src.theme import ACTIVE, BAD, BY_HAND, CHANGING, FURTHER, IDLE, REDUCED, WELL

REASONS = {
    "refused": BAD,
    "timeout": REDUCED,
    "reset": BY_HAND,
    "unreachable": ACTIVE,
    "handshake": CHANGING,
    "denied": IDLE,
    "query": FURTHER,
}


def felt() -> Panel:
    active = pick("vip_outage_active_seconds")
    ended = in_range("vip_outage_seconds_total")
    return numbers(
        About(
            "Clients were out for",
            """Logins through the address, several a second, made outside the cluster where an exporter runs
            there. Left: the outage that lasts now, 0 s when there is none. Right: all that ended in this
            time range together.""",
            ("VIPDown", "VIPOutage", "FailoverSlow"),
        ),
        Query(f"max by (cluster) ({of_clients(active)})", "now", instant=True),
        Query(f"max by (cluster) ({of_clients(ended)})", "in this range", instant=True),
        unit="s",
        limits=((None, WELL), (0.001, REDUCED), (5, BAD)),
        shows=BigValueTextMode.VALUE_AND_NAME,
    )


def failures() -> Panel:
    failed = of_clients(per_second("vip_probe_failures_total"))
    return lines(
        About(
            "Logins that failed",
            """A second, by reason. refused: the address is there, but nobody listens. unreachable: the
            network says that it is not there. timeout: no answer; frozen, or dropped on the way. reset:
            cut off. handshake: HAProxy has no server. denied: a server lives, but refuses the account.
            query: logged in, not answered: a Galera node without quorum.""",
            ("VIPDown", "VIPOutage"),
            ("failover-haproxy",),
        ),
        Query(f"sum by (cluster, reason) ({failed})", "{{reason}}"),
        unit="cps",
        colors=REASONS,
        drawn="areas",
    )


def latency() -> Panel:
    buckets = of_clients(per_second("vip_probe_duration_seconds_bucket", phase="total"))
    total = f"sum by (cluster, le) ({buckets})"
    return lines(
        About(
            "Time until a client is logged in",
            """Of logins that succeeded; those that failed are above. The slowest is the upper limit of its
            bucket. At 1.2 or 3.3 s: a lost SYN that was sent again, or HAProxy waiting for a server that
            is gone.""",
            ("VIPConnectSlow",),
        ),
        Query(f"histogram_quantile(0.5, {total})", "median"),
        Query(f"histogram_quantile(0.99, {total})", "99 of 100"),
        Query(f"histogram_quantile(1, {total})", "slowest"),
        unit="s",
        colors={"median": WELL, "99 of 100": ACTIVE, "slowest": REDUCED},
    )


def slow() -> Panel:
    quick = of_clients(per_second("vip_probe_duration_seconds_bucket", phase="connect", le="0.95"))
    every = of_clients(per_second("vip_probe_duration_seconds_count", phase="connect"))
    return lines(
        About(
            "Slow connects",
            """The share of TCP connects that took 0.95 s or longer: their SYN was lost and sent again, as
            happens while an address moves, and for as long as a network loses packets.""",
            ("VIPConnectSlow",),
        ),
        Query(f"1 - sum by (cluster) ({quick}) / sum by (cluster) ({every})", "0.95 s or longer"),
        unit="percentunit",
        colors={"0.95 s or longer": REDUCED},
    )


def servers() -> Panel:
    answered = of_clients(per_second("vip_probe_server_total"))
    return lines(
        About(
            "Who answered",
            """Logins a second through the address, by the Galera node that answered. A node that is missing
            gets no clients.""",
            ("HAProxyServerDown",),
            ("failover-haproxy", "failover-galera"),
        ),
        Query(f"sum by (cluster, server) ({answered})", "{{server}}"),
        unit="cps",
        drawn="areas",
    )


def believable() -> Panel:
    late = per_second("vip_probe_late_total")
    return lines(
        About(
            "Probes that were late",
            """Logins a second that began later than due. Above 0 the host of the probe was too busy: don't
            believe what it says about clients at that time.""",
            ("ProbeNotBelievable",),
        ),
        Query(f"sum by (cluster, instance) ({late})", "{{instance}}"),
        unit="cps",
    )


def commits() -> Panel:
    counted = {
        "acknowledged": f"max by (cluster) ({in_range('vip_commits_acknowledged_total')})",
        "in doubt": f"max by (cluster) ({in_range('vip_commits_in_doubt_total')})",
        "lost": f"max by (cluster) ({in_range('vip_commits_lost_total')})",
    }
    return numbers(
        About(
            "Commits in this time range",
            """Made through the address, where the probe writes. In doubt: the answer never came, a client
            has to look. Lost: acknowledged, and on no Galera node afterwards; data was lost.""",
            ("VIPCommitsLost",),
        ),
        *(Query(f"round({expr})", name, instant=True) for name, expr in counted.items()),
        limits=((None, IDLE), (1, WELL)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        missing="no probe writes",
        by_name={"in doubt": ((None, WELL), (1, REDUCED)), "lost": ((None, WELL), (1, BAD))},
    )
