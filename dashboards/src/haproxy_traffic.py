"""What goes through HAProxy, what goes wrong on the way, and what it costs: panels."""

from dashboards.src.panels import About, Panel, Query, lines
from dashboards.src.promql import by_host, counted, per_second, pick
from dashboards.src.theme import ACTIVE, BAD, CHANGING, REDUCED, WELL

BY_PROXY = "cluster, proxy"
BY_SERVER = "cluster, proxy, server"


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
            """A second. Uneven without reason: look at the weights, and at the servers that are down.""",
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
            """Means of the last 1024 sessions, as HAProxy keeps them: they fall slowly after a fault. Time
            in the queue comes before it.""",
            ("VIPConnectSlow",),
        ),
        Query(f"max by ({BY_SERVER}) ({connect})", "{{proxy}} / {{server}}"),
        Query(f"max by ({BY_SERVER}) ({queue})", "{{proxy}} / {{server}}, in the queue"),
        unit="s",
    )


def errors() -> Panel:
    kinds = {
        "connect failed": "haproxy_backend_connection_errors_total",
        "retries": "haproxy_backend_retry_warnings_total",
        "redispatches": "haproxy_backend_redispatch_warnings_total",
        "bad response": "haproxy_backend_response_errors_total",
    }
    return lines(
        About(
            "Errors towards servers",
            """How many since the bar before. Retries, and redispatches to another server: the client was
            served, but late.""",
            ("HAProxyServerDown", "VIPConnectSlow"),
        ),
        *(Query(f"sum by (cluster) ({counted(metric)})", name) for name, metric in kinds.items()),
        unit="short",
        drawn="bars",
        colors=dict(zip(kinds, (BAD, REDUCED, ACTIVE, CHANGING), strict=True)),
    )


def aborts() -> Panel:
    return lines(
        About(
            "Sessions that were cut off",
            """How many since the bar before. By the server: it closed while clients were connected. By the
            client: it gave up, or closed without a goodbye.""",
            ("HAProxyServerDown",),
        ),
        Query(
            f"sum by ({BY_SERVER}) ({counted('haproxy_server_server_aborts_total')})",
            "by {{proxy}} / {{server}}",
        ),
        Query(f"sum by (cluster) ({counted('haproxy_backend_client_aborts_total')})", "by clients"),
        unit="short",
        drawn="bars",
        colors={"by clients": REDUCED},
    )


def checks() -> Panel:
    failed = counted("haproxy_server_check_failures_total")
    downs = counted("haproxy_server_check_up_down_total")
    return lines(
        About(
            "Failed health checks",
            """How many since the bar before, and how often a server went down. Failures without a server
            that goes down: its check is near its timeout.""",
            ("HAProxyServerDown",),
        ),
        Query(f"sum by ({BY_SERVER}) ({failed})", "{{proxy}} / {{server}}"),
        Query(f"sum by ({BY_SERVER}) ({downs})", "{{proxy}} / {{server}} went down"),
        unit="short",
        drawn="bars",
    )


def check_times() -> Panel:
    took = pick("haproxy_server_check_duration_seconds")
    return lines(
        About(
            "How long health checks take",
            """The latest check of each server. A server that becomes slow shows here before it is DOWN.""",
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
