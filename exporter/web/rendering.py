"""One rendered page for all who ask for the same at the same time."""

import asyncio
import time
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

from exporter.scrape import REUSE_SECONDS, Scraper

GZIP = 16 + zlib.MAX_WBITS  # zlib's own sign for gzip's format


@dataclass(frozen=True)
class Wanted:
    """What makes two requests for the page equal."""

    collectors: tuple[str, ...]  # none: all
    names: frozenset[str]  # of series; none: all
    accept: str  # the request's header
    gzip: bool
    seconds: float  # for reading


@dataclass(frozen=True)
class Body:
    """A page as it goes over the wire."""

    content: bytes
    content_type: str
    finished: float = field(default_factory=time.monotonic)  # monotonic seconds


@dataclass(frozen=True)
class _Registry:
    """What prometheus-client's encoders take."""

    families: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


class Renderer:
    """Reads and renders pages. Nothing of it blocks the event loop."""

    def __init__(self, scraper: Scraper):
        self._scraper = scraper
        self._under_way: dict[Wanted, _Shared] = {}
        self._latest: tuple[Wanted, Body] | None = None

    async def body(self, wanted: Wanted) -> Body:
        """The page; one that is younger than a reading may be (a second) serves again.

        When all who wait for it are cancelled, its rendering is.
        """
        if self._latest and self._latest[0] == wanted and _young(self._latest[1]):
            return self._latest[1]
        shared = self._under_way.get(wanted) or self._start(wanted)
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if not shared.waiting and self._under_way.get(wanted) is shared:
                del self._under_way[wanted]
                shared.task.cancel()

    def _start(self, wanted: Wanted) -> "_Shared":
        shared = _Shared(asyncio.create_task(self._render(wanted)))
        self._under_way[wanted] = shared

        def finish(task: "asyncio.Task[Body]") -> None:
            if self._under_way.get(wanted) is shared:
                del self._under_way[wanted]
            if not task.cancelled() and not task.exception():
                self._keep(wanted, task.result())

        shared.task.add_done_callback(finish)
        return shared

    def _keep(self, wanted: Wanted, body: Body) -> None:
        self._latest = (wanted, body)
        asyncio.get_running_loop().call_later(REUSE_SECONDS, self._let_go, body)

    def _let_go(self, body: Body) -> None:
        """A large page is not kept in memory until the next scrape."""
        if self._latest and self._latest[1] is body:
            self._latest = None

    async def _render(self, wanted: Wanted) -> Body:
        encode, content_type = choose_encoder(wanted.accept)
        parts = await self._scraper.scrape(
            wanted.seconds,
            lambda families: encode(_Registry(restrict(families, wanted.names))),
            wanted.collectors,
        )
        content = join(parts)
        if wanted.gzip:
            content = await asyncio.get_running_loop().run_in_executor(None, pack, content)
        return Body(content, content_type)


@dataclass(eq=False)
class _Shared:
    task: "asyncio.Task[Body]"
    waiting: int = 0


def _young(body: Body) -> bool:
    return time.monotonic() - body.finished < REUSE_SECONDS


def restrict(families: Iterable[Metric], names: Collection[str]) -> list[Metric]:
    """Only the series with these names; all of them when there are none."""
    if not names:
        return list(families)
    restricted = []
    for family in families:
        kept = Metric(family.name, family.documentation, family.type)
        kept.samples = [sample for sample in family.samples if sample.name in names]
        restricted += [kept] if kept.samples else []
    return restricted


def join(parts: Iterable[bytes]) -> bytes:
    """Pages put together as one; OpenMetrics ends in a mark, which is kept once."""
    parts = list(parts)
    mark = b"# EOF\n" if any(part.endswith(b"# EOF\n") for part in parts) else b""
    return b"".join(part.removesuffix(mark) for part in parts) + mark


def pack(content: bytes) -> bytes:
    """In gzip's format."""
    packer = zlib.compressobj(wbits=GZIP)
    return packer.compress(content) + packer.flush()
