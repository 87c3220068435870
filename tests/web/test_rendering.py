"""One rendering for all who ask for the same at the same time."""

import asyncio
import threading
from collections.abc import Iterable
from typing import ClassVar

import pytest
from prometheus_client.metrics_core import Metric

from exporter.families import gauge
from exporter.scrape import Scraper, Source
from exporter.transports.deadline import Deadline
from exporter.web import rendering
from exporter.web.rendering import Renderer, Wanted
from tests.web.waiting import until


class Counted(Source[int]):
    """Counts how often it is rendered; a reading waits for the test."""

    name: ClassVar[str] = "counted"
    timeout = 30.0

    def __init__(self) -> None:
        self.asked, self.release = threading.Event(), threading.Event()
        self.rendered = 0

    def read(self, _: Deadline) -> int:
        self.asked.set()
        self.release.wait(30)
        return 1

    def collect(self, reading: int) -> Iterable[Metric]:
        self.rendered += 1
        one = gauge("counted_value", "How often.")
        one.add(reading)
        return [one]


def wanted(*, names: tuple[str, ...] = (), gzip: bool = False) -> Wanted:
    return Wanted((), frozenset(names), "", gzip, 20.0)


async def test_those_who_ask_at_once_share_the_bytes() -> None:
    """Thirty readers of a large page hold it in memory once."""
    source = Counted()
    renderer = Renderer(Scraper([source], lambda: []))
    asking = [asyncio.ensure_future(renderer.body(wanted())) for _ in range(30)]
    await asyncio.to_thread(source.asked.wait, 10)
    source.release.set()
    bodies = await asyncio.gather(*asking)
    assert len({id(body.content) for body in bodies}) == 1
    assert source.rendered == 1
    assert (await renderer.body(wanted())).content is bodies[0].content  # younger than a second


async def test_those_who_ask_for_something_else_get_it() -> None:
    """Names, packing and format make pages differ."""
    source = Counted()
    source.release.set()
    renderer = Renderer(Scraper([source], lambda: []))
    plain, packed, single = await asyncio.gather(
        renderer.body(wanted()),
        renderer.body(wanted(gzip=True)),
        renderer.body(wanted(names=("counted_value",))),
    )
    assert packed.content.startswith(b"\x1f\x8b")
    assert b"ha_cluster_scrape_success" in plain.content
    assert b"ha_cluster_scrape_success" not in single.content


async def test_a_page_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its second it is rendered anew, and its bytes are let go."""
    monkeypatch.setattr(rendering, "REUSE_SECONDS", 0.0)
    source = Counted()
    source.release.set()
    renderer = Renderer(Scraper([source], lambda: []))
    await renderer.body(wanted())
    await renderer.body(wanted())
    assert source.rendered == 2
    await until(lambda: renderer._latest is None)


async def test_when_all_have_left_rendering_ends() -> None:
    """One that stays gets its page; when none does, nothing is rendered."""
    source = Counted()
    renderer = Renderer(Scraper([source], lambda: []))
    leaving, staying = (asyncio.ensure_future(renderer.body(wanted())) for _ in range(2))
    await asyncio.to_thread(source.asked.wait, 10)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    (shared,) = renderer._under_way.values()
    assert not shared.task.cancelled()
    staying.cancel()
    await asyncio.gather(staying, return_exceptions=True)
    await asyncio.gather(shared.task, return_exceptions=True)
    assert shared.task.cancelled()
    assert not renderer._under_way
    source.release.set()
    assert b"counted_value 1.0" in (await renderer.body(wanted())).content
    assert source.rendered == 1
