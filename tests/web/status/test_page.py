"""/ and /status.json over real HTTP on loopback; the sources are doubles."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import aiohttp
import bcrypt
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.metrics_core import Metric

from exporter.errors import Denied, TimedOut
from exporter.scrape import Scraper, Source
from exporter.sources.haproxy.reading import NOT_RUNNING, HaproxyReading
from exporter.transports.deadline import Deadline
from exporter.web.application import application
from exporter.web.passwords import BasicAuth

Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]


class Haproxy(Source[HaproxyReading]):
    """Answers when it is let."""

    name: ClassVar[str] = "haproxy"
    timeout = 5.0

    def __init__(self, error: Exception | None = None) -> None:
        self.reads, self.error = 0, error
        self.let = threading.Event()
        self.let.set()
        self.asked = threading.Event()

    def read(self, deadline: Deadline) -> HaproxyReading:
        self.reads += 1
        self.asked.set()
        self.let.wait(deadline.remaining("haproxy"))
        if self.error:
            raise self.error
        return NOT_RUNNING

    def collect(self, _: HaproxyReading) -> Iterable[Metric]:
        return []


class Hung(Source[int]):
    """Until its deadline, which is short here."""

    name: ClassVar[str] = "galera"
    timeout = 0.3

    def read(self, deadline: Deadline) -> int:
        time.sleep(deadline.remaining("galera"))
        raise TimedOut("galera-node01: no answer in time")

    def collect(self, _: int) -> Iterable[Metric]:
        return []


@asynccontextmanager
async def serving(
    *sources: Source[Any], auth: BasicAuth | None = None, path: str = "/metrics"
) -> AsyncIterator[Client]:
    scraper = Scraper(sources, about=lambda: [])
    app = application(scraper, path, "1.2.3", max_requests=40, auth=auth)
    async with TestClient(TestServer(app)) as client:
        yield client
    scraper.close()


async def text(client: Client, path: str = "/") -> str:
    async with client.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_the_page_and_the_same_as_json() -> None:
    """HTML for a browser, JSON for a program; neither is kept by anybody in between."""
    async with serving(Haproxy()) as client:
        async with client.get("/") as answer:
            page = await answer.text()
            assert answer.content_type == "text/html"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        async with client.get("/status.json") as answer:
            record = await answer.json()
    assert record["headline"] in page
    assert {one["name"]: one["state"] for one in record["collectors"]}["haproxy"] == "read"


async def test_the_page_has_version_and_links() -> None:
    """It says what this is and leads to the metrics, whole and by collector."""
    async with serving(Haproxy()) as client:
        page = await text(client)
    assert "failover-exporter 1.2.3" in page
    for link in (
        '"/metrics"',
        '"/metrics?collect[]=haproxy"',
        '"/-/healthy"',
        '"/-/ready"',
        '"/status.json"',
    ):
        assert f"href={link}" in page


async def test_many_who_look_are_one_reading() -> None:
    """Both pages and the metrics share it."""
    source = Haproxy()
    source.let.clear()
    async with serving(source) as client:
        asked = [
            asyncio.create_task(text(client, path))
            for path in ("/", "/status.json", "/metrics")
            for _ in range(5)
        ]
        await asyncio.to_thread(source.asked.wait)
        source.let.set()
        answers = await asyncio.gather(*asked)
    assert source.reads == 1
    assert len(set(answers[:5])) == 1


async def test_a_source_that_hangs_is_not_known_and_holds_nobody_up() -> None:
    """The page comes at that source's deadline, and meanwhile the metrics of the others are served."""
    async with serving(Hung(), Haproxy()) as client:
        looking = asyncio.create_task(text(client, "/status.json"))
        assert "ha_cluster_scrape_success" in await text(client, "/metrics?collect[]=haproxy")
        assert not looking.done()
        assert '"galera", "state": "failed", "texts": ["timeout: galera-node01' in await looking


async def test_what_a_collector_says_of_its_trouble_is_on_the_page() -> None:
    """With its remedy; of a defect only its kind, since its text may hold anything."""
    async with serving(Haproxy(Denied("admin.sock: its group must be one of this user's"))) as client:
        assert "its group must be one of" in await text(client)
    async with serving(Haproxy(RuntimeError("password=hunter2"))) as client:
        page = await text(client)
        assert "hunter2" not in page
        assert "a defect of this exporter (RuntimeError)" in page


@pytest.mark.parametrize("path", ["/", "/status.json"])
async def test_it_wants_the_same_password_as_the_metrics(path: str) -> None:
    """No view of a cluster for whoever passes by."""
    users = {"admin": bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()}  # in the header: admin:secret
    async with serving(Haproxy(), auth=BasicAuth(users)) as client:
        async with client.get(path) as answer:
            assert answer.status == 401
        async with client.get(path, headers={"Authorization": "Basic YWRtaW46c2VjcmV0"}) as answer:
            assert answer.status == 200


async def test_metrics_at_the_root_leave_the_json() -> None:
    """--web.telemetry-path=/ is asked for by name; then there is no page."""
    async with serving(Haproxy(), path="/") as client:
        assert "ha_cluster_scrape_success" in await text(client)
        assert '"headline"' in await text(client, "/status.json")
