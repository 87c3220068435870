"""Which path is answered by what: /metrics, /, /status.json, /-/healthy, /-/ready, /-/reload."""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from exporter.errors import KnownError
from exporter.scrape import Scraper
from exporter.web.metrics_page import MetricsPage, budget
from exporter.web.passwords import BasicAuth
from exporter.web.status.page import StatusPage


def application(  # noqa: PLR0913  # what the flags say
    scraper: Scraper,
    telemetry_path: str,
    version: str,
    *,
    max_requests: int,
    auth: BasicAuth | None = None,
    reload: Callable[[], Awaitable[None]] | None = None,
) -> web.Application:
    """All pages; with `auth`, each of them wants a password.

    `reload` reads the configuration again, and raises KnownError where it is refused; None: nobody may ask
    for it over HTTP.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="OK\n")

    app = web.Application(middlewares=[auth.middleware()] if auth else [])
    if auth:
        app.on_cleanup.append(auth.close)
    app.router.add_get(telemetry_path, MetricsPage(scraper, max_requests).answer)
    app.router.add_get("/-/healthy", alive)
    app.router.add_get("/-/ready", alive)
    _add_reload(app, reload)
    status = StatusPage(scraper, version, telemetry_path, budget(None))
    app.router.add_get("/status.json", status.record)
    if telemetry_path != "/":
        app.router.add_get("/", status.page)
    return app


def _add_reload(app: web.Application, reload: Callable[[], Awaitable[None]] | None) -> None:
    """Methods, codes and texts are those of Prometheus, so that what asks it for a reload can ask here."""

    async def answer(_: web.Request) -> web.Response:
        if reload is None:
            return web.Response(status=403, text="Lifecycle API is not enabled.")
        try:
            await reload()
        except KnownError as error:
            return web.Response(status=500, text=f"failed to reload config: {error}\n")
        return web.Response()

    async def refuse(_: web.Request) -> web.Response:
        text, allowed = "Only POST or PUT requests allowed", {hdrs.ALLOW: "POST, PUT"}
        return web.Response(status=405, text=text, headers=allowed)

    app.router.add_post("/-/reload", answer)
    app.router.add_put("/-/reload", answer)
    app.router.add_get("/-/reload", refuse)
