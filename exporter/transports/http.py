"""GET one page.

On http.client and not on requests: there a timeout is for each read, so a peer that sends a byte now and
then holds the caller for as long as it likes. Here every single read ends by the deadline.
"""

import base64
import functools
import http.client
import io
import socket
import ssl
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from exporter.errors import Denied, Refused, TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes, as for the socket


def without_password(url: str) -> str:
    """For texts; also of a URL that is wrong, as one with a `/` in its password."""
    scheme, separator, rest = url.partition("://")
    return scheme + separator + rest.rpartition("@")[2]


def get(url: str, deadline: Deadline) -> bytes:
    """The body of a 200 answer. No proxy, no redirect: a statistics page is asked directly.

    A user and password in the URL are sent as basic authentication and never shown. Raises Refused when
    nobody listens at that address and port.
    """
    shown, target = without_password(url), urlsplit(url)
    try:
        with _connect(target, shown, deadline) as connection:
            asked = http.client.HTTPConnection(target.hostname or "", target.port)
            asked.sock = _BoundedSocket(connection, shown, deadline)
            asked.request("GET", _path(target), headers=_headers(target))
            with asked.getresponse() as answer:
                return _body(answer, shown)
    except TimeoutError:
        raise TimedOut(f"{shown}: no answer in time") from None
    except ConnectionRefusedError:
        raise Refused(f"{shown}: connection refused, nobody listens") from None
    except socket.gaierror as error:
        raise Unreachable(f"{shown}: the name can't be resolved: {error.strerror}") from None
    except ssl.SSLError as error:
        raise Unreachable(f"{shown}: TLS: {error.reason or error}") from None
    except OSError as error:
        raise Unreachable(f"{shown}: {error.strerror or type(error).__name__}") from None
    except http.client.IncompleteRead:
        raise Unparsable(f"{shown}: the answer was cut off") from None
    except http.client.HTTPException as error:
        raise Unparsable(f"{shown}: not an HTTP answer ({type(error).__name__})") from None


def _path(target: SplitResult) -> str:
    return target._replace(scheme="", netloc="", fragment="").geturl() or "/"


def _headers(target: SplitResult) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "Connection": "close"}
    if target.username is not None:
        account = f"{unquote(target.username)}:{unquote(target.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(account.encode()).decode()
    return headers


def _body(answer: http.client.HTTPResponse, shown: str) -> bytes:
    if answer.status in (401, 403):
        raise Denied(f"{shown}: HTTP {answer.status} {answer.reason}, check user and password")
    if answer.status != 200:
        raise Unreachable(f"{shown}: HTTP {answer.status} {answer.reason}")
    body = answer.read(ANSWER_LIMIT + 1)
    if len(body) > ANSWER_LIMIT:
        raise Unparsable(f"{shown}: more than {ANSWER_LIMIT} bytes of answer")
    if answer.length:  # read() with a limit says nothing when less came than Content-Length announced
        raise Unparsable(f"{shown}: the answer was cut off, {answer.length} bytes are missing")
    return body


def _connect(target: SplitResult, shown: str, deadline: Deadline) -> socket.socket:
    """Connected, with TLS where the URL says so; all addresses of the name within one deadline."""
    failure = OSError("the name has no address")
    host, port = target.hostname or "", target.port or (443 if target.scheme == "https" else 80)
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.remaining(shown))
            connection.connect(address)
            if target.scheme == "https":
                connection.settimeout(deadline.remaining(shown))
                connection = _tls().wrap_socket(connection, server_hostname=host)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


@functools.cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the system's certificates costs about 20 ms of CPU."""
    return ssl.create_default_context()


class _BoundedSocket:
    """What http.client needs of a socket. Closing is left to get(), which opened it."""

    def __init__(self, connection: socket.socket, shown: str, deadline: Deadline):
        self._connection = connection
        self._shown = shown
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(self._deadline.remaining(self._shown))
        self._connection.sendall(data)

    def receive_into(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.remaining(self._shown))
        return self._connection.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BoundedReader(self), 262144)

    def close(self) -> None:
        pass


class _BoundedReader(io.RawIOBase):
    def __init__(self, connection: _BoundedSocket):
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._connection.receive_into(buffer)
