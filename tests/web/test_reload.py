"""POST /-/reload: codes and texts are Prometheus's own; what is reloaded is a double."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestClient, TestServer

from exporter.errors import KnownError
from exporter.scrape import Scraper
from exporter.web.application import application

Reload = Callable[[], Awaitable[None]]


async def asked(method: str, reload: Reload | None) -> tuple[int, str]:
    app = application(Scraper([], list), "/metrics", "1.2.3", max_requests=0, reload=reload)
    async with TestClient(TestServer(app)) as client, client.request(method, "/-/reload") as response:
        return response.status, await response.text()


async def well() -> None:
    """Nothing to complain of."""


async def refused() -> None:
    raise KnownError("c.yml: line 1: vips: expected a list\nc.yml: line 2: x: unknown key")


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_reload_is_answered_when_it_is_done(method: str) -> None:
    """200 and nothing else; a refused one 500 with every mistake."""
    assert await asked(method, well) == (200, "")
    assert await asked(method, refused) == (
        500,
        "failed to reload config: c.yml: line 1: vips: expected a list\nc.yml: line 2: x: unknown key\n",
    )


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_without_the_flag_nobody_may_ask(method: str) -> None:
    """403, as whoever reaches the page must not be able to change what runs."""
    assert await asked(method, None) == (403, "Lifecycle API is not enabled.")


@pytest.mark.parametrize("reload", [well, None])
async def test_a_page_that_is_looked_at_reloads_nothing(reload: Reload | None) -> None:
    """A browser or a crawler that follows links."""
    assert await asked("GET", reload) == (405, "Only POST or PUT requests allowed")
