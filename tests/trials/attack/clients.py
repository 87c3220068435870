"""Clients that misbehave, from 127.0.0.2."""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from tests.trials.attack.target import Target

ATTACKER = "127.0.0.2"
GET = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
HALF = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"


def connect(target: Target, timeout: float = 5.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", target.port), timeout, source_address=(ATTACKER, 0))


@contextmanager
def connections(
    target: Target, count: int, sent: bytes = b"", receive_buffer: int = 0
) -> Iterator[list[socket.socket]]:
    """So many at once, each of which sends this and then nothing more; they read nothing."""
    held: list[socket.socket] = []
    try:
        for _ in range(count):
            one = socket.socket()
            if receive_buffer:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            one.settimeout(5)
            one.bind((ATTACKER, 0))
            held.append(one)
            with suppress(OSError):
                one.connect(("127.0.0.1", target.port))
                one.sendall(sent)
        yield held
    finally:
        for one in held:
            one.close()


def drip(held: Iterable[socket.socket], seconds: float, piece: bytes = b"X: y\r\n") -> None:
    """A header now and then, on those that are still open."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for one in held:
            with suppress(OSError):
                one.sendall(piece)
        time.sleep(0.5)


def ask(target: Target, request: bytes, timeout: float = 5.0) -> bytes:
    """What is answered until the server closes, or nothing more comes; empty where it only closes."""
    answer = b""
    with suppress(OSError), connect(target, timeout) as one:
        one.sendall(request)
        while piece := one.recv(65536):
            answer += piece
    return answer


def leave(target: Target, request: bytes) -> None:
    """Asks and goes at once."""
    with suppress(OSError), connect(target) as one:
        one.sendall(request)
