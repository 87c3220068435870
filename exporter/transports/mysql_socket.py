"""TCP connections to MySQL servers on which each operation ends by the deadline of the call it belongs to."""

import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from exporter.errors import SourceError, TimedOut
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_call import Call, allowance

_Address = tuple[int, Any]  # the address family, and an address as that family has them


class TimedSocket(socket.socket):
    """PyMySQL's own timeouts begin anew with each read: a peer that sends a byte now and then would hold its
    thread for ever."""

    def _timed(self, operation: Callable[..., Any], *args: Any) -> Any:
        call = allowance.get()
        self.settimeout(call.deadline.remaining(call.what))
        try:
            return operation(*args)
        except TimeoutError:
            raise TimedOut(f"{call.what}: no answer in time") from None

    def connect(self, *args: Any) -> None:
        self._timed(super().connect, *args)

    def recv_into(self, *args: Any) -> int:
        received = int(self._timed(super().recv_into, *args))
        allowance.get().take(received)
        return received

    def sendall(self, *args: Any) -> None:
        self._timed(super().sendall, *args)


class TimedTlsSocket(TimedSocket, ssl.SSLSocket):
    def do_handshake(self, *args: Any) -> None:
        try:
            self._timed(super().do_handshake, *args)
        except SourceError:  # after an OSError, ssl itself closes it
            self.close()
            raise


def dial(host: str, port: int, deadline: Deadline, what: str) -> socket.socket:
    """A TCP connection, which close() resets until close_in_order().

    The name look-up is the one step that can't be bounded: the resolver has its own timeout.
    """
    with Call(what, deadline):
        refusal: OSError | None = None
        for family, address in _numeric(host, port) or _look_up(host, port):
            connection = TimedSocket(family, socket.SOCK_STREAM)
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
def _numeric(host: str, port: int) -> Sequence[_Address]:
    """Empty for a name. Kept, as Python takes 0.1 ms of CPU to find that an address is one."""
    try:
        return _look_up(host, port, socket.AI_NUMERICHOST)
    except socket.gaierror:
        return ()


def _look_up(host: str, port: int, flags: int = 0) -> Sequence[_Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, *_, address in found]


def close_in_order(connection: socket.socket) -> None:
    """From now on: there is a server that answers.

    Before, a balancer that hangs may hold the connection. Were it closed in order, the balancer would bring
    it to a server once it goes on; after max_connect_errors of them the server blocks the balancer.
    """
    _linger(connection, reset=False)


def _linger(connection: socket.socket, *, reset: bool) -> None:
    """A connection that lingers for no time is reset, see socket(7)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", reset, 0))
