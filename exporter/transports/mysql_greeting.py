"""The first packet of a MySQL server: a greeting, or an error in its place."""

import socket

from exporter.errors import TimedOut, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_errors import ERROR_PACKET, Refusal

Connection = socket.socket  # as dial() in transports/mysql.py returns it

_PEEKED = 1024  # bytes; an error's text has up to 512


def await_greeting(connection: Connection, deadline: Deadline) -> None:
    """Wait for the server's first bytes, which stay in the socket for the login.

    Raises TimedOut, and Unreachable where the connection ends or the server turns the client away.
    """
    try:
        connection.settimeout(deadline.remaining("greeting"))
        first = connection.recv(_PEEKED, socket.MSG_PEEK)
    except TimeoutError:
        raise TimedOut("no greeting in time") from None
    except OSError as error:
        raise Unreachable(error.strerror or str(error)) from error
    if not first:
        raise Unreachable("closed before the greeting: no server behind the balancer?")
    if first[4:5] == ERROR_PACKET:
        raise Unreachable(f"turned away: {_error(first)}")


def _error(packet: bytes) -> str:
    """Of an error packet: length (3 bytes), number (1), 255, error code (2), text.

    MySQL and MariaDB send no SQL state before the login, ProxySQL does: ``#08004Too many connections``.
    """
    length, code = int.from_bytes(packet[:3], "little"), int.from_bytes(packet[5:7], "little")
    text = packet[7 : 4 + length].decode(errors="replace")
    text = text[6:] if text.startswith("#") else text
    return str(Refusal(code, text.strip()))
