"""Real peers on this machine that behave badly: each serves one connection after another, in a thread, by
its script."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Script = Callable[[socket.socket], None]


def _serve(listener: socket.socket, script: Script) -> None:
    with suppress(OSError):  # the listener is closed when the test ends
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                script(connection)


@contextmanager
def _serving(listener: socket.socket, script: Script) -> Iterator[None]:
    peer = threading.Thread(target=_serve, args=(listener, script))
    peer.start()
    try:
        yield
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        listener.close()
        peer.join()


@contextmanager
def unix_peer(path: Path, script: Script) -> Iterator[None]:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()
    with _serving(listener, script):
        yield


@contextmanager
def tcp_peer(script: Script) -> Iterator[int]:
    """Gives the port on loopback."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    with _serving(listener, script):
        yield listener.getsockname()[1]


def closed_port() -> int:
    """A port on loopback where no process listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_closed(connection: socket.socket) -> None:
    """Take what comes, answer nothing, until the other side goes away."""
    with suppress(OSError):
        while connection.recv(65536):
            pass


def trickle(before: bytes, drop: bytes) -> Script:
    """`before`, then one `drop` every 5 ms, each well within any read's own timeout, without end."""

    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        pause = threading.Event()
        with suppress(OSError):
            connection.sendall(before)
            while not pause.wait(0.005):
                connection.sendall(drop)

    return script


def flood(before: bytes, limit: int) -> Script:
    """`before`, then more than `limit` bytes."""

    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        with suppress(OSError):
            connection.sendall(before)
            for _ in range(limit // 65536 + 2):
                connection.sendall(b"x" * 65536)

    return script


def answer(text: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(text)

    return script
