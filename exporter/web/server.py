"""Serves an application on some addresses, with TLS or without."""

import logging
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from aiohttp import hdrs, web

from exporter.endpoint import Endpoint
from exporter.errors import KnownError
from exporter.transports.listener import Listener, listen, passed
from exporter.web.connections import SERVER_NAME, Connections, Limits

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 5.0  # for requests that are being answered; systemd's own limit is 90


class CannotServe(KnownError):
    """The pages can't be offered; the text says why."""


class Secures(Protocol):
    """Says how a connection that begins now is secured."""

    @property
    def context(self) -> ssl.SSLContext | None: ...

    def allows(self, certificate: Mapping[str, Any] | None) -> bool: ...


class WebServer:
    """From start() to stop()."""

    def __init__(self, application: web.Application, limits: Limits, certificates: Secures | None = None):
        """Before the application is started: it gets a middleware and a signal."""
        self.connections = (
            Connections(limits, lambda: certificates.context, certificates.allows)
            if certificates
            else Connections(limits, lambda: None)
        )
        application.middlewares.insert(0, self.connections.middleware())
        application.on_response_prepare.append(_name_server)
        self._with_tls = " with TLS" if certificates else ""
        self._runner = web.AppRunner(
            application, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS
        )
        self._listeners: list[Listener] = []

    @property
    def ports(self) -> list[int]:
        """Those that are listened on."""
        return [listener.port for listener in self._listeners]

    async def start(self, addresses: Sequence[tuple[str | None, int]] | None) -> None:
        """Host (None: all addresses) and port of each; None: on the sockets that the service manager passed.

        Raises CannotServe; stop() is right then too.
        """
        await self._runner.setup()
        if addresses is None:
            self._take_passed()
        else:
            self._listen(addresses)
        if self._runner.server is None:
            raise RuntimeError("setup() makes a server")
        self.connections.start(self._runner.server, self._listeners)

    def _take_passed(self) -> None:
        try:
            self._listeners += passed()
        except OSError as error:
            raise CannotServe(
                f"--web.systemd-socket: {error}: is failover-exporter.socket active, as by "
                "`systemctl start failover-exporter.socket`?"
            ) from None
        for listener in self._listeners:
            log.info("listening on %s%s, passed by the service manager", listener.where, self._with_tls)

    def _listen(self, addresses: Sequence[tuple[str | None, int]]) -> None:
        for host, port in addresses:
            shown = str(Endpoint(host or "", port))
            try:
                self._listeners += listen(host, port)
            except OSError as error:
                hint = "--web.listen-address chooses another"
                raise CannotServe(f"can't listen on {shown}: {error}; {hint}") from None
            bound = Endpoint(host or "", self._listeners[-1].port)
            log.info("listening on %s%s", bound, self._with_tls)

    async def stop(self) -> None:
        """Accept nothing more, wait a little for what is being answered, close everything."""
        await self.connections.stop()
        for listener in self._listeners:
            listener.close()
        await self._runner.cleanup()


async def _name_server(_: web.Request, response: web.StreamResponse) -> None:
    """aiohttp says its own version and Python's."""
    response.headers[hdrs.SERVER] = SERVER_NAME
