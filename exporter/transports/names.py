"""Names of hosts, resolved by the system's resolver."""

import socket

from exporter.endpoint import Endpoint
from exporter.errors import Unreachable


def first_address(endpoint: Endpoint) -> str:
    """The IP address that clients try first. Takes as long as the resolver does. Raises Unreachable."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"{endpoint.host}: {error.strerror or error}") from None
    return str(found[0][4][0])
