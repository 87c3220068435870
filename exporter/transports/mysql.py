"""Ask a MySQL-compatible server over PyMySQL: each call ends by its deadline, or with a SourceError."""

import socket
import ssl
from contextlib import suppress

from exporter.errors import Denied, SourceError, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account
from exporter.transports.mysql_call import LONG_ANSWER, SHORT_ANSWER, Call
from exporter.transports.mysql_errors import ERROR_PACKET
from exporter.transports.mysql_socket import close_in_order, dial
from exporter.transports.mysql_wire import Rows, Wire, question

__all__ = ["LONG_ANSWER", "Rows", "Session", "close_in_order", "connect", "dial", "login"]

GOODBYE_SECONDS = 0.2
_AT_ONCE = Deadline(0.0)  # for what does not wait


class Session:
    """A connection that is logged in. `what` names the server in error texts."""

    def __init__(self, wire: Wire, what: str):
        self._wire = wire
        self._what = what

    @property
    def server_version(self) -> str:
        """From its greeting: `10.11.19-MariaDB-0+deb12u1`; a proxy says what it likes."""
        return self._wire.server_version

    def query(self, sql: str, deadline: Deadline, limit: int = SHORT_ANSWER) -> list[Rows]:
        """The rows of each statement in `sql`, values as text; all answers together have at most `limit`
        bytes.

        A session that raised can't be used any more.
        """
        with Call(self._what, deadline, limit):
            return self._wire.rows(sql)

    def ask(self, sql: str) -> None:
        """As query(), without waiting: refused() takes the answer. Nothing else may be asked meanwhile."""
        with Call(self._what, _AT_ONCE):
            self._socket.settimeout(0)
            self._socket.send(question(sql))

    def refused(self) -> bool | None:
        """Whether the server refused what was asked last; None: no answer yet. Raises SourceError when the
        server has closed the connection."""
        with Call(self._what, _AT_ONCE):
            self._socket.settimeout(0)
            try:
                answer = self._socket.recv(SHORT_ANSWER)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
            if not answer:
                raise Unreachable(f"{self._what}: closed the connection")
            return answer[4:5] == ERROR_PACKET  # after length (3 bytes) and number (1)

    @property
    def _socket(self) -> socket.socket:
        return self._wire.raw_socket

    def fileno(self) -> int:
        """Of its connection, for select(): EPOLLRDHUP is the server closing it."""
        return self._socket.fileno()

    def close(self) -> None:
        """Say goodbye, so that the server doesn't count an aborted client; whether it hears that doesn't
        matter."""
        with suppress(SourceError), Call(self._what, Deadline.after(GOODBYE_SECONDS)):
            self._wire.close()


def login(connection: socket.socket, account: Account, host: str, deadline: Deadline, what: str) -> Session:
    """Handshake and login on a connection that dial() made. `host` is the name in its certificate."""
    with Call(what, deadline):
        wire = Wire(account, host, what)
        try:
            wire.log_in(connection)
        except RuntimeError as error:  # PyMySQL: the login method needs a package that isn't here
            raise Denied(f"{what}: this login is not possible: {error}") from None
        close_in_order(wire.raw_socket)
        return Session(wire, what)


def connect(host: str, port: int, account: Account, deadline: Deadline, what: str) -> Session:
    return login(dial(host, port, deadline, what), account, host, deadline, what)
