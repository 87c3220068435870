"""/ and /status.json: one look at all collectors for all who ask at the same time."""

import asyncio
import json
import platform
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from exporter.scrape import REUSE_SECONDS, Scraper
from exporter.web.status.gathering import facts
from exporter.web.status.record import to_object
from exporter.web.status.verdict import view

if TYPE_CHECKING:
    from exporter.web.status.rendering import Renderer


@dataclass(frozen=True)
class _Answers:
    page: bytes
    record: bytes
    finished: float = field(default_factory=time.monotonic)  # monotonic seconds


class StatusPage:
    """Its handlers. Nothing of it blocks the event loop: it is rendered where pages of metrics are."""

    def __init__(self, scraper: Scraper, version: str, telemetry_path: str, budget: float):
        """`budget`: seconds for reading, those of a scrape; what takes longer is not known on this page."""
        self._scraper = scraper
        self._version = version
        self._budget = budget
        self._telemetry_path = telemetry_path
        self._under_way: asyncio.Task[_Answers] | None = None
        self._latest: _Answers | None = None

    async def page(self, _: web.Request) -> web.Response:
        answers = await self._answers()
        return web.Response(
            body=answers.page,
            content_type="text/html",
            charset="utf-8",
            headers={
                "Content-Security-Policy": self._renderer.policy,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                hdrs.CACHE_CONTROL: "no-store",
            },
        )

    async def record(self, _: web.Request) -> web.Response:
        """The same as JSON."""
        answers = await self._answers()
        return web.Response(
            body=answers.record, content_type="application/json", headers={hdrs.CACHE_CONTROL: "no-store"}
        )

    async def _answers(self) -> _Answers:
        if self._latest and time.monotonic() - self._latest.finished < REUSE_SECONDS:
            return self._latest
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._make())
            self._under_way.add_done_callback(self._finish)
        return await asyncio.shield(self._under_way)

    def _finish(self, task: "asyncio.Task[_Answers]") -> None:
        self._under_way = None
        if not task.cancelled() and not task.exception():
            self._latest = task.result()

    async def _make(self) -> _Answers:
        collected = await self._scraper.readings(self._budget)

        def render() -> _Answers:
            shown = view(facts(collected, platform.node(), time.time()), self._version)
            record = json.dumps(to_object(shown), allow_nan=False)
            return _Answers(self._renderer.render(shown).encode(), record.encode())

        return await self._scraper.in_thread(render)

    @cached_property
    def _renderer(self) -> "Renderer":
        """Blocking."""
        from exporter.web.status.rendering import Renderer  # noqa: PLC0415  # jinja2: only once somebody looks

        return Renderer(self._telemetry_path)
