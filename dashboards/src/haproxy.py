"""HAProxy: does it accept clients, and has it servers for them?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import haproxy_traffic as traffic
from dashboards.src import theme
from dashboards.src.haproxy_traffic import BY_PROXY, BY_SERVER
from dashboards.src.page import Page
from dashboards.src.panels import About, Panel, Query, numbers, states
from dashboards.src.promql import by_host, coded, of_balancers, per_second, pick
from dashboards.src.theme import ACTIVE, BAD, REDUCED, WELL

NEAR_LIMIT = ((None, WELL), (0.8, REDUCED), (0.95, BAD))


def page() -> Page:
    made = Page("failover-haproxy", "Does it accept clients, and has it servers for them?", "now-3h")
    top = (serving(), usable(), sessions_now(), fullest(), waiting(), errors_now())
    made.row("$cluster: does it serve?", *((panel, 4) for panel in top), height=4)
    made.more((servers(), 24), height=6)
    made.more((proxies(), 24), height=6)
    made.row("$cluster: sessions", (traffic.sessions(), 12), (traffic.by_server(), 12), height=7)
    made.more((traffic.queues(), 12), (traffic.times(), 12), height=7)
    made.row("$cluster: errors and checks", (traffic.errors(), 12), (traffic.aborts(), 12), height=7)
    made.more((traffic.checks(), 12), (traffic.check_times(), 12), height=7)
    made.row(
        "$cluster: the process",
        (traffic.idle(), 8),
        (traffic.connections(), 8),
        (traffic.bytes_moved(), 8),
        height=7,
    )
    return made


def serving() -> Panel:
    runs = f"max by (cluster, host) ({by_host(of_balancers(pick('haproxy_up')))})"
    nowhere = f'label_replace(sum by (cluster) ({runs}) == 0, "host", "nowhere", "", "")'
    return numbers(
        About(
            "Runs on",
            """The balancers whose HAProxy answers. One is right for a pair that moves it with the address;
            a passive balancer without it is no error.""",
            ("HAProxyNotServing",),
        ),
        Query(f"{runs} == 1 or {nowhere}", "{{host}}", instant=True),
        limits=((None, BAD), (1, ACTIVE)),
        shows=BigValueTextMode.NAME,
    )


def usable() -> Panel:
    active = pick("haproxy_backend_active_servers")
    backup = pick("haproxy_backend_backup_servers")
    return numbers(
        About(
            "Servers of the smallest backend",
            """Servers that are up in the backend that has the fewest. 0: its clients get an error. 1: the
            next fault is an outage.""",
            ("HAProxyNoServers", "HAProxyServerDown"),
        ),
        Query(f"min by (cluster) (max by ({BY_PROXY}) ({active} + {backup}))", "usable", instant=True),
        limits=((None, BAD), (1, REDUCED), (2, WELL)),
        shows=BigValueTextMode.VALUE,
    )


def sessions_now() -> Panel:
    now = pick("haproxy_frontend_current_sessions")
    return numbers(
        About(
            "Sessions", "Clients that are connected now, over all frontends.", ("HAProxySessionsNearLimit",)
        ),
        Query(f"sum by (cluster) ({now})", "sessions", instant=True),
        unit="short",
        shows=BigValueTextMode.VALUE,
    )


def fullest() -> Panel:
    now = pick("haproxy_frontend_current_sessions")
    limit = pick("haproxy_frontend_limit_sessions")
    return numbers(
        About(
            "Fullest frontend",
            """Its sessions, as a share of what maxconn allows. At 100 % more clients have to wait.""",
            ("HAProxySessionsNearLimit",),
        ),
        Query(f"max by (cluster) ({now} / ({limit} > 0))", "full", instant=True),
        unit="percentunit",
        limits=NEAR_LIMIT,
        shows=BigValueTextMode.VALUE,
    )


def waiting() -> Panel:
    return numbers(
        About(
            "Clients in queues",
            """Connected, and waiting for a free place on a server.""",
            ("HAProxyQueueing",),
        ),
        Query(f"sum by (cluster) ({pick('haproxy_backend_current_queue')})", "waiting", instant=True),
        unit="short",
        limits=((None, WELL), (1, REDUCED), (20, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def errors_now() -> Panel:
    failed = per_second("haproxy_backend_connection_errors_total")
    return numbers(
        About(
            "Failed connects to servers",
            """A second, at the end of the time range. Each costs its client the connect timeout, or an
            error.""",
            ("HAProxyServerDown",),
        ),
        Query(f"sum by (cluster) ({failed})", "failed", instant=True),
        unit="cps",
        limits=((None, WELL), (0.001, REDUCED)),
        shows=BigValueTextMode.VALUE,
    )


def servers() -> Panel:
    def in_state(state: str) -> str:
        return f"max by ({BY_SERVER}) ({pick('haproxy_server_status', state=state)})"

    cases = {
        theme.SERVER_DOWN: in_state("DOWN"),
        theme.SERVER_MAINT: in_state("MAINT"),
        theme.SERVER_DRAIN: in_state("DRAIN"),
        theme.SERVER_NOLB: in_state("NOLB"),
        theme.SERVER_UP: in_state("UP"),
    }
    return states(
        About(
            "Servers",
            """As the HAProxy that serves sees them. A gap: none ran, or its balancer did not answer.""",
            ("HAProxyServerDown", "HAProxyNoServers"),
        ),
        Query(coded(cases), "{{proxy}} / {{server}}"),
        states=theme.SERVER,
    )


def proxies() -> Panel:
    def up(kind: str) -> str:
        return f"max by ({BY_PROXY}) ({pick(f'haproxy_{kind}_status', state='UP')})"

    return states(
        About(
            "Frontends and backends",
            """A backend is down when it has no server left; a frontend is down when it takes no
            connections.""",
            ("HAProxyNoServers", "HAProxyNotServing"),
        ),
        Query(up("frontend"), "{{proxy}}, frontend"),
        Query(up("backend"), "{{proxy}}, backend"),
        states=theme.UP_DOWN,
    )
