"""The clients' connections: how many there may be, and how long one may wait.

aiohttp's own sites accept whatever comes: 1,100 idle connections took every descriptor of the process, the
prober's among them. So connections are accepted here. Above the bound the one that has been idle longest
makes room, of the address that has most, and where none is idle the new one is refused. A request's head has
to be there in time, and so has the TLS handshake.
"""

import asyncio
import logging
import ssl
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from exporter.errors import KnownError
from exporter.transports.listener import Listener, descriptor_limit
from exporter.trouble import TroubleLog

log = logging.getLogger(__name__)

SERVER_NAME = "failover-exporter"  # for the header Server: no version
ACCEPT_PAUSE = 0.1  # seconds, while descriptors are used up
QUIET_SECONDS = 60.0  # so long nothing must happen before the log says that it is over
REASON_LENGTH = 120  # characters: part of it is what the client sent
LINGER_SECONDS = 1.0  # for a request's body, which no page wants


@dataclass(frozen=True)
class Limits:
    """What clients may take. Seconds where nothing else is said."""

    connections: int
    first_head: float = 10.0  # from accepting to the whole first request's head, TLS handshake included
    next_head: float = 75.0  # from an answer to the whole head of the next request
    sweep: float = 1.0  # so often it is looked for connections that are over their time


def connection_limit(descriptors: int | None = None) -> int:
    """An eighth of the process's descriptors, the rest is for probes and sources; 16 to 256."""
    return max(16, min(256, (descriptor_limit() if descriptors is None else descriptors) // 8))


class Incident:
    """Something that may come thousands of times: a log line when it begins, one when it is over."""

    def __init__(self, subject: str, recovered: str):
        self._troubles = TroubleLog(log, subject, recovered=recovered)
        self._latest = float("-inf")  # monotonic seconds

    def happened(self, text: str) -> None:
        self._latest = time.monotonic()
        self._troubles.report_all({"": KnownError(text)})

    def check(self, now: float) -> None:
        """To be called from time to time."""
        if now - self._latest > QUIET_SECONDS:
            self._troubles.report(None)


class Connection(web.RequestHandler):
    """One accepted connection: since when it has been waiting for a request, or that it is serving one."""

    def __init__(self, connections: "Connections", server: web.Server, limits: Limits, host: str):
        """`host` is the client's address."""
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # as aiohttp's own runner passes it on
            # aiohttp's own clock; overdue() ends it earlier, whatever was sent meanwhile
            keepalive_timeout=2 * limits.next_head,
            lingering_time=LINGER_SECONDS,
        )
        self._connections, self._limits = connections, limits
        self.host = host
        self.connecting: asyncio.Task[None] | None = None  # while it is set up: TLS handshake
        self.idle_since: float | None = time.monotonic()  # None: serving a request
        self.requests = 0

    def overdue(self, now: float) -> bool:
        """Whether it has been waiting too long for a request (monotonic seconds)."""
        limit = self._limits.next_head if self.requests else self._limits.first_head
        return self.idle_since is not None and now - self.idle_since > limit

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """After the TLS handshake. A client that may not come in gets no answer at all."""
        if self._connections.admits(transport.get_extra_info("peercert")):
            super().connection_made(transport)
        else:
            log.debug("no connection: %s has no certificate of client_allowed_sans", self.host)
            cast(asyncio.Transport, transport).abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._connections.forget(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answers a malformed request (400) or a defect of a handler (500), and ends the connection."""
        if isinstance(exc, ConnectionError):
            raise exc  # the client left: nobody to answer
        if status == 500:
            log.error("defect while answering %s", request.remote, exc_info=exc)
        else:
            self._connections.note_malformed(request.remote, message or str(exc or ""))
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer is sent already")
        text = "Internal Server Error\n" if status == 500 else "Bad Request\n"
        response = web.Response(status=status, text=text, headers={hdrs.SERVER: SERVER_NAME})
        response.force_close()
        return response

    def drop(self) -> None:
        """Close it at once; what was not sent is lost."""
        if self.connecting:
            self.connecting.cancel()
        if self.transport:
            self.transport.abort()


class Connections:
    """All that are open, from accepting on."""

    def __init__(
        self,
        limits: Limits,
        context: Callable[[], ssl.SSLContext | None],
        admits: Callable[[Any], bool] = lambda _: True,
    ):
        """`context` gives the TLS context for the next connection, None where there is no TLS.

        `admits` says whether a client may come in with its certificate, as getpeercert() gives it.
        """
        self._limits, self._context, self.admits = limits, context, admits
        self._open: dict[Connection, None] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._crowded = Incident("connections", f"below the limit for {QUIET_SECONDS:g} s")
        self._malformed = Incident("malformed requests", f"none for {QUIET_SECONDS:g} s")

    def __len__(self) -> int:
        return len(self._open)

    def all(self) -> list[Connection]:
        """The oldest first."""
        return list(self._open)

    def start(self, server: web.Server, listeners: Sequence[Listener]) -> None:
        """Accept what comes; `server` answers it."""
        self._tasks = [asyncio.create_task(self._accept(listener, server)) for listener in listeners]
        self._tasks.append(asyncio.create_task(self._sweep()))

    async def stop(self) -> None:
        """Accept no more. The requests that are being answered go on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._open):
            if connection.connecting:
                self._drop(connection)

    def forget(self, connection: Connection) -> None:
        """It is closed."""
        self._open.pop(connection, None)

    def note_malformed(self, host: str | None, reason: str) -> None:
        self._malformed.happened(f"{host}: {' '.join(reason.split())[:REASON_LENGTH]}")

    def middleware(self) -> Middleware:
        """Notes which connections are serving a request: only the others may be closed for a new one."""

        @web.middleware
        async def track(request: web.Request, handler: Handler) -> web.StreamResponse:
            connection = request.protocol
            if not isinstance(connection, Connection):
                return await handler(request)
            connection.idle_since = None
            connection.requests += 1
            try:
                return await handler(request)
            finally:
                connection.idle_since = time.monotonic()

        return track

    async def _accept(self, listener: Listener, server: web.Server) -> None:
        while True:
            try:
                accepted, host = await listener.accept()
            except OSError as error:
                self._crowded.happened(f"none can be accepted: {error.strerror}")
                self._drop_longest_idle()
                await asyncio.sleep(ACCEPT_PAUSE)
                continue
            if self._room(host):
                self._connect(accepted, host, server)
            else:
                accepted.close()
            await asyncio.sleep(0)  # accept() doesn't yield while more are waiting

    def _room(self, host: str) -> bool:
        """Whether there is room for one more from that address; at the limit it is made, if one is idle."""
        most = self._limits.connections
        if len(self._open) < most:
            return True
        self._crowded.happened(
            f"{most} are open, the most there may be: an idle one is closed for each new one (now "
            f"from {host}), or the new one refused"
        )
        return self._drop_longest_idle()

    def _connect(self, accepted: Any, host: str, server: web.Server) -> None:
        """`accepted` is a socket."""
        connection, context = Connection(self, server, self._limits, host), self._context()
        self._open[connection] = None

        async def connect() -> None:
            seconds = self._limits.first_head if context else None
            try:
                await asyncio.get_running_loop().connect_accepted_socket(
                    lambda: connection, accepted, ssl=context, ssl_handshake_timeout=seconds
                )
            except OSError as error:  # among them all that TLS finds fault with
                log.debug("no connection: %s", error)

        def connected(_: "asyncio.Task[None]") -> None:
            connection.connecting = None
            if connection.transport is None:
                self.forget(connection)
                accepted.close()

        connection.connecting = asyncio.create_task(connect())
        connection.connecting.add_done_callback(connected)

    def _drop_longest_idle(self) -> bool:
        """Of the address that has most: one host's connections don't cost another's."""
        idle = [one for one in self._open if one.idle_since is not None]
        if not idle:
            return False
        of_host = Counter(one.host for one in self._open)
        self._drop(min(idle, key=lambda one: (-of_host[one.host], one.idle_since or 0.0)))
        return True

    def _drop(self, connection: Connection) -> None:
        self.forget(connection)
        connection.drop()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._limits.sweep)
            now = time.monotonic()
            for one in [one for one in self._open if one.overdue(now)]:
                self._drop(one)
            self._crowded.check(now)
            self._malformed.check(now)
