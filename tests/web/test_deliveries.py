"""Large answers, to clients that take them slowly or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from exporter.web import deliveries
from exporter.web.connections import Limits
from exporter.web.deliveries import Deliveries
from exporter.web.server import WebServer
from tests.web.waiting import until

LARGE = bytes(8 << 20)  # more than the kernel's buffers take
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Site:
    """Serves LARGE, or its copy to those who ask for /copy."""

    def __init__(self, deliveries: Deliveries):
        self.deliveries = deliveries
        self.began, self.failed = 0, 0
        app = web.Application()
        app.router.add_get("/", self._serve(lambda: LARGE))
        app.router.add_get("/copy", self._serve(lambda: bytes(bytearray(LARGE))))
        self.server = WebServer(app, Limits(connections=64))
        self.readers: list[asyncio.StreamWriter] = []

    def _serve(
        self, content: Callable[[], bytes]
    ) -> Callable[[web.Request], "asyncio.Future[web.StreamResponse]"]:
        async def serve(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            body = content()
            response.content_length = len(body)
            self.began += 1
            try:
                await self.deliveries.send(request, response, body)
            except BaseException:
                self.failed += 1
                raise
            return response

        return serve  # type: ignore[return-value]  # a coroutine function is what aiohttp wants

    async def slow_reader(self, path: bytes = b"/") -> asyncio.StreamReader:
        """Asks, and reads nothing."""
        began = self.began
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.ports[0], limit=1 << 10)
        self.readers.append(writer)
        writer.write(GET.replace(b"/ ", path + b" "))
        await until(lambda: self.began > began)
        return reader


@asynccontextmanager
async def serving(deliveries: Deliveries) -> AsyncIterator[Site]:
    site = Site(deliveries)
    await site.server.start([("127.0.0.1", 0)])
    try:
        yield site
    finally:
        for writer in site.readers:
            writer.close()
        await site.server.stop()


async def test_a_slow_reader_costs_no_copy_of_the_page() -> None:
    """What waits for it in this process is a piece or two."""
    async with serving(Deliveries()) as site:
        reader = await site.slow_reader()
        (connection,) = site.server.connections.all()
        assert connection.transport
        await until(lambda: connection.writing_paused)
        assert connection.transport.get_write_buffer_size() <= 4 * deliveries.PIECE
        assert await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(len(LARGE)) == LARGE
        assert not site.failed


async def test_an_answer_that_is_not_taken_in_time_ends() -> None:
    """The connection is closed, and the page's bytes are let go."""
    async with serving(Deliveries(taking_seconds=0.2)) as site:
        await site.slow_reader()
        await until(lambda: site.failed == 1)
        await until(lambda: len(site.server.connections) == 0)


async def test_the_slowest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one that has had its time, the oldest first."""
    async with serving(Deliveries()) as site:
        await site.slow_reader()
        assert not site.deliveries.give_up_slowest()
        monkeypatch.setattr(deliveries, "PATIENCE_SECONDS", 0.0)
        await site.slow_reader()
        first = site.server.connections.all()[0]
        assert site.deliveries.give_up_slowest()
        await until(lambda: site.failed == 1)
        assert first not in site.server.connections.all()


async def test_pages_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who share one page count once; with too many different ones the oldest is given up."""
    monkeypatch.setattr(deliveries, "PATIENCE_SECONDS", 0.0)
    async with serving(Deliveries(held_bytes=3 * len(LARGE))) as site:
        for _ in range(10):
            await site.slow_reader()
        assert site.failed == 0
        await site.slow_reader(b"/copy")
        await site.slow_reader(b"/copy")
        assert site.failed == 0
        await site.slow_reader(b"/copy")
        await until(lambda: site.failed >= 10)
