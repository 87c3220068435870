"""TLS and basic authentication of our own pages: the file that every Prometheus exporter takes.

Keys as in https://prometheus.io/docs/prometheus/latest/configuration/https/, those that Python's ssl offers.
"""

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import bcrypt
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

_CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}


class CannotSecure(Exception):
    """A certificate or key can't be used; the text says which file and why."""


@dataclass(frozen=True)
class TLS:
    cert_file: str
    key_file: str
    client_auth_type: str = "NoClientCert"
    client_ca_file: str | None = None
    min_version: str = "TLS12"
    max_version: str = "TLS13"

    def __post_init__(self) -> None:
        for key, known in (
            ("client_auth_type", _CLIENT_AUTH),
            ("min_version", _VERSIONS),
            ("max_version", _VERSIONS),
        ):
            if getattr(self, key) not in known:
                raise ValueError(f"{key}: {getattr(self, key)!r} is none of {', '.join(known)}")
        if self.client_auth_type != "NoClientCert" and not self.client_ca_file:
            raise ValueError(f"client_auth_type: {self.client_auth_type} needs client_ca_file")


@dataclass(frozen=True)
class WebConfig:
    tls_server_config: TLS | None = None
    basic_auth_users: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for user, hashed in self.basic_auth_users.items():
            if not hashed.startswith(("$2a$", "$2b$", "$2y$")) or len(hashed) != 60:
                raise ValueError(
                    f"basic_auth_users: the password of {user} is no bcrypt hash (htpasswd -nB makes one)"
                )


class Certificates:
    """A TLS context whose certificate can be read again while it serves."""

    def __init__(self, tls: TLS, folder: Path):
        """Relative files are in `folder`, that of the configuration. Raises CannotSecure."""
        self._tls, self._folder = tls, folder
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = _VERSIONS[tls.min_version]
        self.context.maximum_version = _VERSIONS[tls.max_version]
        if tls.client_ca_file:
            self._use(tls.client_ca_file, self.context.load_verify_locations)
        self.context.verify_mode = _CLIENT_AUTH[tls.client_auth_type]
        self.load()

    def load(self) -> None:
        """Read certificate and key again; new connections get them. Raises CannotSecure, keeping the old."""
        key = str(self._folder / self._tls.key_file)
        self._use(
            self._tls.cert_file, lambda cert: self.context.load_cert_chain(cert, key, password=_no_password)
        )

    def _use(self, name: str, load: Callable[[str], object]) -> None:
        try:
            load(str(self._folder / name))
        except (OSError, ValueError) as error:
            raise CannotSecure(f"TLS: {name} can't be used: {error}") from None


def _no_password() -> str:
    raise ValueError("the key is encrypted, which is not supported")


def basic_auth(users: Mapping[str, str]) -> Middleware:
    """A middleware that lets in who knows a password. bcrypt is slow on purpose, so it runs in a thread
    and a password once found right is remembered, as a digest."""
    unknown_user = bcrypt.hashpw(b"", bcrypt.gensalt()).decode()  # so that guessing names takes as long
    known: set[bytes] = set()

    def right(header: str) -> bool:
        user, password = credentials(header)
        hashed = users.get(user, unknown_user)
        return bcrypt.checkpw(password[:72], hashed.encode()) and user in users

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        header = request.headers.get(hdrs.AUTHORIZATION, "")
        digest = hashlib.sha256(header.encode()).digest()
        if digest not in known:
            if not await asyncio.get_running_loop().run_in_executor(None, right, header):
                headers = {hdrs.WWW_AUTHENTICATE: 'Basic realm="failover-exporter"'}
                return web.Response(status=401, text="Unauthorized\n", headers=headers)
            known.add(digest)
        return await handler(request)

    return middleware


def credentials(header: str) -> tuple[str, bytes]:
    """User and password of an Authorization header (RFC 7617); two empty ones where it is not that."""
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).partition(b":")
        return (user.decode(), password) if scheme.lower() == "basic" else ("", b"")
    except ValueError:
        return "", b""
