"""Names of hosts, resolved by the system's resolver."""

import socket

from exporter.endpoint import Endpoint
from exporter.errors import Unreachable


def name_of(address: str) -> str:
    """That of an IP address, by /etc/hosts or DNS. Takes as long as the resolver does. Raises Unreachable: it
    has none."""
    try:
        return socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0]
    except OSError as error:
        raise Unreachable(f"{address}: {error.strerror or error}") from None


def first_address(endpoint: Endpoint) -> str:
    """The IP address that clients try first. Takes as long as the resolver does. Raises Unreachable."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"{endpoint.host}: {error.strerror or error}") from None
    return str(found[0][4][0])
