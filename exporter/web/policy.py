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


def install(application: web.Application, config: WebConfig) -> None:
    """Before the application is started. The limit goes before the passwords, as with the toolkit."""
    headers = config.http_server_config.headers
    if config.rate_limit.seconds:
        bucket = TokenBucket(config.rate_limit)

        @web.middleware
        async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
            if bucket.allows():
                return await handler(request)
            return web.Response(status=429, text="Too Many Requests\n")

        application.middlewares.insert(0, limit)

    async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    application.on_response_prepare.append(add_headers)
