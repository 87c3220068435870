"""Which field of the statistics CSV becomes which series: HAProxy's own names, labels and units.

Read from addons/promex/service-prometheus.c and src/stats.c (src/stats-proxy.c since 3.0) of HAProxy 2.0,
2.2, 2.4, 2.6, 2.8, 3.0, 3.2, 3.4 and 3.5-dev5. Since 2.4, where the state became a label (`status` and
`check_status` were numbers before), names only came, none changed:

    2.8 and 2.6.x  agg_server_status, agg_check_status (agg_server_check_status: the first one's old name)
    3.0            active and backup of a server
    3.2            agent_*, current_session_rate; connections_total of a listener, http_requests_total of a
                   server
    3.4            req_bytes_*, res_bytes_*, private_idle_connections_current
    3.5-dev5       http_cache_hint_hits_total

A series is given wherever the CSV has the field, also where that version's own endpoint did not have it yet.
Left out as HAProxy leaves them out: `http_only` ones of proxies that are not in mode http. Left out where
HAProxy has NaN: empty fields (no limit set, no check configured, no slow start going on).
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a row of the CSV is about; the prefix of its series is haproxy_<kind>_."""

    FRONTEND = "frontend"
    BACKEND = "backend"
    SERVER = "server"
    LISTENER = "listener"


@dataclass(frozen=True)
class Column:
    """One field that holds a number. A metric whose name ends in _total is a counter, any other a gauge."""

    field: str
    metric: str
    kinds: tuple[Kind, ...]
    help: str
    per_unit: int = 1  # how many of the field's unit are one of the metric's: 1000 for milliseconds
    http_only: bool = False
    code: str | None = None  # value of the label `code`


F, B, S, L = Kind.FRONTEND, Kind.BACKEND, Kind.SERVER, Kind.LISTENER
MS = 1000

_RESPONSES = "HTTP responses by class of status; other is anything outside 100 to 599."

COLUMNS = (
    # Sessions and queues
    Column("scur", "current_sessions", (F, L, B, S), "Sessions going on now."),
    Column("smax", "max_sessions", (F, L, B, S), "Most sessions at once since HAProxy started."),
    Column(
        "slim",
        "limit_sessions",
        (F, L, B, S),
        "Sessions allowed at once: maxconn, for a backend fullconn; at the limit clients wait.",
    ),
    Column("stot", "sessions_total", (F, L, B, S), "Sessions since HAProxy started."),
    Column("rate", "current_session_rate", (F, B, S), "New sessions in the last second."),
    Column("rate_max", "max_session_rate", (F, B, S), "Most new sessions in a second since HAProxy started."),
    Column("rate_lim", "limit_session_rate", (F,), "New sessions allowed in a second; 0 is no limit."),
    Column("qcur", "current_queue", (B, S), "Requests waiting for a free place on a server right now."),
    Column("qmax", "max_queue", (B, S), "Most requests that waited at once since HAProxy started."),
    Column("qlimit", "queue_limit", (S,), "Requests that may wait for this server (maxqueue)."),
    Column("lbtot", "loadbalanced_total", (B, S), "Times the balancing chose this server or backend."),
    Column("conn_tot", "connections_total", (F, L), "Connections since HAProxy started."),
    Column(
        "conn_rate_max",
        "connections_rate_max",
        (F,),
        "Most new connections in a second since HAProxy started.",
    ),
    # Bytes
    Column("bin", "bytes_in_total", (F, L, B, S), "Bytes of requests: from clients towards servers."),
    Column("bout", "bytes_out_total", (F, L, B, S), "Bytes of responses: from servers towards clients."),
    Column("reqbin", "req_bytes_in_total", (F, L, B, S), "Bytes of requests received."),
    Column("reqbout", "req_bytes_out_total", (F, L, B, S), "Bytes of requests sent on."),
    Column("resbin", "res_bytes_in_total", (F, L, B, S), "Bytes of responses received."),
    Column("resbout", "res_bytes_out_total", (F, L, B, S), "Bytes of responses sent on."),
    # What went wrong
    Column("dreq", "requests_denied_total", (F, L, B), "Requests denied by a rule of the configuration."),
    Column(
        "dresp", "responses_denied_total", (F, L, B, S), "Responses denied by a rule of the configuration."
    ),
    Column("ereq", "request_errors_total", (F, L), "Bad requests: broken, too slow, or ended by the client."),
    Column("dcon", "denied_connections_total", (F, L), "Connections denied by tcp-request connection rules."),
    Column("dses", "denied_sessions_total", (F, L), "Sessions denied by tcp-request session rules."),
    Column("econ", "connection_errors_total", (B, S), "Attempts to connect to a server that failed."),
    Column("eresp", "response_errors_total", (B, S), "Bad responses, among them servers that hung up early."),
    Column("wretr", "retry_warnings_total", (B, S), "Attempts to connect that were made again."),
    Column(
        "wredis",
        "redispatch_warnings_total",
        (B, S),
        "Requests sent to another server because the chosen one could not be reached.",
    ),
    Column("cli_abrt", "client_aborts_total", (B, S), "Transfers that the client ended early."),
    Column("srv_abrt", "server_aborts_total", (B, S), "Transfers that the server ended early."),
    Column("wrew", "failed_header_rewriting_total", (F, L, B, S), "Headers that could not be rewritten."),
    Column("eint", "internal_errors_total", (F, L, B, S), "Errors inside HAProxy; see its log."),
    # Servers: place in the balancing, checks
    Column(
        "weight",
        "weight",
        (B, S),
        "Weight in effect; 0 gets no new session. A backend: the sum of its servers.",
    ),
    Column(
        "uweight",
        "uweight",
        (B, S),
        "Weight as configured or set by hand. A backend: the sum of its servers.",
    ),
    Column("act", "active_servers", (B,), "Active servers that are up."),
    Column("act", "active", (S,), "1 if it is an active server."),
    Column("bck", "backup_servers", (B,), "Backup servers that are up."),
    Column("bck", "backup", (S,), "1 if it is a backup, for when no active server is up."),
    Column("throttle", "current_throttle", (S,), "Percent of its weight a server has during its slow start."),
    Column("chkfail", "check_failures_total", (S,), "Health checks that failed while the server was up."),
    Column("chkdown", "check_up_down_total", (B, S), "Times it went from up to down."),
    Column("lastchg", "check_last_change_seconds", (B, S), "Seconds since it last went up or down."),
    Column("downtime", "downtime_seconds_total", (B, S), "Seconds it was down since HAProxy started."),
    Column("check_duration", "check_duration_seconds", (S,), "How long the latest health check took.", MS),
    Column("agent_duration", "agent_duration_seconds", (S,), "How long the latest agent check took.", MS),
    # Times
    Column(
        "lastsess",
        "last_session_seconds",
        (B, S),
        "Seconds since a session was last sent there; -1 is never.",
    ),
    Column(
        "qtime", "queue_time_average_seconds", (B, S), "Mean wait in the queue of the last 1024 sessions.", MS
    ),
    Column(
        "ctime", "connect_time_average_seconds", (B, S), "Mean time to connect of the last 1024 sessions.", MS
    ),
    Column(
        "rtime",
        "response_time_average_seconds",
        (B, S),
        "Mean time until the server answered, of the last 1024 requests; always 0 in mode tcp.",
        MS,
    ),
    Column("ttime", "total_time_average_seconds", (B, S), "Mean length of the last 1024 sessions.", MS),
    Column("qtime_max", "max_queue_time_seconds", (B, S), "Longest wait in the queue.", MS),
    Column("ctime_max", "max_connect_time_seconds", (B, S), "Longest time to connect.", MS),
    Column("rtime_max", "max_response_time_seconds", (B, S), "Longest time until a server answered.", MS),
    Column("ttime_max", "max_total_time_seconds", (B, S), "Longest session.", MS),
    # Connections to servers
    Column("connect", "connection_attempts_total", (B, S), "Attempts to connect to a server."),
    Column("reuse", "connection_reuses_total", (B, S), "Sessions that went over a connection already open."),
    Column("srv_icur", "idle_connections_current", (S,), "Connections kept open and idle."),
    Column("src_ilim", "idle_connections_limit", (S,), "Connections that may be kept open and idle."),
    Column("idle_conn_cur", "unsafe_idle_connections_current", (S,), "Idle connections not proven reusable."),
    Column("safe_conn_cur", "safe_idle_connections_current", (S,), "Idle connections proven reusable."),
    Column("priv_idle_cur", "private_idle_connections_current", (S,), "Idle connections of one client only."),
    Column("used_conn_cur", "used_connections_current", (S,), "Connections in use."),
    Column("need_conn_est", "need_connections_current", (S,), "Connections HAProxy estimates to need."),
    # HTTP
    Column("req_tot", "http_requests_total", (F, B, S), "HTTP requests.", http_only=True),
    Column("req_rate_max", "http_requests_rate_max", (F,), "Most HTTP requests in a second.", http_only=True),
    Column(
        "intercepted",
        "intercepted_requests_total",
        (F,),
        "HTTP requests that HAProxy answered itself: redirects, statistics, services.",
        http_only=True,
    ),
    Column(
        "cache_lookups",
        "http_cache_lookups_total",
        (F, B),
        "Requests looked up in the cache.",
        http_only=True,
    ),
    Column(
        "cache_hits", "http_cache_hits_total", (F, B), "Requests answered from the cache.", http_only=True
    ),
    Column(
        "cache_hint_hits",
        "http_cache_hint_hits_total",
        (F, B),
        "Requests for which the cache knew an older answer to ask after.",
        http_only=True,
    ),
    Column(
        "comp_in", "http_comp_bytes_in_total", (F, B), "Response bytes given to compression.", http_only=True
    ),
    Column(
        "comp_out", "http_comp_bytes_out_total", (F, B), "Response bytes compression gave.", http_only=True
    ),
    Column(
        "comp_byp",
        "http_comp_bytes_bypassed_total",
        (F, B),
        "Response bytes not compressed for want of CPU time or bandwidth.",
        http_only=True,
    ),
    Column(
        "comp_rsp", "http_comp_responses_total", (F, B), "Responses that were compressed.", http_only=True
    ),
    Column("hrsp_1xx", "http_responses_total", (F, B, S), _RESPONSES, http_only=True, code="1xx"),
    Column("hrsp_2xx", "http_responses_total", (F, B, S), _RESPONSES, http_only=True, code="2xx"),
    Column("hrsp_3xx", "http_responses_total", (F, B, S), _RESPONSES, http_only=True, code="3xx"),
    Column("hrsp_4xx", "http_responses_total", (F, B, S), _RESPONSES, http_only=True, code="4xx"),
    Column("hrsp_5xx", "http_responses_total", (F, B, S), _RESPONSES, http_only=True, code="5xx"),
    Column("hrsp_other", "http_responses_total", (F, B, S), _RESPONSES, http_only=True, code="other"),
)

# The first word of the field `status` -> the label `state`. In full (src/stats.c, 2.0 to 3.4): "UP 1/3" is
# going down, "DOWN 1/2" going up; "MAINT (via app/a)", "MAINT (resolution)", "DRAIN (agent)" name their
# cause, 1.4 wrote "MAINT(via)"; "no check" is a server without a check, which HAProxy takes to be up. A
# frontend that is FULL (at its maxconn, up to 2.2) or PAUSED (from 2.1) has not stopped: UP.
STATES: dict[Kind, dict[str, str]] = {
    F: {"STOP": "DOWN", "OPEN": "UP", "FULL": "UP", "PAUSED": "UP"},
    L: {"WAITING": "WAITING", "OPEN": "OPEN", "FULL": "FULL"},
    B: {"DOWN": "DOWN", "UP": "UP"},
    S: {"DOWN": "DOWN", "UP": "UP", "MAINT": "MAINT", "DRAIN": "DRAIN", "NOLB": "NOLB", "no": "UP"},
}

# Results of a finished check (src/check.c); a server not yet checked ("INI") is in none of these states.
CHECK_STATES = (
    *("HANA", "SOCKERR", "L4OK", "L4TOUT", "L4CON", "L6OK", "L6TOUT", "L6RSP", "L7TOUT", "L7RSP"),
    *("L7OK", "L7OKC", "L7STS", "PROCERR", "PROCTOUT", "PROCOK"),
)
