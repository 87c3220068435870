"""The HTTP pages: /metrics, /, /-/healthy, /-/ready.

Nothing blocks the event loop: sources are read, and the page is rendered and packed, in threads.
"""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

from exporter.scrape import Scraper

TIMEOUT_HEADER = "X-Prometheus-Scrape-Timeout-Seconds"
DEFAULT_TIMEOUT = 10.0  # seconds, Prometheus's own default
RESERVE = 0.5  # seconds kept of Prometheus's timeout for rendering and the way back


@dataclass(frozen=True)
class Page:
    """What prometheus-client's encoders take for a registry."""

    families: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def budget(header: str | None) -> float:
    """Seconds for reading, out of the timeout that Prometheus tells."""
    try:
        timeout = float(header or DEFAULT_TIMEOUT)
    except ValueError:
        timeout = DEFAULT_TIMEOUT
    if not 0 < timeout <= 3600:
        timeout = DEFAULT_TIMEOUT
    return max(timeout - RESERVE, timeout / 2)


def restrict(families: Iterable[Metric], names: Sequence[str]) -> list[Metric]:
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


def accepts_gzip(header: str) -> bool:
    for offer in header.lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def application(
    scraper: Scraper, telemetry_path: str, version: str, middlewares: Sequence[Middleware] = ()
) -> web.Application:
    async def metrics(request: web.Request) -> web.Response:
        only = request.query.getall("collect[]", [])
        if unknown := set(only) - set(scraper.collectors):
            text = (
                f"collect[]: {', '.join(sorted(unknown))} is not on; on are {', '.join(scraper.collectors)}\n"
            )
            return web.Response(status=400, text=text)
        names = request.query.getall("name[]", [])
        encode, content_type = choose_encoder(",".join(request.headers.getall(hdrs.ACCEPT, [])))
        seconds = budget(request.headers.get(TIMEOUT_HEADER))
        parts = await scraper.scrape(seconds, lambda families: encode(Page(restrict(families, names))), only)
        body = join(parts)
        response = web.Response(body=body, headers={hdrs.CONTENT_TYPE: content_type})
        if accepts_gzip(request.headers.get(hdrs.ACCEPT_ENCODING, "")):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    async def index(_: web.Request) -> web.Response:
        return web.Response(
            text=_index(telemetry_path, version, scraper.collectors), content_type="text/html"
        )

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="OK\n")

    app = web.Application(middlewares=middlewares)
    app.router.add_get(telemetry_path, metrics)
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
