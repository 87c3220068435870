"""What clients may take of the exporter: real connections on loopback."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from exporter.web.connections import Limits, connection_limit
from exporter.web.server import CannotServe, WebServer
from tests.web.waiting import until

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Application:
    """One page; it can be held back, and says whether it was ended."""

    def __init__(self) -> None:
        self.entered, self.release, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.app = web.Application()
        self.app.router.add_get("/", self._page)
        self.app.router.add_get("/held", self._held)
        self.app.router.add_get("/defect", self._defect)

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text="page\n")

    async def _held(self, _: web.Request) -> web.Response:
        self.entered.set()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.ended.set()
            raise
        return web.Response(text="held\n")

    async def _defect(self, _: web.Request) -> web.Response:
        raise RuntimeError("a defect")


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer

    async def ask(self, request: bytes = GET) -> bytes:
        """The answer's head and body, as far as Content-Length says."""
        self.writer.write(request)
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")),
            0,
        )
        return head + (b"" if request.startswith(b"HEAD") else await self.reader.readexactly(length))

    async def closed(self) -> bool:
        """Waits until the server ends the connection."""
        try:
            while await asyncio.wait_for(self.reader.read(1000), 10):
                pass
        except ConnectionError:
            pass
        return True


class Site:
    def __init__(self, server: WebServer, application: Application):
        self.server, self.application = server, application
        self.clients: list[Client] = []

    async def connect(self, source: str = "127.0.0.1") -> Client:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.server.ports[0], local_addr=(source, 0)
        )
        self.clients.append(Client(reader, writer))
        return self.clients[-1]

    async def accepted(self, count: int) -> None:
        await until(lambda: len(self.server.connections) == count)


@asynccontextmanager
async def serving(limits: Limits) -> AsyncIterator[Site]:
    application = Application()
    server = WebServer(application.app, limits)
    await server.start([("127.0.0.1", 0)])
    site = Site(server, application)
    try:
        yield site
    finally:
        application.release.set()
        for client in site.clients:
            client.writer.close()
        await server.stop()


async def test_idle_connections_make_room_for_new_ones(caplog: pytest.LogCaptureFixture) -> None:
    """A hundred connections that say nothing: the page is there for the next, and one line is logged."""
    caplog.set_level(logging.INFO)
    async with serving(Limits(connections=8)) as site:
        idle = [await site.connect() for _ in range(100)]
        assert b"page" in await (await site.connect()).ask()
        assert len(site.server.connections) <= 8
        assert all([await client.closed() for client in idle[:92]])
    lines = [record.getMessage() for record in caplog.records if "connections" in record.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith("connections: 8 are open, the most there may be")


async def test_the_one_idle_longest_goes_first() -> None:
    """A kept connection that has just been used outlives those that were opened before its last request."""
    async with serving(Limits(connections=4)) as site:
        used = await site.connect()
        await used.ask()
        for _ in range(3):
            await site.connect()
        await site.accepted(4)
        assert b"page" in await used.ask()
        for _ in range(3):
            await site.connect()
        await site.accepted(4)
        assert b"page" in await used.ask()


async def test_one_host_does_not_cost_another_its_connection() -> None:
    """Who has most connections loses one, though another's has been idle longer."""
    async with serving(Limits(connections=4)) as site:
        other = await site.connect("127.0.0.2")
        assert b"page" in await other.ask()
        for _ in range(20):
            await site.connect()
        await site.accepted(4)
        assert b"page" in await other.ask()


async def test_a_connection_that_is_served_is_never_closed_for_another() -> None:
    """Where all are being served, the new one is refused, and the others get their page."""
    async with serving(Limits(connections=2)) as site:
        served = [await site.connect() for _ in range(2)]
        waiting = [asyncio.ensure_future(client.ask(GET.replace(b"/ ", b"/held "))) for client in served]
        await site.application.entered.wait()
        await until(lambda: all(one.idle_since is None for one in site.server.connections.all()))
        assert await (await site.connect()).closed()
        site.application.release.set()
        assert all(b"held" in answer for answer in await asyncio.gather(*waiting))


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_a_head_has_its_time(sent: bytes) -> None:
    """Half a request, or none, is closed after the time that the first head has."""
    async with serving(Limits(connections=8, first_head=0.2, sweep=0.05)) as site:
        client = await site.connect()
        client.writer.write(sent)
        assert await client.closed()
        await site.accepted(0)


async def test_a_kept_connection_has_its_time() -> None:
    """After an answer the next head has longer, but not for ever, also when it drips."""
    async with serving(Limits(connections=8, first_head=5.0, next_head=0.3, sweep=0.05)) as site:
        client = await site.connect()
        assert b"page" in await client.ask()
        client.writer.write(b"GET / HT")
        assert await client.closed()


async def test_a_client_that_leaves_ends_its_page() -> None:
    """Nothing is computed for nobody."""
    async with serving(Limits(connections=8)) as site:
        client = await site.connect()
        client.writer.write(GET.replace(b"/ ", b"/held "))
        await site.application.entered.wait()
        client.writer.close()
        await asyncio.wait_for(site.application.ended.wait(), 10)


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\x00\x1b[31m\r\n\r\n",
    ],
)
async def test_a_malformed_request_is_400_and_no_trace(
    request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it comes, one line without a trace is logged, and the answer names no version."""
    async with serving(Limits(connections=8)) as site:
        for _ in range(5):
            client = await site.connect()
            answer = await client.ask(request_)
            assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
            assert b"\r\nServer: failover-exporter\r\n" in answer
            assert await client.closed()
    lines = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert len(lines) == 1
    assert lines[0].getMessage().startswith("malformed requests: 127.0.0.1: ")
    assert not lines[0].exc_info


async def test_a_defect_is_500_with_its_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The client learns nothing of it; the log has what is needed to mend it."""
    async with serving(Limits(connections=8)) as site:
        answer = await (await site.connect()).ask(GET.replace(b"/ ", b"/defect "))
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"RuntimeError" not in answer
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (GET, b"200 OK"),
        (GET.replace(b"GET", b"HEAD"), b"200 OK"),
        (GET.replace(b"/ ", b"/absent "), b"404 Not Found"),
        (GET.replace(b"GET", b"POST"), b"405 Method Not Allowed"),
        (GET.replace(b"GET", b"DELETE"), b"405 Method Not Allowed"),
    ],
)
async def test_every_answer_names_no_version(request_: bytes, status: bytes) -> None:
    """Neither aiohttp's version nor Python's is anybody's business."""
    async with serving(Limits(connections=8)) as site:
        answer = await (await site.connect()).ask(request_)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"\r\nServer: failover-exporter\r\n" in answer
    assert b"aiohttp" not in answer


async def test_where_descriptors_are_used_up_accepting_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line, and the next connection is accepted as soon as there is a descriptor."""
    async with serving(Limits(connections=8)) as site:
        (listener,) = site.server._listeners
        accept, refusals = listener.accept, 3

        async def refuse() -> object:
            nonlocal refusals
            if refusals:
                refusals -= 1
                raise OSError(24, "Too many open files")
            return await accept()

        monkeypatch.setattr(listener, "accept", refuse)
        assert b"page" in await (await site.connect()).ask()  # accepted by the call that was under way
        assert b"page" in await (await site.connect()).ask()
    assert [r.getMessage() for r in caplog.records] == [
        "connections: none can be accepted: Too many open files"
    ]


@pytest.mark.parametrize(("descriptors", "connections"), [(20000, 256), (1024, 128), (256, 32), (64, 16)])
def test_most_descriptors_are_kept_for_the_prober(descriptors: int, connections: int) -> None:
    """An eighth is for clients, within bounds."""
    assert connection_limit(descriptors) == connections


async def test_an_address_that_is_taken_is_named_once() -> None:
    """With the reason, and what to do."""
    async with serving(Limits(connections=8)) as site:
        (port,) = site.server.ports
        second = WebServer(web.Application(), Limits(connections=8))
        with pytest.raises(CannotServe) as caught:
            await second.start([("127.0.0.1", port)])
        await second.stop()
    assert str(caught.value) == (
        f"can't listen on 127.0.0.1:{port}: Address already in use; --web.listen-address chooses another"
    )
