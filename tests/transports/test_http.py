"""The HTTP transport against real servers on loopback."""

import asyncio
import base64
import gc
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
import trustme
from aiohttp import web

from exporter.errors import Denied, Refused, TimedOut, Unparsable, Unreachable
from exporter.transports import http
from exporter.transports.deadline import Deadline
from tests.transports.peers import answer, closed_port, flood, tcp_peer, trickle, until_closed

SOON = 0.2  # seconds; for tests in which the deadline is what ends the call
NO_TRUST = http.Trust()
TYPED = "hunter2%2F"  # "hunter2/" as a URL spells it

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """An aiohttp server on a free loopback port; gives its base URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def get(url: str, seconds: float = 5.0, trust: http.Trust = NO_TRUST) -> bytes:
    """As the program does it: in a thread beside the loop that serves."""
    return await asyncio.to_thread(http.get, url, Deadline.after(seconds), trust)


async def test_the_body_of_an_answer_comes_back() -> None:
    """A 200 answer's body, all its chunks; the path goes out as it is."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.raw_path != "/stats;csv;norefresh?a=1":
            return web.Response(status=404)
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"# pxname,")
        await response.write(b"svname,\n" * 100_000)
        return response

    async with serving(handler) as url:
        assert await get(f"{url}/stats;csv;norefresh?a=1") == b"# pxname," + b"svname,\n" * 100_000


async def test_a_length_that_is_announced_is_read_to_its_end() -> None:
    """A body with Content-Length is read whole though it comes in many packets."""

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"y" * 3_000_000)

    async with serving(handler) as url:
        assert await get(url) == b"y" * 3_000_000


async def test_user_and_password_go_as_basic_authentication() -> None:
    """The URL's user and password, percent-decoded, are the account."""

    async def handler(request: web.Request) -> web.StreamResponse:
        wanted = "Basic " + base64.b64encode(b"stats:hunter2/").decode()
        return web.Response(status=200 if request.headers.get("Authorization") == wanted else 401)

    async with serving(handler) as url:
        assert await get(url.replace("http://", f"http://stats:{TYPED}@")) == b""


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_account_is_denied_and_its_password_not_shown(status: int) -> None:
    """401 and 403 are Denied; the text names the page and not the password."""

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    async with serving(handler) as url:
        with pytest.raises(Denied) as caught:
            await get(url.replace("http://", f"http://stats:{TYPED}@"))
    assert url in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_redirect_is_not_followed() -> None:
    """A statistics page is asked directly: another place's answer is not an answer."""
    paths = []

    async def handler(request: web.Request) -> web.StreamResponse:
        paths.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with serving(handler) as url:
        with pytest.raises(Unreachable, match="HTTP 302"):
            await get(f"{url}/stats")
    assert paths == ["/stats"]


@pytest.mark.parametrize(
    ("status", "said"), [(503, "Service Unavailable$"), (404, r"Not Found, is the path of the page right\?$")]
)
async def test_an_error_page_is_unreachable(status: int, said: str) -> None:
    """A page that is not there is not a reading; that it is not there has its likely reason."""

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="no")

    async with serving(handler) as url:
        with pytest.raises(Unreachable, match=f"HTTP {status} {said}"):
            await get(url)


async def no_page(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="page")


@pytest.fixture
def authority() -> trustme.CA:
    """An authority that no system knows."""
    return trustme.CA()


@pytest.fixture
def certified(authority: trustme.CA) -> ssl.SSLContext:
    """A server with its certificate, for loopback."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    return tls


async def test_an_unknown_certificate_is_unreachable(certified: ssl.SSLContext) -> None:
    """Over https the certificate is checked; the text names TLS and the key to configure."""
    async with serving(no_page, certified) as url:
        with pytest.raises(Unreachable, match=r"TLS: .*`ca_file`"):
            await get(url)


async def test_a_private_authority_is_trusted_where_it_is_named(
    authority: trustme.CA, certified: ssl.SSLContext, tmp_path: Path
) -> None:
    """With its file the page is read; the file is read each time, so a new one counts at once."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    async with serving(no_page, certified) as url:
        assert await get(url, trust=http.Trust(ca_file=str(file))) == b"page"
        trustme.CA().cert_pem.write_to_path(str(file))
        with pytest.raises(Unreachable, match="TLS"):
            await get(url, trust=http.Trust(ca_file=str(file)))


async def test_a_certificate_for_another_host_is_unreachable(authority: trustme.CA, tmp_path: Path) -> None:
    """The right authority is not enough."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("lb-b.example").configure_cert(tls)
    async with serving(no_page, tls) as url:
        with pytest.raises(Unreachable, match=r"TLS: .*127\.0\.0\.1"):
            await get(url, trust=http.Trust(ca_file=str(tmp_path / "ca.pem")))


async def test_nothing_is_checked_where_that_is_wanted(certified: ssl.SSLContext) -> None:
    """`verify: false`, without a warning for each page."""
    async with serving(no_page, certified) as url:
        assert await get(url, trust=http.Trust(verify=False)) == b"page"


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_of_authorities_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    """Missing or no PEM: the text has the key and the path."""
    if content:
        (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(Unreachable, match=r"ca_file .*ca\.pem: "):
        http.get("https://127.0.0.1:1/", Deadline.after(5), http.Trust(ca_file=str(tmp_path / "ca.pem")))


async def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no account of a .netrc: only the configuration counts."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password hunter2\n")
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=request.headers.get("Authorization", "none"))

    async with serving(handler) as url:
        assert await get(url) == b"none"


def test_a_closed_port_is_refused() -> None:
    """A closed port means that nothing runs there; the password is not in the text."""
    with pytest.raises(Refused) as caught:
        http.get(f"http://stats:{TYPED}@127.0.0.1:{closed_port()}/stats;csv", Deadline.after(5))
    assert "hunter2" not in str(caught.value)


def test_a_name_that_does_not_exist_is_not_refused() -> None:
    """Without an address it is not known whether something runs there."""
    with pytest.raises(Unreachable, match="resolved") as caught:
        http.get(f"http://stats:{TYPED}@no-such-host.invalid/", Deadline.after(5))
    assert not isinstance(caught.value, Refused | TimedOut)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_never_answers_times_out() -> None:
    """The connection stands, no byte comes: the call ends by its deadline."""
    with tcp_peer(until_closed) as port, pytest.raises(TimedOut):
        http.get(f"http://127.0.0.1:{port}/", Deadline.after(SOON))


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"HTTP/1.1 200 ", b"O"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFF\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    ],
    ids=["status line", "headers", "body", "chunks", "inside a chunk", "body without length"],
)
def test_a_slow_trickle_ends_by_the_deadline(before: bytes, drop: bytes) -> None:
    """A byte now and then does not put the deadline off, wherever in the answer it drips."""
    with tcp_peer(trickle(before, drop)) as port, pytest.raises(TimedOut):
        http.get(f"http://127.0.0.1:{port}/", Deadline.after(SOON))


def test_a_tls_handshake_that_stalls_ends_by_the_deadline() -> None:
    """A peer that takes the connection and never says hello, and one that drips a record."""
    with tcp_peer(until_closed) as port, pytest.raises(TimedOut):
        http.get(f"https://127.0.0.1:{port}/", Deadline.after(SOON))
    with tcp_peer(trickle(b"\x16\x03\x03\x10\x00", b"\x00")) as port, pytest.raises(TimedOut):
        http.get(f"https://127.0.0.1:{port}/", Deadline.after(SOON))


def test_nothing_of_a_page_is_left() -> None:
    """However it ended: no descriptor stays open, no watchdog goes on."""
    before, threads = psutil.Process().num_fds(), threading.active_count()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
    with tcp_peer(answer(head + b"page")) as port:
        assert http.get(f"http://127.0.0.1:{port}/", Deadline.after(5)) == b"page"
    with tcp_peer(until_closed) as port, pytest.raises(TimedOut):
        http.get(f"http://127.0.0.1:{port}/", Deadline.after(SOON))
    with pytest.raises(Refused):
        http.get(f"http://127.0.0.1:{closed_port()}/", Deadline.after(5))
    gc.collect()
    end = time.monotonic() + 10
    while threading.active_count() > threads and time.monotonic() < end:
        time.sleep(0.01)
    assert psutil.Process().num_fds() == before
    assert threading.active_count() <= threads  # threads of earlier tests may have ended meanwhile


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n# pxname,svname,\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n# pxname,",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n# pxname,\r\n",
    ],
    ids=["length", "inside a chunk", "no last chunk"],
)
def test_an_answer_that_is_cut_off_is_unparsable(cut: bytes) -> None:
    """Fewer bytes than announced, or chunks without their end, are never a reading."""
    with tcp_peer(answer(cut)) as port, pytest.raises(Unparsable, match="cut off"):
        http.get(f"http://127.0.0.1:{port}/", Deadline.after(5))


def test_an_answer_without_end_is_unparsable(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the limit is not kept in memory."""
    monkeypatch.setattr(http, "ANSWER_LIMIT", 1024 * 1024)
    with (
        tcp_peer(flood(b"HTTP/1.1 200 OK\r\n\r\n", http.ANSWER_LIMIT)) as port,
        pytest.raises(Unparsable, match="more than 1048576"),
    ):
        http.get(f"http://127.0.0.1:{port}/", Deadline.after(5))


def test_what_is_not_http_is_unparsable() -> None:
    """A port where something else talks."""
    with tcp_peer(answer(b"5.5.5-10.11.6-MariaDB\0\r\n\r\n")) as port, pytest.raises(Unparsable):
        http.get(f"http://127.0.0.1:{port}/", Deadline.after(5))


def test_a_server_that_hangs_up_without_a_word_is_unreachable() -> None:
    """No answer at all, though somebody listened."""
    with (
        tcp_peer(lambda connection: connection.shutdown(socket.SHUT_RDWR)) as port,
        pytest.raises(Unreachable) as caught,
    ):
        http.get(f"http://stats:{TYPED}@127.0.0.1:{port}/", Deadline.after(5))
    assert not isinstance(caught.value, Refused | TimedOut)
    assert "hunter2" not in str(caught.value)
