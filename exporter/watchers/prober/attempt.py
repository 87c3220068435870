"""One attempt: connect, handshake, login, ask who answers; each step timed."""

import errno
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pymysql
from pymysql.constants import CR, ER

from exporter.errors import Denied, SourceError, TimedOut, Unreachable
from exporter.parsing import excerpt
from exporter.transports.deadline import Deadline
from exporter.transports.mysql import Rows, Session, close_in_order, dial, login
from exporter.transports.mysql_account import Account

REASONS = ("refused", "timeout", "reset", "unreachable", "handshake", "denied", "query")
PHASES = ("connect", "handshake", "login", "query", "total")

# Without an account: a name that does not exist. Whoever refuses it is a living server.
UNKNOWN_ACCOUNT = Account("failover-exporter-probe", b"")
UNKNOWN_SERVER = "unknown"
SERVER_NAME_LENGTH = 64

# A node that is in no Primary component still tells its variables, but answers no query with a table.
WHO = "SELECT @@wsrep_node_name FROM (SELECT 1) AS one"

_OWN_TROUBLE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}
_BY_ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.EPIPE: "reset",
}
# The server speaks, but takes nobody: sent in place of a greeting.
_TURNED_AWAY = {ER.CON_COUNT_ERROR, ER.HOST_IS_BLOCKED, ER.HOST_NOT_PRIVILEGED}
_CUT = {CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR}


class NotMade(Unreachable):
    """The attempt says nothing of the address: this process is out of file descriptors or memory."""


@dataclass(frozen=True)
class AttemptResult:
    """How an attempt ended."""

    end: float  # monotonic seconds: the answer was there, or the failure certain
    reason: str | None = None  # of REASONS; None: success
    server: str | None = None  # None: not asked (failed, or no account)
    phases: Mapping[str, float] = field(default_factory=dict)  # seconds; of a success only
    detail: str = ""  # of a failure, for the log
    connected: float | None = None  # monotonic seconds: the connection was taken; None: it was not
    session: Session | None = None  # is still logged in, for the caller to close; None: not an account's


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
        """It has ended, the next begins."""
        now = time.monotonic()
        self.phases[self.phase] = now - self._lap
        self._lap = now

    def success(self, server: str | None = None, session: Session | None = None) -> AttemptResult:
        self.phases["total"] = self._lap - self._started
        return AttemptResult(self._lap, None, server, self.phases, connected=self.connected, session=session)


def attempt_once(address: str, port: int, account: Account | None, timeout: float) -> AttemptResult:
    """Make one attempt, all within `timeout` seconds. Raises NotMade."""
    started = time.monotonic()
    watch, deadline = _Stopwatch(started), Deadline(started + timeout)
    try:
        connection = dial(address, port, deadline, f"{address}:{port}")
        watch.lap()
        watch.connected = time.monotonic()
        try:
            _await_greeting(connection, deadline)
            watch.lap()
            close_in_order(connection)
            if account is None:
                return _as_unknown_account(connection, address, deadline, watch)
            return _as_user(connection, account, address, deadline, watch)
        except BaseException:  # a session closes its own
            connection.close()
            raise
    except SourceError as error:
        reason = reason_of(error, watch.phase)
        detail = f"{reason} in {watch.phase}: {error}"
        return AttemptResult(time.monotonic(), reason, detail=detail, connected=watch.connected)


def _await_greeting(connection: socket.socket, deadline: Deadline) -> None:
    """Until the server's first bytes are there. They stay in the socket for the login."""
    try:
        connection.settimeout(deadline.remaining("greeting"))
        first = connection.recv(256, socket.MSG_PEEK)
    except TimeoutError:
        raise TimedOut("no greeting in time") from None
    except OSError as error:
        raise Unreachable(error.strerror or str(error)) from error
    if not first:
        raise Unreachable("closed before the greeting: no server behind the balancer?")
    # length (3 bytes), number (1), 255 for an error, its code (2), its text
    if first[4:5] == b"\xff":
        raise Unreachable(f"turned away: {excerpt(first[7:].decode(errors='replace'))}")


def _as_user(
    connection: socket.socket, account: Account, host: str, deadline: Deadline, watch: _Stopwatch
) -> AttemptResult:
    session = login(connection, account, host, deadline, host)
    watch.lap()
    try:
        results = session.query(WHO, deadline)
        watch.lap()
    except SourceError as error:
        session.close()
        if _code(error) != ER.UNKNOWN_SYSTEM_VARIABLE:  # a server without Galera is an answer too
            raise
        return watch.success(UNKNOWN_SERVER)
    return watch.success(_server(results[0]), session)


def _server(rows: Rows) -> str:
    name = rows[0][0] if rows and rows[0] else None
    return name[:SERVER_NAME_LENGTH] if name and isinstance(name, str) else UNKNOWN_SERVER


def _as_unknown_account(
    connection: socket.socket, host: str, deadline: Deadline, watch: _Stopwatch
) -> AttemptResult:
    with connection:
        try:
            login(connection, UNKNOWN_ACCOUNT, host, deadline, host).close()  # where everybody is let in
        except Denied as error:
            if reason_of(error, watch.phase) != "denied":
                raise
    watch.lap()
    return watch.success()


def reason_of(error: SourceError, phase: str) -> str:
    """One of REASONS. Raises NotMade."""
    if isinstance(error, TimedOut):
        return "timeout"
    return _by_socket(error) or ("unreachable" if phase == "connect" else _by_server(error, phase))


def _by_socket(error: SourceError) -> str | None:
    """What the kernel said, in the errors behind."""
    for behind in _chain(error):
        if isinstance(behind, OSError) and behind.errno in _OWN_TROUBLE:
            raise NotMade(str(error)) from error
        if isinstance(behind, OSError) and behind.errno in _BY_ERRNO:
            return _BY_ERRNO[behind.errno]
    return None


def _by_server(error: SourceError, phase: str) -> str:
    code = _code(error)
    if phase == "handshake" or code in _TURNED_AWAY:
        return "handshake"
    if code in _CUT:
        return "reset"
    if isinstance(error, Denied):
        return "denied"
    return "query" if phase == "query" else "handshake"


def _code(error: SourceError) -> int | None:
    """The number of the MySQL error behind it."""
    for behind in _chain(error):
        if isinstance(behind, pymysql.Error) and behind.args and isinstance(behind.args[0], int):
            return behind.args[0]
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
