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


def test_a_token_comes_back_each_interval() -> None:
    """Never more than the burst."""
    now = [0.0]
    bucket = policy.TokenBucket(RateLimit("1m30s", 2), lambda: now[0])
    assert [bucket.allows() for _ in range(3)] == [True, True, False]
    now[0] = 90
    assert [bucket.allows() for _ in range(2)] == [True, False]
    now[0] = 10_000
    assert [bucket.allows() for _ in range(3)] == [True, True, False]
