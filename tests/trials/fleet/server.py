"""Serves the exporters of many clusters on the loopback, cheaply: a page is rendered once for all clusters.

python -m tests.trials.fleet.server PORT PAGE    PAGE: whole or needed, as the exporters' ?metrics=needed

GET /CLUSTER/EXPORTER   that exporter's page, as it is now
GET /fail?clusters=10   the first ten clusters fail; answers when, in seconds since 1970
"""

import asyncio
import json
import math
import sys
import time
from dataclasses import dataclass, field

from exporter.web.needed import needed
from tests.trials.fleet.film import EVERY, Film, films, numbered
from tests.trials.fleet.recording import every

CONNECTIONS = 8192  # Prometheus keeps one for each of its targets
LONGEST = 16 * 1024  # bytes of a request's head
TYPE = b"application/openmetrics-text; version=1.0.0; charset=utf-8"
WHOLE, NEEDED = "whole", "needed"
PAGES = (WHOLE, NEEDED)


@dataclass
class Cinema:
    """All films, and which of the clusters fail from when on."""

    shown: list[list[Film]]  # by recording and exporter; cluster N has that of its number
    begun: float = field(default_factory=time.time)
    failing: int = 0
    fails: int | None = None  # the step
    _step: int = -1
    _rendered: dict[tuple[int, int, bool], bytes | None] = field(default_factory=dict)

    def page(self, cluster: int, exporter: int) -> bytes | None:
        step = int((time.time() - self.begun) / EVERY)
        if step != self._step:
            self._step = step
            self._rendered.clear()
        key = (cluster % len(self.shown), exporter, cluster < self.failing)
        if key not in self._rendered:
            self._rendered[key] = self._render(step, *key)
        text = self._rendered[key]
        return numbered(text, cluster) if text is not None else None

    def _render(self, step: int, recording: int, exporter: int, fails: bool) -> bytes | None:
        film = self.shown[recording][exporter]
        return film.text(film.place(step, self.fails if fails else None, self.begun))

    def fail(self, clusters: int) -> float:
        """Where the calm frames begin anew, so that nothing jumps. Gives when pages first show the fault."""
        loop = math.lcm(*(film.loop for some in self.shown for film in some))
        self.failing = clusters
        self.fails = (int((time.time() - self.begun) / EVERY) // loop + 1) * loop
        return self.begun + (self.fails + 1) * EVERY


class Connection(asyncio.Protocol):
    """HTTP/1.1, GET alone, one request after the other."""

    open = 0

    def __init__(self, cinema: Cinema):
        self._cinema, self._head = cinema, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        Connection.open += 1
        if Connection.open > CONNECTIONS:
            transport.abort()

    def connection_lost(self, _error: Exception | None) -> None:
        Connection.open -= 1

    def data_received(self, data: bytes) -> None:
        self._head += data
        if len(self._head) > LONGEST:
            self._transport.abort()
        elif self._head.endswith(b"\r\n\r\n"):
            path = self._head.split(b" ", 2)[1].decode()
            self._head = b""
            self._answer(path)

    def _answer(self, path: str) -> None:
        if path.startswith("/fail?clusters="):
            self._send(json.dumps(self._cinema.fail(int(path.partition("=")[2]))).encode())
            return
        cluster, exporter = path.strip("/").split("/")
        body = self._cinema.page(int(cluster), int(exporter))
        if body is None:  # nobody is there: Prometheus gets no answer
            self._transport.abort()
        else:
            self._send(body)

    def _send(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (TYPE, len(body))
        self._transport.writelines((head, body))


async def main(port: int, page: str) -> None:
    names = needed() if page == NEEDED else ()
    cinema = Cinema([films(one, names) for one in every()])
    server = await asyncio.get_running_loop().create_server(lambda: Connection(cinema), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
