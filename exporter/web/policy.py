"""What web.config.file asks of every answer: further headers, and a bound on the rate of requests."""

import time
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from exporter.web.web_config import RateLimit, WebConfig


class TokenBucket:
    """`burst` requests at once, then one an interval, as golang.org/x/time/rate has it."""

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = time.monotonic):
        """Its interval is above 0."""
        self._interval, self._burst, self._clock = limit.seconds, limit.burst, clock
        self._tokens, self._latest = float(limit.burst), clock()

    def allows(self) -> bool:
        """Whether one more may come now; it is counted then."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._latest) / self._interval)
        self._latest = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Policy:
    """Of one application: the limit is shared by all its addresses."""

    def __init__(self, config: WebConfig, before: Callable[[], None] = lambda: None):
        """`before` is called before each request, and may use() another configuration."""
        self._before = before
        self._limit = RateLimit()
        self._bucket: TokenBucket | None = None
        self.use(config)

    def use(self, config: WebConfig) -> None:
        """From the next request on. A limit that has not changed keeps its count."""
        self._headers = config.http_server_config.headers
        if config.rate_limit != self._limit:
            self._limit = config.rate_limit
            self._bucket = TokenBucket(self._limit) if self._limit.seconds else None

    def install(self, application: web.Application) -> None:
        """Before the application is started. The limit goes before the passwords, as with the toolkit."""

        @web.middleware
        async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._before()
            if self._bucket is None or self._bucket.allows():
                return await handler(request)
            return web.Response(status=429, text="Too Many Requests\n")

        application.middlewares.insert(0, limit)
        application.on_response_prepare.append(self._add_headers)

    async def _add_headers(self, _: web.Request, response: web.StreamResponse) -> None:
        """A page's own header stays, as with the toolkit, which sets these before the page sets its own.

        A page knows best what it is made of: a Content-Security-Policy for all exporters of a fleet would
        take the front page its styles.
        """
        for name, value in self._headers.items():
            if value:
                response.headers.setdefault(name, value)
