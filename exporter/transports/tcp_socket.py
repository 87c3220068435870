"""Ask a question over TCP of a peer that answers and closes: HAProxy's `stats socket ipv4@HOST:PORT`."""

import socket

from exporter.endpoint import Endpoint
from exporter.errors import Refused, TimedOut, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.stream_socket import converse


def ask(endpoint: Endpoint, question: str, deadline: Deadline) -> bytes:
    """Send one line, return all that comes until the other side closes.

    Raises Refused when no process listens at that address and port.
    """
    what = f"tcp {endpoint}"
    with connect(endpoint, what, deadline) as connection:
        try:
            return converse(connection, question, what, deadline)
        except TimeoutError:
            raise TimedOut(f"{what}: no answer in time") from None
        except OSError as error:
            raise Unreachable(f"{what}: {error.strerror or error}") from None


def connect(endpoint: Endpoint, what: str, deadline: Deadline) -> socket.socket:
    """A connected socket: each address of the name is tried until one answers, all within the deadline.

    Raises Refused when the last one refused, Unreachable, TimedOut. Resolving a name takes as long as the
    host's resolver lets it (getaddrinfo has no timeout of its own).
    """
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(
            f"{what}: the name {endpoint.host!r} can't be resolved: is it in DNS or /etc/hosts?"
        ) from None
    failure: Unreachable = Unreachable(f"{what}: the name has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.remaining(what))
            connection.connect(address)
        except TimeoutError:
            failure = TimedOut(f"{what}: no answer in time")
        except ConnectionRefusedError:
            failure = Refused(f"{what}: connection refused, no process listens")
        except OSError as error:
            failure = Unreachable(f"{what}: {error.strerror or error}")
        else:
            return connection
        connection.close()
    raise failure
