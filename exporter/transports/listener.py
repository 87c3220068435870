"""Sockets that listen for the pages' clients."""

import asyncio
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from exporter.endpoint import Endpoint
from exporter.transports.service_manager import passed_sockets

BACKLOG = 128  # connections that the kernel keeps until they are accepted


class Listener:
    """One listening socket."""

    def __init__(self, listening: socket.socket):
        self._socket = listening
        self._socket.setblocking(False)

    @property
    def port(self) -> int:
        """The one that the kernel chose, where 0 was asked for."""
        return int(self._socket.getsockname()[1])

    @property
    def where(self) -> str:
        """Address and port, or the path of a unix socket, to be shown."""
        name = self._socket.getsockname()
        return str(Endpoint(name[0], name[1]) if isinstance(name, tuple) else name)

    async def accept(self) -> tuple[socket.socket, str]:
        """The next connection and its client's address. Raises OSError, as when descriptors are used up."""
        accepted, address = await asyncio.get_running_loop().sock_accept(self._socket)
        return accepted, str(address[0]) if isinstance(address, tuple) else "unix socket"

    def close(self) -> None:
        self._socket.close()


def passed() -> list[Listener]:
    """Listeners on the sockets that the service manager opened, as it passed them. Raises OSError."""
    sockets = passed_sockets(os.environ)
    if not sockets:
        raise OSError("no socket activation file descriptors found")
    return [Listener(one) for one in sockets]


def listen(host: str | None, port: int) -> list[Listener]:
    """Listeners on each address of a host; None: all of this host, IPv4 and (if there is any) IPv6.

    Raises OSError with the reason as its only text.
    """
    families = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104  # what no host means
    if host is None:
        wanted = [(family, address) for family, address in families.items() if _usable(family)]
    else:
        with _reason_alone():
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        wanted = list(dict.fromkeys((family, str(address[0])) for family, *_, address in found))
    listeners: list[Listener] = []
    try:
        for family, address in wanted:
            with _reason_alone():
                listeners.append(
                    Listener(socket.create_server((address, port), family=family, backlog=BACKLOG))
                )
    except OSError:
        for listener in listeners:
            listener.close()
        raise
    return listeners


def descriptor_limit() -> int:
    """How many files and sockets this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _usable(family: socket.AddressFamily) -> bool:
    try:
        socket.socket(family).close()
    except OSError:
        return False
    return family != socket.AF_INET6 or socket.has_dualstack_ipv6()


@contextmanager
def _reason_alone() -> Iterator[None]:
    """The standard library's texts repeat the address, each in its own way."""
    try:
        yield
    except socket.gaierror as error:
        raise OSError(error.strerror) from None
    except OSError as error:
        raise OSError(os.strerror(error.errno) if error.errno else str(error)) from None
