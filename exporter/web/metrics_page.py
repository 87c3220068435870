"""/metrics: how many may ask at once, what they may ask for, and in which time."""

from aiohttp import hdrs, web

from exporter.scrape import Scraper
from exporter.web.deliveries import Deliveries
from exporter.web.needed import NEEDED, needed
from exporter.web.rendering import Renderer, Wanted

TIMEOUT_HEADER = "X-Prometheus-Scrape-Timeout-Seconds"
DEFAULT_TIMEOUT = 10.0  # seconds, Prometheus's own default
RESERVE = 0.5  # seconds kept of Prometheus's timeout for rendering and the way back


class MetricsPage:
    """The handler, and the requests that it is answering."""

    def __init__(self, scraper: Scraper, max_requests: int):
        """`max_requests` of 0: no limit."""
        self._scraper = scraper
        self._renderer, self._deliveries = Renderer(scraper), Deliveries()
        self._max_requests = max_requests
        self._requests = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Query: collect[] for single collectors, name[] for single series, metrics=needed: see needed.py."""
        only = request.query.getall("collect[]", [])
        if unfit := {*request.query.getall("metrics", [])} - {NEEDED}:
            text = f"metrics: {', '.join(sorted(unfit))} is nothing; there is metrics={NEEDED}\n"
            return web.Response(status=400, text=text)
        on = self._scraper.collectors  # a reload may change them
        if unknown := set(only) - set(on):
            text = f"collect[]: {', '.join(sorted(unknown))} is not on; on are {', '.join(on)}\n"
            return web.Response(status=400, text=text)
        if not self._admits():
            text = f"Limit of concurrent requests reached ({self._max_requests}), try again later.\n"
            return web.Response(status=503, text=text, headers={hdrs.RETRY_AFTER: "1"})
        self._requests += 1
        try:
            return await self._page(request, tuple(sorted(set(only))))
        finally:
            self._requests -= 1

    def _admits(self) -> bool:
        """At the limit, whoever takes the page slowly makes room."""
        within = not self._max_requests or self._requests < self._max_requests
        return within or self._deliveries.give_up_slowest()

    async def _page(self, request: web.Request, collectors: tuple[str, ...]) -> web.StreamResponse:
        wanted = Wanted(
            collectors,
            names(request),
            ",".join(request.headers.getall(hdrs.ACCEPT, [])),
            accepts_gzip(request.headers.get(hdrs.ACCEPT_ENCODING, "")),
            budget(request.headers.get(TIMEOUT_HEADER)),
        )
        body = await self._renderer.body(wanted)
        headers = {hdrs.CONTENT_TYPE: body.content_type, hdrs.VARY: "Accept, Accept-Encoding"}
        if wanted.gzip:
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        response = web.StreamResponse(headers=headers)
        response.content_length = len(body.content)
        content = b"" if request.method == hdrs.METH_HEAD else body.content
        await self._deliveries.send(request, response, content)
        return response


def names(request: web.Request) -> frozenset[str]:
    """Of the series that are asked for; none: all."""
    single = frozenset(request.query.getall("name[]", []))
    return single | needed() if "metrics" in request.query else single


def budget(header: str | None) -> float:
    """Seconds for reading, out of the timeout that Prometheus sends."""
    try:
        timeout = float(header or DEFAULT_TIMEOUT)
    except ValueError:
        timeout = DEFAULT_TIMEOUT
    if not 0 < timeout <= 3600:
        timeout = DEFAULT_TIMEOUT
    return max(timeout - RESERVE, timeout / 2)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header offers gzip."""
    for offer in header.lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
