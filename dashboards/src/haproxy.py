"""HAProxy: does it take clients, and has it servers to hand them to?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import theme
from dashboards.src.page import Page
from dashboards.src.panels import About, Panel, Query, lines, numbers, states
from dashboards.src.promql import by_host, coded, lately, of_balancers, per_second, pick
from dashboards.src.theme import ACTIVE, BAD, CHANGING, REDUCED, WELL

BY_PROXY = "cluster, proxy"
BY_SERVER = "cluster, proxy, server"
RUNS = pick("haproxy_process_uptime_seconds")  # there where HAProxy runs
NEAR_LIMIT = ((None, WELL), (0.8, REDUCED), (0.95, BAD))


def page() -> Page:
    made = Page("failover-haproxy", "Does it take clients, and has it servers to hand them to?", "now-3h")
    top = (serving(), usable(), sessions_now(), fullest(), waiting(), errors_now())
    made.row("$cluster: does it serve?", *((panel, 4) for panel in top), height=4)
    made.more((servers(), 24), height=6)
    made.more((proxies(), 24), height=6)
    made.row("$cluster: sessions", (sessions(), 12), (by_server(), 12), height=7)
    made.more((queues(), 12), (times(), 12), height=7)
    made.row("$cluster: errors and checks", (errors(), 12), (aborts(), 12), height=7)
    made.more((checks(), 12), (check_times(), 12), height=7)
    made.row("$cluster: the process", (idle(), 8), (connections(), 8), (bytes_moved(), 8), height=7)
    return made


def serving() -> Panel:
    runs = f"max by (cluster, host) ({by_host(of_balancers(pick('haproxy_up')))})"
    nowhere = f'label_replace(sum by (cluster) ({runs}) == 0, "host", "nowhere", "", "")'
    return numbers(
        About(
            "Runs on",
            """The balancers whose HAProxy answers. One is right for a pair that moves it with the address;
            a passive balancer is no error.""",
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
            "Servers, in the poorest backend",
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
    def says(state: str) -> str:
        return f"max by ({BY_SERVER}) ({pick('haproxy_server_status', state=state)})"

    cases = {
        theme.SERVER_DOWN: says("DOWN"),
        theme.SERVER_MAINT: says("MAINT"),
        theme.SERVER_DRAIN: says("DRAIN"),
        theme.SERVER_NOLB: says("NOLB"),
        theme.SERVER_UP: says("UP"),
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


def sessions() -> Panel:
    return lines(
        About(
            "Sessions of the frontends",
            """Connected clients. A fall to 0 and back is a failover: sessions end with the HAProxy that
            held them.""",
            ("HAProxySessionsNearLimit",),
        ),
        Query(f"sum by ({BY_PROXY}) ({pick('haproxy_frontend_current_sessions')})", "{{proxy}}"),
        unit="short",
    )


def by_server() -> Panel:
    new = per_second("haproxy_server_sessions_total")
    return lines(
        About(
            "New sessions by server",
            """A second. Uneven without reason: look at weights and at who is down.""",
            ("HAProxyServerDown",),
        ),
        Query(f"sum by ({BY_SERVER}) ({new})", "{{proxy}} / {{server}}"),
        unit="cps",
        drawn="areas",
    )


def queues() -> Panel:
    return lines(
        About(
            "Queues",
            """Clients that wait for a place on a server, or in a backend for any server.""",
            ("HAProxyQueueing",),
        ),
        Query(f"sum by ({BY_SERVER}) ({pick('haproxy_server_current_queue')})", "{{proxy}} / {{server}}"),
        Query(f"sum by ({BY_PROXY}) ({pick('haproxy_backend_current_queue')})", "{{proxy}}, any server"),
        unit="short",
    )


def times() -> Panel:
    connect = pick("haproxy_server_connect_time_average_seconds")
    queue = pick("haproxy_server_queue_time_average_seconds")
    return lines(
        About(
            "Time to connect to servers",
            """Means of the last 1024 sessions, as HAProxy keeps them: they fall slowly after a trouble.
            Time in the queue comes before it.""",
            ("VIPConnectSlow",),
        ),
        Query(f"max by ({BY_SERVER}) ({connect})", "{{proxy}} / {{server}}"),
        Query(f"max by ({BY_SERVER}) ({queue})", "{{proxy}} / {{server}}, in the queue"),
        unit="s",
    )


def errors() -> Panel:
    kinds = {
        "connect failed": "haproxy_backend_connection_errors_total",
        "tried again": "haproxy_backend_retry_warnings_total",
        "sent to another server": "haproxy_backend_redispatch_warnings_total",
        "bad response": "haproxy_backend_response_errors_total",
    }
    return lines(
        About(
            "Errors towards servers",
            """A second. Tried again, and sent to another server: the client was served, but late.""",
            ("HAProxyServerDown", "VIPConnectSlow"),
        ),
        *(Query(f"sum by (cluster) ({per_second(metric)})", name) for name, metric in kinds.items()),
        unit="cps",
        colors=dict(zip(kinds, (BAD, REDUCED, ACTIVE, CHANGING), strict=True)),
    )


def aborts() -> Panel:
    return lines(
        About(
            "Sessions that were cut off",
            """A second. By the server: it went away under its clients. By the client: it gave up, or was
            done without saying so.""",
            ("HAProxyServerDown",),
        ),
        Query(f"sum by ({BY_SERVER}) ({per_second('haproxy_server_server_aborts_total')})", "by {{server}}"),
        Query(f"sum by (cluster) ({per_second('haproxy_backend_client_aborts_total')})", "by clients"),
        unit="cps",
        colors={"by clients": REDUCED},
    )


def checks() -> Panel:
    failed = lately("haproxy_server_check_failures_total")
    downs = lately("haproxy_server_check_up_down_total")
    return lines(
        About(
            "Failed health checks",
            """How many around that time, and how often a server went down for it. Failures without a fall:
            its check is near its timeout.""",
            ("HAProxyServerDown",),
        ),
        Query(f"sum by ({BY_SERVER}) ({failed})", "{{proxy}} / {{server}}"),
        Query(f"sum by ({BY_SERVER}) ({downs})", "{{proxy}} / {{server}} went down"),
        unit="short",
        drawn="areas",
    )


def check_times() -> Panel:
    took = pick("haproxy_server_check_duration_seconds")
    return lines(
        About(
            "How long health checks take",
            """The latest check of each server. A server that gets slow shows here before it falls.""",
            ("HAProxyServerDown",),
        ),
        Query(f"max by ({BY_SERVER}) ({took})", "{{proxy}} / {{server}}"),
        unit="s",
    )


def idle() -> Panel:
    waits = by_host(pick("haproxy_process_idle_time_percent"))
    return lines(
        About(
            "Idle",
            """Share of the last second in which HAProxy had nothing to do. Near 0 it is short of CPU.""",
            ("HAProxySessionsNearLimit",),
        ),
        Query(f"min by (cluster, host) ({waits})", "{{host}}"),
        unit="percent",
    )


def connections() -> Panel:
    now = by_host(pick("haproxy_process_current_connections"))
    most = by_host(pick("haproxy_process_max_connections"))
    return lines(
        About(
            "Connections of the process",
            """As a share of the most that it takes, over all frontends.""",
            ("HAProxySessionsNearLimit",),
        ),
        Query(f"max by (cluster, host) ({now}) / max by (cluster, host) ({most})", "{{host}}"),
        unit="percentunit",
    )


def bytes_moved() -> Panel:
    return lines(
        About("Bytes", "A second, through all backends: towards servers, and towards clients."),
        Query(f"sum by (cluster) ({per_second('haproxy_backend_bytes_in_total')})", "to servers"),
        Query(f"sum by (cluster) ({per_second('haproxy_backend_bytes_out_total')})", "to clients"),
        unit="Bps",
        colors={"to servers": ACTIVE, "to clients": WELL},
    )
