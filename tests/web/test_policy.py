"""Headers and rate limit of web.config.file."""

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from exporter.typed_yaml import parse
from exporter.web import policy
from exporter.web.web_config import RateLimit, WebConfig

FILE = """
http_server_config: {http2: false, headers: {X-Frame-Options: deny}}
rate_limit: {interval: 1h, burst: 1}
"""


async def test_headers_and_the_limit_are_on_every_answer() -> None:
    """An answer of 404 has the headers too; the request after the burst gets 429."""
    application = web.Application()
    policy.Policy(parse(WebConfig, FILE, "web.yml")).install(application)
    async with TestClient(TestServer(application)) as client:
        first, second = await client.get("/"), await client.get("/")
    assert (first.status, second.status) == (404, 429)
    assert first.headers["X-Frame-Options"] == "deny"


async def test_a_header_of_the_page_itself_stays() -> None:
    """A fleet's Content-Security-Policy does not take a page its styles; a blank one is none."""
    headers = "{Content-Security-Policy: default-src 'none', X-XSS-Protection: ''}"
    application = web.Application()

    async def page(_: web.Request) -> web.Response:
        return web.Response(headers={"Content-Security-Policy": "style-src 'self'"})

    application.router.add_get("/", page)
    text = f"http_server_config: {{headers: {headers}}}"
    policy.Policy(parse(WebConfig, text, "web.yml")).install(application)
    async with TestClient(TestServer(application)) as client:
        own, other = await client.get("/"), await client.get("/absent")
    assert own.headers["Content-Security-Policy"] == "style-src 'self'"
    assert other.headers["Content-Security-Policy"] == "default-src 'none'"
    assert "X-XSS-Protection" not in own.headers


def test_a_token_comes_back_each_interval() -> None:
    """Never more than the burst."""
    now = [0.0]
    bucket = policy.TokenBucket(RateLimit("1m30s", 2), lambda: now[0])
    assert [bucket.allows() for _ in range(3)] == [True, True, False]
    now[0] = 90
    assert [bucket.allows() for _ in range(2)] == [True, False]
    now[0] = 10_000
    assert [bucket.allows() for _ in range(3)] == [True, True, False]
