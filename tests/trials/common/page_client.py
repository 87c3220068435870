"""Scrapes a page as Prometheus does, from inside a host's network: one connection, kept between scrapes."""

import ctypes
import gzip
import http.client
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.lab.host import Host

TIMEOUT = 10  # seconds, Prometheus's own default
PLAIN = {"Accept": "text/plain;version=0.0.4"}
LIKE_PROMETHEUS = {  # 2.42
    "Accept": "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "User-Agent": "Prometheus/2.42.0",
    "X-Prometheus-Scrape-Timeout-Seconds": str(TIMEOUT),
}
CLONE_NEWNET = 0x40000000
OWN_NETWORK = Path("/proc/thread-self/ns/net")

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Scrape:
    seconds: float  # from asking until the last byte
    body: bytes
    packed: bool

    @property
    def text(self) -> str:
        return (gzip.decompress(self.body) if self.packed else self.body).decode()


class PageClient:
    """Of one page; not for several threads."""

    def __init__(self, host: Host, port: int, path: str) -> None:
        self.name = f"{host.name}, port {port}"
        self._host, self._port, self._path = host, port, path
        self._connection: http.client.HTTPConnection | None = None

    def scrape(self, headers: Mapping[str, str] = PLAIN) -> Scrape:
        """Connects again if the server has closed what was kept. LabError if there is no page."""
        try:
            try:
                return self._get(headers)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.close()
                return self._get(headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise LabError(f"{self.name}: no page: {error}") from None

    def _get(self, headers: Mapping[str, str]) -> Scrape:
        began = time.monotonic()
        connection = self._connection or self._connect()
        connection.request("GET", self._path, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
        seconds = time.monotonic() - began
        if answer.status != 200:
            raise LabError(f"{self.name}: {self._path} answers {answer.status}: {body[:200]!r}")
        return Scrape(seconds, body, answer.headers.get("Content-Encoding") == "gzip")

    def _connect(self) -> http.client.HTTPConnection:
        """What close() closes from here on, also when nobody answers."""
        connection = self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        with network_of(self._host):
            connection.sock = socket.socket()
        connection.sock.settimeout(TIMEOUT)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.connect(("127.0.0.1", self._port))
        return connection

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


@contextmanager
def network_of(host: Host) -> Iterator[None]:
    """This thread makes its sockets in the host's network; a socket stays where it was made."""
    mine = os.open(OWN_NETWORK, os.O_RDONLY)
    try:
        _enter(Path(f"/proc/{host.pid()}/ns/net"))
        try:
            yield
        finally:
            _setns(mine)
    finally:
        os.close(mine)


def _enter(namespace: Path) -> None:
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        _setns(descriptor)
    finally:
        os.close(descriptor)


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):  # os.setns is there from Python 3.12
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
