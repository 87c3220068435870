"""One attempt: connect, wait for the greeting, log in, ask who answers; each phase is timed."""

import errno
import time
from collections.abc import Callable, Iterator

from exporter.endpoint import Endpoint
from exporter.errors import Denied, SourceError, TimedOut, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.mysql import Rows, Session, close_in_order, dial, login
from exporter.transports.mysql_account import Account
from exporter.transports.mysql_errors import (
    ACCOUNT_REFUSED,
    CONNECTION_LOST,
    TURNED_AWAY,
    UNKNOWN_SYSTEM_VARIABLE,
    code_of,
)
from exporter.transports.mysql_greeting import Connection, await_greeting
from exporter.watchers.prober.result import PHASES, TOTAL, AttemptResult

# Without an account: a name that does not exist. A server that refuses it is alive.
UNKNOWN_ACCOUNT = Account("failover-exporter-probe", b"")
UNKNOWN_SERVER = "unknown"
SERVER_NAME_LENGTH = 64

# A node that is in no Primary component still answers for its variables, but to no query on a table.
WHO = "SELECT @@wsrep_node_name FROM (SELECT 1) AS one"

_OWN_TROUBLE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}
_BY_ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.EPIPE: "reset",
}


class NotMade(Unreachable):
    """The attempt says nothing about the address: this process is out of file descriptors or memory."""


class _Stopwatch:
    def __init__(self, started: float):
        self.phases: dict[str, float] = {}
        self.connected: float | None = None
        self._started = self._lap = started

    @property
    def phase(self) -> str:
        """The one under way."""
        return PHASES[len(self.phases)]

    def lap(self) -> None:
        """The phase has ended, the next begins."""
        now = time.monotonic()
        self.phases[self.phase] = now - self._lap
        self._lap = now

    def success(self, server: str | None = None, session: Session | None = None) -> AttemptResult:
        self.phases[TOTAL] = self._lap - self._started
        return AttemptResult(self._lap, None, server, self.phases, connected=self.connected, session=session)


def make_attempt(
    endpoint: Endpoint, account: Account | None, timeout: float, connected: Callable[[], None] = lambda: None
) -> AttemptResult:
    """Make one attempt, all within `timeout` seconds; calls `connected` once it is. Raises NotMade."""
    started = time.monotonic()
    watch, deadline = _Stopwatch(started), Deadline(started + timeout)
    try:
        connection = dial(endpoint.host, endpoint.port, deadline, str(endpoint))
        watch.lap()
        watch.connected = time.monotonic()
        try:
            connected()
            await_greeting(connection, deadline)
            watch.lap()
            close_in_order(connection)
            if account is None:
                return _as_unknown_account(connection, endpoint, deadline, watch)
            return _as_user(connection, account, endpoint, deadline, watch)
        except BaseException:  # a session closes its own
            connection.close()
            raise
    except SourceError as error:
        reason = reason_of(error, watch.phase)
        detail = f"{reason} in {watch.phase}: {error}"
        return AttemptResult(time.monotonic(), reason, detail=detail, connected=watch.connected)


def _as_user(
    connection: Connection, account: Account, endpoint: Endpoint, deadline: Deadline, watch: _Stopwatch
) -> AttemptResult:
    session = login(connection, account, endpoint.host, deadline, str(endpoint))
    watch.lap()
    try:
        results = session.query(WHO, deadline)
        watch.lap()
    except SourceError as error:
        session.close()
        if code_of(error) != UNKNOWN_SYSTEM_VARIABLE:  # a server without Galera is an answer too
            raise
        return watch.success(UNKNOWN_SERVER)
    return watch.success(_server(results[0]), session)


def _server(rows: Rows) -> str:
    name = rows[0][0] if rows and rows[0] else None
    return name[:SERVER_NAME_LENGTH] if name and isinstance(name, str) else UNKNOWN_SERVER


def _as_unknown_account(
    connection: Connection, endpoint: Endpoint, deadline: Deadline, watch: _Stopwatch
) -> AttemptResult:
    with connection:
        try:
            session = login(connection, UNKNOWN_ACCOUNT, endpoint.host, deadline, str(endpoint))
            session.close()  # every name is let in
        except SourceError as error:
            if reason_of(error, watch.phase) != "denied":
                raise
    watch.lap()
    return watch.success()


def reason_of(error: SourceError, phase: str) -> str:
    """One of REASONS, by what is behind the error and the phase it came in. Raises NotMade."""
    if isinstance(error, TimedOut):
        return "timeout"
    return _by_errno(error) or ("unreachable" if phase == "connect" else _by_server(error, phase))


def _by_errno(error: SourceError) -> str | None:
    """By the kernel's error, if one is behind it."""
    for behind in _chain(error):
        if isinstance(behind, OSError) and behind.errno in _OWN_TROUBLE:
            raise NotMade(str(error)) from error
        if isinstance(behind, OSError) and behind.errno in _BY_ERRNO:
            return _BY_ERRNO[behind.errno]
    return None


def _by_server(error: SourceError, phase: str) -> str:
    """By the server's answer. One that turns every client away is an outage, whatever account it names."""
    code = code_of(error)
    if phase == "handshake" or code in TURNED_AWAY:
        return "handshake"
    if code in CONNECTION_LOST:
        return "reset"
    if isinstance(error, Denied) or code in ACCOUNT_REFUSED:
        return "denied"
    return "query" if phase == "query" else "handshake"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
