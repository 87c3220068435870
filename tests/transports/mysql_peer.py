"""What a MySQL server sends, made by hand: for peers that only pretend to be one."""

import socket
import ssl
import struct
from contextlib import AbstractContextManager, suppress

from tests.transports.peers import tcp_peer, until_closed

OK = b"\0\0\0\2\0\0\0"  # nothing changed, autocommit is on


def serving(data: bytes) -> AbstractContextManager[int]:
    """A peer that sends `data` at once, and closes when the other side does."""

    def script(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            until_closed(connection)

    return tcp_peer(script)


def packet(body: bytes, number: int = 0) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def greeting(capabilities: int, plugin: bytes = b"", version: bytes = b"10.11.19-pretended") -> bytes:
    """Protocol 10: version, thread, salt, capabilities, collation, status, salt length, salt, plugin."""
    return b"".join(
        [
            b"\x0a" + version + b"\x00",
            struct.pack("<I8sx", 7, b"saltsalt"),
            struct.pack("<HBHHB10x", capabilities & 0xFFFF, 45, 2, capabilities >> 16, 21),
            b"saltsaltsalt\x00",
            plugin + b"\x00",
        ]
    )


def refusal(code: int, text: str) -> bytes:
    """An error packet, as it comes before the handshake: without an SQL state."""
    return b"\xff" + struct.pack("<H", code) + text.encode()


def result(value: bytes) -> list[bytes]:
    """The packets of one row of one value: number of columns, the column, its end, the row, its end."""
    column = b"\x03def" + b"\0" * 5 + b"\x0c" + struct.pack("<HIBHBxx", 45, 255, 253, 0, 0)
    end = b"\xfe\0\0\2\0"
    return [b"\x01", column, end, bytes([len(value)]) + value, end]


class Asking:
    """A server that asks for the password by one login method, as who stands in its place would.

    `heard` is all that it was sent; with `context` it offers TLS. By its greeting, or by asking for another
    method than the greeting's. Whoever answers is let in.
    """

    SALT = b"0123456789abcdefghij"

    def __init__(self, plugin: str, context: ssl.SSLContext | None = None, *, greeting: bool = False):
        self.heard = b""
        self._plugin = plugin.encode()
        self._context = context
        self._greets_with_it = greeting

    def script(self, connection: socket.socket) -> None:
        with suppress(OSError):
            by_greeting = self._plugin if self._greets_with_it else b"mysql_native_password"
            capabilities = 0x8A205 | (0x800 if self._context else 0)
            connection.sendall(packet(greeting(capabilities, by_greeting)))
            if self._context and _wants_tls(connection):
                self._hear(connection, 36)  # the request for TLS; what follows is TLS
                with self._context.wrap_socket(connection, server_side=True) as encrypted:
                    self._let_in(encrypted, 3)
            else:
                self._let_in(connection, 2)

    def _let_in(self, connection: socket.socket, number: int) -> None:
        answer = self._hear(connection)
        if not self._greets_with_it or self._plugin not in answer:
            connection.sendall(packet(b"\xfe" + self._plugin + b"\0" + self.SALT + b"\0", number))
            self._hear(connection)
            number += 2
        if self._plugin == b"caching_sha2_password":
            connection.sendall(packet(b"\x01\x04", number))  # the whole exchange, please
            self._hear(connection)
            number += 2
        connection.sendall(packet(OK, number))
        until_closed(connection)

    def _hear(self, connection: socket.socket, most: int = 65536) -> bytes:
        """Empty bytes, which end the script, when the client has gone."""
        data = connection.recv(most)
        self.heard += data
        if not data:
            raise ConnectionAbortedError
        return data


def _wants_tls(connection: socket.socket) -> bool:
    """By the flags with which a client answers the greeting, after length (3 bytes) and number (1)."""
    (flags,) = struct.unpack("<4xI", connection.recv(8, socket.MSG_PEEK))
    return bool(flags & 0x800)
