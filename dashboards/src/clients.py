"""What clients feel: panels that several dashboards show."""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import theme
from dashboards.src.panels import About, Panel, Query, lines, numbers, states
from dashboards.src.promql import by_host, counted, in_range, of_clients, per_second, pick
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
            """Outages of logins through each address and port, several a second, made outside the cluster
            where an exporter runs there. now: the outage that is active, 0 s when there is none. in this
            range: the sum of all that ended in this time range.""",
            ("VIPDown", "VIPOutage", "FailoverSlow", "KeepalivedBlackHole"),
        ),
        Query(f"max by (cluster, vip, port) ({of_clients(active)})", "{{vip}}:{{port}} now", instant=True),
        Query(
            f"max by (cluster, vip, port) ({of_clients(ended)})",
            "{{vip}}:{{port}} in this range",
            instant=True,
        ),
        unit="s",
        limits=((None, WELL), (0.001, REDUCED), (5, BAD)),
        shows=BigValueTextMode.VALUE_AND_NAME,
    )


def failures() -> Panel:
    failed = of_clients(counted("vip_probe_failures_total"))
    return lines(
        About(
            "Logins that failed",
            """How many since the bar before, by reason and port. refused: the address is there, but
            nothing listens. unreachable: there is no route to it. timeout: no answer; frozen, or dropped on
            the way. reset: connection reset. handshake: HAProxy has no server. denied: a server refuses the
            account of the probe. query: logged in, not answered: a Galera node without quorum.""",
            ("VIPDown", "VIPOutage", "ProbeAccountRefused"),
            ("failover-haproxy",),
        ),
        Query(f"sum by (cluster, vip, port, reason) ({failed})", "{{reason}} {{vip}}:{{port}}"),
        unit="short",
        starts=REASONS,
        drawn="bars",
    )


def latency() -> Panel:
    buckets = of_clients(per_second("vip_probe_duration_seconds_bucket", phase="total"))
    total = f"sum by (cluster, vip, port, le) ({buckets})"
    return lines(
        About(
            "Time until a client is logged in",
            """Of logins that succeeded, by port; those that failed are above. The slowest is the upper limit
            of its bucket. At 1.2 or 3.3 s: a lost SYN that was sent again, or HAProxy waiting for a server
            that is gone.""",
            ("VIPConnectSlow",),
        ),
        Query(f"histogram_quantile(0.5, {total})", "median {{vip}}:{{port}}"),
        Query(f"histogram_quantile(0.99, {total})", "p99 {{vip}}:{{port}}"),
        Query(f"histogram_quantile(1, {total})", "slowest {{vip}}:{{port}}"),
        unit="s",
        starts={"median": WELL, "p99": ACTIVE, "slowest": REDUCED},
    )


def slow() -> Panel:
    quick = of_clients(per_second("vip_probe_duration_seconds_bucket", phase="connect", le="0.95"))
    every = of_clients(per_second("vip_probe_duration_seconds_count", phase="connect"))
    return lines(
        About(
            "Slow connects",
            """The share of TCP connects that took 0.95 s or longer, by port: their SYN was lost and sent
            again, as happens while an address moves, and for as long as a network loses packets.""",
            ("VIPConnectSlow",),
        ),
        Query(
            f"1 - sum by (cluster, vip, port) ({quick}) / sum by (cluster, vip, port) ({every})",
            "0.95 s or longer {{vip}}:{{port}}",
        ),
        unit="percentunit",
        starts={"0.95 s or longer": REDUCED},
    )


def servers() -> Panel:
    answered = of_clients(per_second("vip_probe_server_total"))
    return lines(
        About(
            "Who answered",
            """Logins a second through each address and port, by the Galera node that answered. A node that
            is missing gets no clients.""",
            ("HAProxyServerDown",),
            ("failover-haproxy", "failover-galera"),
        ),
        Query(f"sum by (cluster, vip, port, server) ({answered})", "{{server}} {{vip}}:{{port}}"),
        unit="cps",
        drawn="areas",
    )


def late() -> Panel:
    begun_late = counted("vip_probe_late_total")
    return lines(
        About(
            "Probes that were late",
            """Attempts that began later than due, since the bar before. Where there are some, the host of the
            probe was too busy: what it reports about clients at that time is not reliable.""",
            ("ProbeNotBelievable",),
        ),
        Query(f"sum by (cluster, host, vip, port) ({by_host(begun_late)})", "{{host}} {{vip}}:{{port}}"),
        unit="short",
        drawn="bars",
    )


def account() -> Panel:
    ok = by_host(pick("vip_probe_account_ok"))
    return states(
        About(
            "Account of the probe",
            """By host, address and port. Refused: a server answers and does not let the probe log in.
            Clients are well; the probe sees nothing of what comes after a login.""",
            ("ProbeAccountRefused",),
        ),
        Query(f"min by (cluster, host, vip, port) ({ok})", "{{host}} {{vip}}:{{port}}"),
        states=theme.ACCOUNT,
    )


def commits() -> Panel:
    kinds = {"acknowledged": "acknowledged", "refused": "refused", "in doubt": "in_doubt", "lost": "lost"}
    of_port = "max by (cluster, vip, port)"

    def counted_in_range(kind: str) -> str:
        by_exporter = f"sum by (cluster, job, instance, vip, port) ({in_range(f'vip_commits_{kind}_total')})"
        return f"round({of_port} ({by_exporter}))"

    return numbers(
        About(
            "Commits in this time range",
            """Made through each address and port where the probe writes. Refused: nothing was committed. In
            doubt: the answer never came, a client has to check. Lost: acknowledged, and on no Galera node
            afterwards; data was lost.""",
            ("VIPCommitsLost", "VIPWritesRefused"),
        ),
        *(
            Query(
                counted_in_range(kind),
                f"{name} {{{{vip}}}}:{{{{port}}}}",
                instant=True,
            )
            for name, kind in kinds.items()
        ),
        limits=((None, IDLE), (1, WELL)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        missing="no probe writes",
        starts={
            "refused": ((None, WELL), (1, REDUCED)),
            "in doubt": ((None, WELL), (1, REDUCED)),
            "lost": ((None, WELL), (1, BAD)),
        },
    )
