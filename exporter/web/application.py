"""Which path is answered by what: /metrics, /, /-/healthy, /-/ready."""

import html
from collections.abc import Iterable

from aiohttp import web

from exporter.scrape import Scraper
from exporter.web.metrics_page import MetricsPage
from exporter.web.passwords import BasicAuth


def application(
    scraper: Scraper,
    telemetry_path: str,
    version: str,
    *,
    max_requests: int,
    auth: BasicAuth | None = None,
) -> web.Application:
    """All pages; with `auth`, each of them wants a password."""

    async def index(_: web.Request) -> web.Response:
        return web.Response(
            text=_index(telemetry_path, version, scraper.collectors), content_type="text/html"
        )

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="OK\n")

    app = web.Application(middlewares=[auth.middleware()] if auth else [])
    if auth:
        app.on_cleanup.append(auth.close)
    app.router.add_get(telemetry_path, MetricsPage(scraper, max_requests).answer)
    app.router.add_get("/-/healthy", alive)
    app.router.add_get("/-/ready", alive)
    if telemetry_path != "/":
        app.router.add_get("/", index)
    return app


def _index(telemetry_path: str, version: str, collectors: Iterable[str]) -> str:
    path = html.escape(telemetry_path, quote=True)
    links = "".join(f'<li><a href="{path}?collect[]={name}">{name}</a></li>' for name in collectors)
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>failover-exporter</title></head>
<body>
<h1>failover-exporter {html.escape(version)}</h1>
<p>What a floating IP in front of a Galera cluster does.</p>
<ul><li><a href="{path}">Metrics</a>, all of them</li></ul>
<p>One collector at a time:</p>
<ul>{links}</ul>
<p><a href="/-/healthy">Healthy</a> · <a href="/-/ready">Ready</a></p>
</body>
</html>
"""
