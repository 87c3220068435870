"""GET one page, by requests, with a deadline for the whole answer.

requests has a timeout for each read only: a peer that drips a byte now and then would hold a reading for
ever. Here a watchdog shuts the connection down at the deadline, whatever it is being used for then: TLS,
head or body. Importing this module costs 60 ms and some MB (requests, urllib3): import it where a page is
read, not at the top of what every configuration loads.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from exporter.endpoint import Endpoint, without_password
from exporter.errors import Denied, TimedOut, Unparsable, Unreachable
from exporter.transports import tcp_socket
from exporter.transports.deadline import Deadline

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes, as for the socket
_CHUNK = 65536
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Trust:
    """How a server's certificate is checked. Without a file the system's authorities are trusted."""

    ca_file: str = ""  # PEM; read for each page, so that a renewed one counts at once
    verify: bool = True


def get(url: str, deadline: Deadline, trust: Trust = Trust()) -> bytes:
    """The body of a 200 answer. No proxy, no redirect, no .netrc: a statistics page is asked directly.

    A user and password in the URL are sent as basic authentication and never shown. Raises Refused when
    no process listens at that address and port.
    """
    shown = without_password(url)
    deadline.remaining(shown)
    target = urlsplit(url)
    bare = target._replace(netloc=target.netloc.rpartition("@")[2]).geturl()
    with _Watchdog(shown, deadline) as watchdog, _session(watchdog, bare, shown, trust) as session:
        if target.username is not None:
            # As bytes: requests would encode text as Latin-1.
            account = (unquote(target.username).encode(), unquote(target.password or "").encode())
            session.auth = HTTPBasicAuth(*account)
        with _errors_named(shown, watchdog), session.get(bare, allow_redirects=False, stream=True) as answer:
            body = _body(answer, shown)
        # http.client takes the end of the connection for the end of the head, and of a body without length.
        if watchdog.over:
            raise TimedOut(f"{shown}: no answer in time")
        return body


def _body(answer: requests.Response, shown: str) -> bytes:
    if answer.status_code in (401, 403):
        raise Denied(f"{shown}: HTTP {answer.status_code} {answer.reason}, check user and password")
    if answer.status_code != 200:
        hint = ", is the path of the page right?" if answer.status_code == 404 else ""
        raise Unreachable(f"{shown}: HTTP {answer.status_code} {answer.reason}{hint}")
    body = bytearray()
    for piece in answer.raw.stream(_CHUNK, decode_content=False):
        body += piece
        if len(body) > ANSWER_LIMIT:
            raise Unparsable(f"{shown}: more than {ANSWER_LIMIT} bytes of answer")
    return bytes(body)


@contextmanager
def _errors_named(shown: str, watchdog: "_Watchdog") -> Iterator[None]:
    """What requests and urllib3 raise, as errors of a source; after the deadline all of it is a timeout."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        cause = _cause(error)
        if watchdog.over or isinstance(cause, TimeoutError):
            raise TimedOut(f"{shown}: no answer in time") from None
        raise _named(cause, shown) from None


def _named(cause: BaseException, shown: str) -> Unreachable | Unparsable:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Unreachable(f"{shown}: TLS: {cause.verify_message}; `ca_file` names an authority of your own")
    if isinstance(cause, ssl.SSLError):
        return Unreachable(f"{shown}: TLS: {cause.reason or cause}")
    if isinstance(cause, ConnectionError):  # closed before anything came
        return Unreachable(f"{shown}: closed without an answer ({type(cause).__name__})")
    return Unparsable(f"{shown}: cut off, or not HTTP ({type(cause).__name__})")


def _cause(error: BaseException) -> BaseException:
    """The innermost error: requests wraps urllib3's, which wrap those of http.client, ssl and socket."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = [
            one for one in (error.__cause__, error.__context__, *error.args) if isinstance(one, Exception)
        ]
        if not inner or (isinstance(error, OSError) and not isinstance(error, requests.RequestException)):
            break
        error = inner[0]
    return error


class _Watchdog:
    """Shuts down the connection it was given when the deadline comes."""

    def __init__(self, what: str, deadline: Deadline):
        self._what = what
        self._deadline = deadline
        self._connection: socket | None = None
        self._timer = threading.Timer(deadline.remaining(what), self._end)
        self._lock = threading.Lock()
        self.over = False

    def __enter__(self) -> "_Watchdog":
        self._timer.name = "page watchdog"
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._connection:
                self._connection.close()

    def connect(self, host: str, port: int) -> socket:
        """A connection that is watched. The watchdog holds a duplicate: TLS takes the socket for its own."""
        connection = tcp_socket.connect(Endpoint(host.strip("[]"), port), self._what, self._deadline)
        with self._lock:
            self._connection = connection.dup()
        connection.settimeout(self._deadline.remaining(self._what))
        return connection

    def _end(self) -> None:
        with self._lock:
            self.over = True
            if self._connection:
                with suppress(OSError):
                    self._connection.shutdown(SHUT_RDWR)


def _session(watchdog: _Watchdog, url: str, shown: str, trust: Trust) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = trust.verify
    session.headers.update({"Accept-Encoding": "identity"})
    session.mount(url.partition("://")[0] + "://", _Adapter(watchdog, _tls(url, shown, trust)))
    return session


def _tls(url: str, shown: str, trust: Trust) -> ssl.SSLContext | None:
    if not url.startswith("https:"):
        return None
    if not trust.verify:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if not trust.ca_file:
        return _system_authorities()
    try:
        return ssl.create_default_context(cafile=trust.ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise Unreachable(f"{shown}: ca_file {trust.ca_file}: {error.strerror or error}") from None


@cache
def _system_authorities() -> ssl.SSLContext:
    """Made once: loading the system's 140 authorities takes 20 ms of CPU."""
    return ssl.create_default_context()


class _Adapter(HTTPAdapter):
    """requests' adapter whose connections are watched, with the given TLS context alone."""

    def __init__(self, watchdog: _Watchdog, tls: ssl.SSLContext | None):
        self._watchdog = watchdog
        self._tls = tls
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        if self._tls:
            options["ssl_context"] = self._tls
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._watchdog)

    def cert_verify(self, *_: Any) -> None:
        """Left out: requests would add certifi's authorities to those of the context."""


def _pools(watchdog: _Watchdog) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools for connections that the watchdog makes."""

    class Connection(HTTPConnection):
        def _new_conn(self) -> socket:
            return watchdog.connect(self.host, self.port or _PORTS["http"])

    class TlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket:
            return watchdog.connect(self.host, self.port or _PORTS["https"])

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

        def _validate_conn(self, conn: Any) -> None:
            """As urllib3's, without its warning for each page where `verify: false` is wanted."""
            conn.connect()

    return {"http": Pool, "https": TlsPool}
