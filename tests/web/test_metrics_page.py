"""The page over real HTTP on loopback; its sources are doubles."""

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator, Iterable
from typing import ClassVar

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporter.families import counter, gauge
from exporter.scrape import Scraper, Source
from exporter.transports.deadline import Deadline
from exporter.web import deliveries
from exporter.web.application import application
from exporter.web.metrics_page import RESERVE, TIMEOUT_HEADER, accepts_gzip, budget

Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]


class Steady(Source[int]):
    name: ClassVar[str] = "steady"
    timeout = 5.0

    def read(self, deadline: Deadline) -> int:
        return int(deadline.remaining("steady") > 0)

    def collect(self, reading: int) -> Iterable[Metric]:
        value, seen = gauge("steady_value", "One.", "node"), counter("steady_seen_total", "Readings.")
        value.add(reading, node="a")
        value.add(reading, node="b")
        seen.add(reading)
        return [value, seen]


class Stuck(Steady):
    name: ClassVar[str] = "stuck"

    def __init__(self) -> None:
        self.asked, self.release = threading.Event(), threading.Event()

    def read(self, _: Deadline) -> int:
        self.asked.set()
        self.release.wait(30)
        return 1


class Large(Steady):
    """More than the kernel's buffers take."""

    name: ClassVar[str] = "large"

    def collect(self, reading: int) -> Iterable[Metric]:
        value = gauge("large_value", "Many.", "text")
        for number in range(200):
            value.add(reading, text=f"{number}" + "x" * 100_000)
        return [value]


@pytest.fixture
async def stuck() -> AsyncIterator[Stuck]:
    source = Stuck()
    yield source
    source.release.set()


@pytest.fixture
async def client(stuck: Stuck) -> AsyncIterator[Client]:
    scraper = Scraper([Steady(), stuck], about=lambda: [])
    async with TestClient(TestServer(application(scraper, "/metrics", "1.2.3", max_requests=40))) as client:
        yield client


async def page(client: Client, query: str = "collect[]=steady", **headers: str) -> str:
    async with client.get(f"/metrics?{query}", headers=headers) as response:
        assert response.status == 200
        return await response.text()


async def test_text_by_default(client: Client) -> None:
    """Without an Accept header the page is the text format 0.0.4, and parses."""
    async with client.get("/metrics?collect[]=steady", skip_auto_headers=["Accept"]) as response:
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = await response.text()
    names = {sample.name for family in parse_text(text) for sample in family.samples}
    assert {"steady_value", "steady_seen_total", "ha_cluster_scrape_success"} <= names


async def test_openmetrics_by_negotiation(client: Client) -> None:
    """A client that takes OpenMetrics gets it, and a strict parser accepts it."""
    async with client.get(
        "/metrics?collect[]=steady", headers={"Accept": "application/openmetrics-text;version=1.0.0"}
    ) as response:
        assert response.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        text = await response.text()
    assert text.endswith("# EOF\n")
    assert "steady_seen" in {family.name for family in parse_openmetrics(text)}  # type: ignore[no-untyped-call]


async def test_gzip_where_it_is_accepted(client: Client) -> None:
    """The page is packed for those who ask, with the same content."""
    async with aiohttp.ClientSession(auto_decompress=False) as raw:
        url = client.make_url("/metrics").with_query({"collect[]": "steady", "name[]": "steady_value"})
        async with raw.get(url, headers={"Accept-Encoding": "deflate, gzip"}) as response:
            assert response.headers["Content-Encoding"] == "gzip"
            packed = await response.read()
        async with raw.get(url, headers={"Accept-Encoding": "gzip;q=0"}) as response:
            assert "Content-Encoding" not in response.headers
            assert gzip.decompress(packed) == await response.read()


async def test_name_restricts_the_series(client: Client) -> None:
    """name[] keeps the named series alone, with their HELP and TYPE."""
    text = await page(client, "collect[]=steady&name[]=steady_value&name[]=steady_seen_total")
    names = {sample.name for family in parse_text(text) for sample in family.samples}
    assert names == {"steady_value", "steady_seen_total"}
    assert "# TYPE steady_seen_total counter" in text


async def test_needed_keeps_what_rules_and_dashboards_ask_for(client: Client) -> None:
    """metrics=needed; name[] adds to it. Another value is told what there is."""
    assert "steady_value" not in await page(client, "collect[]=steady&metrics=needed")
    text = await page(client, "collect[]=steady&metrics=needed&name[]=steady_value")
    names = {sample.name for family in parse_text(text) for sample in family.samples}
    assert names == {"steady_value", "ha_cluster_scrape_success"}
    async with client.get("/metrics?metrics=few") as response:
        assert response.status == 400
        assert await response.text() == "metrics: few is nothing; there is metrics=needed\n"


async def test_collect_restricts_the_collectors(client: Client) -> None:
    """collect[] with a collector that is not on says which are."""
    async with client.get("/metrics?collect[]=steady&collect[]=nonsense") as response:
        assert response.status == 400
        assert await response.text() == "collect[]: nonsense is not on; on are steady, stuck\n"


async def test_the_scrape_ends_before_prometheus_gives_up(client: Client) -> None:
    """With a source that hangs, the page comes within the timeout of the header, the other source whole."""
    gives_up = aiohttp.ClientTimeout(total=2)
    async with client.get("/metrics", headers={TIMEOUT_HEADER: "1"}, timeout=gives_up) as response:
        text = await response.text()
    assert 'steady_value{node="a"} 1.0' in text
    assert 'ha_cluster_scrape_success{collector="stuck"} 0.0' in text


async def test_health_is_answered_while_a_source_hangs(client: Client, stuck: Stuck) -> None:
    """A scrape that waits doesn't hold up the event loop."""
    waiting = asyncio.ensure_future(page(client, "", **{TIMEOUT_HEADER: "20"}))
    await asyncio.to_thread(stuck.asked.wait, 10)
    for path in ("/-/healthy", "/-/ready"):
        async with client.get(path) as response:
            assert (response.status, await response.text()) == (200, "OK\n")
    assert not waiting.done()
    stuck.release.set()
    assert 'ha_cluster_scrape_success{collector="stuck"} 1.0' in await waiting


async def test_pages_at_once_are_limited(stuck: Stuck) -> None:
    """Above --web.max-requests a scrape is refused with the words of node_exporter; the next is served."""
    scraper = Scraper([Steady(), stuck], about=lambda: [])
    async with TestClient(TestServer(application(scraper, "/metrics", "1.2.3", max_requests=1))) as client:
        waiting = asyncio.ensure_future(page(client, "", **{TIMEOUT_HEADER: "20"}))
        await asyncio.to_thread(stuck.asked.wait, 10)
        async with client.get("/metrics") as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "1")
            assert await response.text() == "Limit of concurrent requests reached (1), try again later.\n"
        async with client.get("/-/healthy") as response:
            assert response.status == 200
        stuck.release.set()
        await waiting
        assert "steady_value" in await page(client)


async def test_a_slow_reader_makes_room_for_a_scrape(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit, the request whose answer is not being taken ends, and the new one is served."""
    monkeypatch.setattr(deliveries, "PATIENCE_SECONDS", 0.0)
    scraper = Scraper([Large()], about=lambda: [])
    app = application(scraper, "/metrics", "1.2.3", max_requests=1)
    async with TestClient(TestServer(app)) as client:
        slow = await client.get("/metrics", headers={"Accept-Encoding": "identity"})
        assert slow.status == 200  # its head is there, its body is not taken
        assert "large_value" in await page(client, "")
        with pytest.raises(aiohttp.ClientPayloadError):
            await slow.read()


async def test_head_has_the_length_and_no_body(client: Client) -> None:
    """HEAD is GET without the body, as HTTP has it."""
    async with client.head("/metrics?collect[]=steady") as response:
        assert response.status == 200
        assert int(response.headers["Content-Length"]) > 100
        assert await response.read() == b""


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 10 - RESERVE),
        ("5", 5 - RESERVE),
        ("0.4", 0.2),
        ("x", 9.5),
        ("-1", 9.5),
        ("nan", 9.5),
        ("inf", 9.5),
    ],
)
def test_the_budget_leaves_a_reserve(header: str | None, seconds: float) -> None:
    """Odd timeouts fall back to Prometheus's default; tiny ones keep half."""
    assert budget(header) == seconds


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
    ],
)
def test_accept_encoding(header: str, accepted: bool) -> None:
    """gzip is used where the client says so."""
    assert accepts_gzip(header) == accepted
