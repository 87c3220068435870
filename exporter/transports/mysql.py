"""Ask a MySQL-compatible server over PyMySQL: each call ends by its deadline, or with a SourceError."""

import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CLIENT, COMMAND, CR, ER

from exporter.errors import Denied, Refused, SourceError, TimedOut, Unparsable, Unreachable
from exporter.parsing import excerpt
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account

ANSWER_LIMIT = 1024 * 1024  # bytes; all wsrep_ status and variables of one node are about 10,000
GOODBYE_SECONDS = 0.2
_AT_ONCE = Deadline(0.0)  # for what does not wait
_SHORT_ANSWER = 16 * 1024  # bytes
_ERROR = b"\xff"  # begins an answer that is none

Rows = tuple[tuple[Any, ...], ...]

_Endpoint = tuple[int, Any]  # the address family, and an address as it has them

_DENIED = {
    ER.DBACCESS_DENIED_ERROR,
    ER.ACCESS_DENIED_ERROR,
    ER.HOST_IS_BLOCKED,
    ER.HOST_NOT_PRIVILEGED,
    ER.TABLEACCESS_DENIED_ERROR,
    ER.SPECIFIC_ACCESS_DENIED_ERROR,
    ER.NOT_SUPPORTED_AUTH_MODE,
    1698,  # no password given where one is needed
    1820,  # the password has to be changed first
    1862,  # the password has expired
    3118,  # account locked (MySQL)
    3159,  # only over TLS (MySQL, MariaDB)
    4151,  # account locked (MariaDB)
    CR.CR_SSL_CONNECTION_ERROR,
    CR.CR_AUTH_PLUGIN_CANNOT_LOAD,
}
_NOT_UNDERSTOOD = {ER.SYNTAX_ERROR, ER.PARSE_ERROR, ER.NOT_SUPPORTED_YET}


@dataclass
class _Allowance:
    """What the call under way in this thread may still take."""

    what: str
    deadline: Deadline
    bytes_left: int = ANSWER_LIMIT


_allowance: ContextVar[_Allowance] = ContextVar("allowance")


class _Socket(socket.socket):
    """Each operation ends by the deadline of the call that it is made in.

    PyMySQL's own timeouts begin anew with each read: a peer that sends a byte now and then would hold
    its thread for ever.
    """

    def _timed(self, operation: Callable[..., Any], *args: Any) -> Any:
        allowance = _allowance.get()
        self.settimeout(allowance.deadline.remaining(allowance.what))
        try:
            return operation(*args)
        except TimeoutError:
            raise TimedOut(f"{allowance.what}: no answer in time") from None

    def connect(self, *args: Any) -> None:
        self._timed(super().connect, *args)

    def recv_into(self, *args: Any) -> int:
        received = int(self._timed(super().recv_into, *args))
        allowance = _allowance.get()
        allowance.bytes_left -= received
        if allowance.bytes_left < 0:
            raise Unparsable(f"{allowance.what}: more than {ANSWER_LIMIT} bytes of answer")
        return received

    def sendall(self, *args: Any) -> None:
        self._timed(super().sendall, *args)


class _TlsSocket(_Socket, ssl.SSLSocket):
    def do_handshake(self, *args: Any) -> None:
        try:
            self._timed(super().do_handshake, *args)
        except SourceError:  # after an OSError, ssl itself closes it
            self.close()
            raise


class _NeverInClear:
    """Refuses the two login methods that send the password as it is to whoever asks for it."""

    def __init__(self, connection: object):
        pass

    def authenticate(self, _packet: object) -> NoReturn:
        raise Denied(f"{_allowance.get().what}: asks for the password in clear text, which is not sent")


class _Connection(Connection):
    def set_character_set(self, charset: str, collation: str | None = None) -> None:
        """Nothing: the handshake has said utf8mb4, and asking again is one round trip more."""


class Session:
    """A connection that is logged in. `what` names the server in error texts."""

    def __init__(self, connection: _Connection, what: str):
        self._connection = connection
        self._what = what

    def query(self, sql: str, deadline: Deadline) -> list[Rows]:
        """The rows of each statement in `sql`, values as text. A session that raised is of no more use."""
        with _Asking(self._what, deadline), self._connection.cursor() as cursor:
            cursor.execute(sql)
            rows: list[Rows] = [cursor.fetchall()]
            while cursor.nextset():
                rows.append(cursor.fetchall())
            return rows

    def ask(self, sql: str) -> None:
        """As query(), without waiting: refused() takes the answer. Nothing else may be asked meanwhile."""
        question = bytes([COMMAND.COM_QUERY]) + sql.encode()
        with _Asking(self._what, _AT_ONCE):
            self._socket.settimeout(0)
            self._socket.send(struct.pack("<I", len(question)) + question)

    def refused(self) -> bool | None:
        """Whether the server would not answer what was asked last; None: it has said nothing yet. Raises
        SourceError when it has hung up."""
        with _Asking(self._what, _AT_ONCE):
            self._socket.settimeout(0)
            try:
                answer = self._socket.recv(_SHORT_ANSWER)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
            if not answer:
                raise Unreachable(f"{self._what}: hung up")
            return answer[4:5] == _ERROR  # after length (3 bytes) and number (1)

    @property
    def _socket(self) -> socket.socket:
        connection: socket.socket = self._connection._sock  # type: ignore[attr-defined]
        return connection

    def fileno(self) -> int:
        """Of its connection, for select(): EPOLLRDHUP is the server hanging up."""
        return self._socket.fileno()

    def close(self) -> None:
        """Say goodbye, so that the server doesn't count an aborted client, and never mind the answer."""
        token = _allowance.set(_Allowance(self._what, Deadline.after(GOODBYE_SECONDS)))
        try:
            self._connection.close()
        finally:
            _allowance.reset(token)


def dial(host: str, port: int, deadline: Deadline, what: str) -> socket.socket:
    """A TCP connection, which close() resets until close_in_order().

    The name look-up is the one step that can't be bounded: the resolver has its own.
    """
    with _Asking(what, deadline):
        refusal: OSError | None = None
        for family, address in _numeric(host, port) or _look_up(host, port):
            connection = _Socket(family, socket.SOCK_STREAM)
            try:
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _linger(connection, reset=True)
                return connection
            except OSError as error:
                connection.close()
                refusal = error
            except SourceError:
                connection.close()
                raise
        raise refusal or OSError("the name has no address")


@lru_cache(maxsize=64)
def _numeric(host: str, port: int) -> Sequence[_Endpoint]:
    """None for a name. Kept, as Python takes 0.1 ms of CPU to find that an address is one."""
    try:
        return _look_up(host, port, socket.AI_NUMERICHOST)
    except socket.gaierror:
        return ()


def _look_up(host: str, port: int, flags: int = 0) -> Sequence[_Endpoint]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, *_, address in found]


def close_in_order(connection: socket.socket) -> None:
    """From now on: there is a server that says something.

    Before, a balancer that hangs may hold the connection. Were it closed in order, the balancer would bring
    it to a server once it goes on; after max_connect_errors of them the server blocks the balancer.
    """
    _linger(connection, reset=False)


def _linger(connection: socket.socket, *, reset: bool) -> None:
    """A connection that lingers for no time is reset, see socket(7)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", reset, 0))


def login(connection: socket.socket, account: Account, host: str, deadline: Deadline, what: str) -> Session:
    """Handshake and login on a connection that dial() made. `host` is the name in its certificate."""
    if account.tls:
        account.tls.sslsocket_class = _TlsSocket
    with _Asking(what, deadline):
        server = _Connection(
            host=host,
            user=account.user,
            password=account.password,
            ssl=account.tls,
            ssl_disabled=account.tls is None,
            charset="utf8mb4",
            autocommit=True,
            conv={},
            client_flag=CLIENT.MULTI_STATEMENTS,  # several questions in one round trip
            auth_plugin_map={"mysql_clear_password": _NeverInClear, "dialog": _NeverInClear},
            defer_connect=True,
        )
        if not account.tls_required:
            server._ssl_required = False  # type: ignore[attr-defined]  # no public name for "preferred"
        try:
            server.connect(connection)
        except RuntimeError as error:  # PyMySQL: the login method needs a package that isn't here
            raise Denied(f"{what}: login without TLS is not possible: {error}") from None
        close_in_order(server._sock)  # type: ignore[attr-defined]  # another one than before where TLS is on
        return Session(server, what)


def connect(host: str, port: int, account: Account, deadline: Deadline, what: str) -> Session:
    return login(dial(host, port, deadline, what), account, host, deadline, what)


def code_of(error: BaseException | None) -> int | None:
    """The number of the MySQL error behind it."""
    while error is not None:
        if isinstance(error, pymysql.Error) and error.args and isinstance(error.args[0], int):
            return error.args[0]
        error = error.__cause__ or error.__context__
    return None


class _Asking:
    """A call to the server: what it raises is a SourceError. @contextmanager would be dearer."""

    def __init__(self, what: str, deadline: Deadline):
        self._what, self._deadline = what, deadline

    def __enter__(self) -> None:
        self._token = _allowance.set(_Allowance(self._what, self._deadline))

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        _allowance.reset(self._token)
        if error is None or isinstance(error, SourceError):
            return
        if isinstance(error, pymysql.Error | OSError):
            raise _translated(error, self._what) from None
        if isinstance(error, Exception):  # by PyMySQL on bytes of another protocol: struct.error, IndexError…
            raise Unparsable(f"{self._what}: not the MySQL protocol ({type(error).__name__})") from None


def _translated(error: Exception, what: str) -> SourceError:
    error = getattr(error, "original_exception", error)  # PyMySQL wraps what the socket raised
    if isinstance(error, ssl.SSLCertVerificationError):
        return Denied(f"{what}: its certificate is not accepted: {error.verify_message}, check ssl-ca")
    if isinstance(error, ConnectionRefusedError):
        return Refused(f"{what}: connection refused, nobody listens")
    if isinstance(error, OSError):
        return Unreachable(f"{what}: {error.strerror or error}")
    code, text = (*error.args, "", "")[:2]
    if not isinstance(code, int):
        return Unparsable(f"{what}: not the MySQL protocol: {excerpt(str(code))}")
    said = f"{what}: {_printable(str(text))} (error {code})"
    if code in _DENIED:
        return Denied(said)
    return Unparsable(said) if code in _NOT_UNDERSTOOD else Unreachable(said)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text[:200])
