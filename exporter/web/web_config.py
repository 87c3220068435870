"""What web.config.file may say: the file that every Prometheus exporter takes for TLS and passwords.

Keys as in https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md; what differs
is in docs/web-config.md.
"""

import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from exporter.web.ciphers import CURVES, TLS12_SUITES, TLS13_SUITES
from exporter.web.passwords import is_bcrypt_hash

# ssl verifies each certificate that it asks for. So one that would only be looked at is not asked for, and
# one that must be there must be right.
CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "RequestClientCert": ssl.CERT_NONE,
    "RequireAnyClientCert": ssl.CERT_REQUIRED,
    "RequireClientCert": ssl.CERT_REQUIRED,  # the toolkit's old name of it
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_UNVERIFIED = {"RequireAnyClientCert", "RequireClientCert"}  # by the toolkit
VERSIONS = {
    "TLS10": ssl.TLSVersion.TLSv1,
    "TLS11": ssl.TLSVersion.TLSv1_1,
    "TLS12": ssl.TLSVersion.TLSv1_2,
    "TLS13": ssl.TLSVersion.TLSv1_3,
}
HEADERS: Mapping[str, tuple[str, ...]] = {  # the values that one may have; none: any
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
    "Content-Security-Policy": (),
}
UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)"


@dataclass(frozen=True)
class TLS:
    """The section tls_server_config. Relative files are in the folder of the file that names them.

    A file goes before the text of the same name, as with the toolkit.
    """

    EMPTY_IS_ABSENT: ClassVar[bool] = True

    cert_file: str = ""
    key_file: str = ""
    client_auth_type: str = "NoClientCert"
    client_ca_file: str | None = None
    min_version: str = "TLS12"
    max_version: str = "TLS13"
    cert: str = ""
    key: str = field(default="", repr=False)
    client_ca: str = ""
    client_allowed_sans: tuple[str, ...] | None = None
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True
    curve_preferences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.enabled:
            return
        for name in ("cert", "key"):
            if not (getattr(self, name) or getattr(self, f"{name}_file")):
                raise ValueError(f"{name}_file is missing, or {name} with its text")
        _known("client_auth_type", [self.client_auth_type], CLIENT_AUTH)
        _known("min_version", [self.min_version], VERSIONS)
        _known("max_version", [self.max_version], VERSIONS)
        _known("cipher_suites", self.cipher_suites, [*TLS12_SUITES, *sorted(TLS13_SUITES)])
        _known("curve_preferences", self.curve_preferences, CURVES)
        if VERSIONS[self.min_version] > VERSIONS[self.max_version]:
            raise ValueError(f"min_version: {self.min_version} is above max_version, {self.max_version}")
        self._check_clients()

    @property
    def files(self) -> list[str]:
        """The names of all files in it."""
        return [name for name in (self.cert_file, self.key_file, self.client_ca_file) if name]

    @property
    def verify_mode(self) -> ssl.VerifyMode:
        """Of a client's certificate."""
        return CLIENT_AUTH[self.client_auth_type]

    @property
    def _has_ca(self) -> bool:
        return bool(self.client_ca_file or self.client_ca)

    @property
    def enabled(self) -> bool:
        """Whether anything in it asks for TLS, as the toolkit sees it."""
        asked = self.cert, self.cert_file, self.key, self.key_file, self.client_ca, self.client_ca_file
        return any(asked) or self.client_auth_type != "NoClientCert"

    def _check_clients(self) -> None:
        if self._has_ca and self.client_auth_type == "NoClientCert":
            raise ValueError("client_auth_type: is needed where there is a client CA")
        if self.client_auth_type in _UNVERIFIED and not self._has_ca:
            raise ValueError(
                f"client_auth_type: {self.client_auth_type} needs client_ca_file or client_ca here: Python's "
                "ssl takes no certificate unverified; RequestClientCert lets in the same clients, and others"
            )
        if self.client_allowed_sans is not None and self.verify_mode != ssl.CERT_REQUIRED:
            raise ValueError(
                "client_allowed_sans: needs client_auth_type RequireAnyClientCert or "
                "RequireAndVerifyClientCert"
            )


@dataclass(frozen=True)
class HTTP:
    """The section http_server_config. http2 is taken and changes nothing: HTTP/1.1 is served."""

    EMPTY_IS_ABSENT: ClassVar[bool] = True

    http2: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _known("headers", self.headers, HEADERS)
        for name, value in self.headers.items():
            if HEADERS[name]:
                _known(f"headers.{name}", [value], HEADERS[name])
            if not value.isprintable():
                raise ValueError(f"headers.{name}: a header is one line of printable characters")


@dataclass(frozen=True)
class RateLimit:
    """The section rate_limit: a token bucket for all requests together."""

    EMPTY_IS_ABSENT: ClassVar[bool] = True

    interval: str = "0"
    burst: int = 0

    def __post_init__(self) -> None:
        if self.interval != "0" and not re.fullmatch(f"(?:{_PART})+", self.interval):
            raise ValueError(f"interval: {self.interval!r} is no duration such as 1s, 500ms or 1m30s")

    @property
    def seconds(self) -> float:
        """Between two requests; 0: no limit."""
        return sum(float(number) * UNITS[unit] for number, unit in re.findall(_PART, self.interval))


@dataclass(frozen=True)
class WebConfig:
    """The whole file."""

    EMPTY_IS_ABSENT: ClassVar[bool] = True

    tls_server_config: TLS | None = None
    http_server_config: HTTP = field(default_factory=HTTP)
    rate_limit: RateLimit = field(default_factory=RateLimit)
    basic_auth_users: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for user, hashed in self.basic_auth_users.items():
            if not is_bcrypt_hash(hashed):
                raise ValueError(
                    f"basic_auth_users: the password of {user} is no bcrypt hash (htpasswd -nB makes one)"
                )


def _known(key: str, values: Iterable[str], known: Iterable[str]) -> None:
    for value in values:
        if value not in known:
            raise ValueError(f"{key}: {value!r} is none of {', '.join(known)}")
