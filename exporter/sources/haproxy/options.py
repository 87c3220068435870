"""The section `haproxy` of the configuration: where HAProxy's statistics are, in the forms people write."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from exporter.endpoint import Endpoint, parse_endpoint, without_password
from exporter.options import check_seconds

_FORMS = "unix:/path, abns@NAME, tcp:HOST:PORT or http(s)://HOST:PORT/path;csv"
_ABSTRACT_LENGTH = 107  # sun_path without its first NUL: HAProxy fills `abns@` names up with NULs

# What may stand behind the `stats uri`, as in /haproxy?stats;csv;norefresh (src/http_ana.c of HAProxy).
_WORD = re.compile(r";([a-z-]+)")
_OTHER_FORMATS = {"json", "json-schema", "typed"}
_HIDING = {"up": "servers that are DOWN", "no-maint": "servers in MAINT"}


@dataclass(frozen=True)
class UnixPlace:
    path: str  # of the stats socket; begins with a NUL in the abstract namespace


@dataclass(frozen=True)
class TcpPlace:
    endpoint: Endpoint  # of a stats socket on TCP


@dataclass(frozen=True)
class PagePlace:
    url: str  # of the statistics page as CSV, perhaps with user and password

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


Place = UnixPlace | TcpPlace | PagePlace


@dataclass(frozen=True)
class Options:
    stats: str = "unix:/run/haproxy/admin.sock"  # see place()
    timeout: float = 5.0  # seconds
    ca_file: str = ""  # PEM; the authority of an https page, where it is not one of the system's
    verify: bool = True  # of the certificate of an https page

    def __post_init__(self) -> None:
        try:
            found = place(self.stats)
        except ValueError as error:
            raise ValueError(f"stats: {error}") from None
        check_seconds("timeout", self.timeout, 0, 60)
        https = isinstance(found, PagePlace) and found.url.startswith("https:")
        if self.ca_file and not https:
            raise ValueError("ca_file: stats is no https:// page, nothing is checked with it")
        if not self.verify and not https:
            raise ValueError("verify: stats is no https:// page, it has no certificate")
        if self.ca_file and not self.verify:
            raise ValueError("ca_file: nothing is checked with it while verify is false")


def place(stats: str) -> Place:
    """Where the statistics are. Raises ValueError with what to write instead, never with a password.

    `unix:/run/haproxy/admin.sock`, `abns@NAME`, `abnsz@NAME`, `tcp:HOST:PORT`: as `stats socket` in HAProxy's
    `global` section. `http(s)://[USER:PASSWORD@]HOST:PORT/haproxy?stats`: its end as `stats uri`; `;csv` is
    added unless it is there.
    """
    kind, separator, rest = stats.partition(":")
    name = rest if kind == "unix" else stats
    if name.startswith(("abns@", "abnsz@")):
        return UnixPlace(_abstract(name))
    if kind == "unix":
        return UnixPlace(_path(rest))
    if kind == "tcp":
        return TcpPlace(_endpoint(rest))
    if kind in ("http", "https") and rest.startswith("//"):
        return PagePlace(_page(stats))
    raise ValueError(f"{without_password(stats)!r} is neither {_FORMS}{_meant(stats, separator)}")


def _meant(stats: str, separator: str) -> str:
    if stats.startswith("/"):
        return f": write unix:{stats}"
    if stats.startswith(("unix@/", "ipv4@", "ipv6@")):
        kind, _, rest = stats.partition("@")
        return f": write {'unix' if kind == 'unix' else 'tcp'}:{rest}"
    if separator and re.fullmatch(r"[^:/@]+:[0-9]+", stats):
        return f": write tcp:{stats} for a stats socket, http://{stats}/… for a page"
    return ""


def _abstract(name: str) -> str:
    """`abns@` names are as long as the kernel allows, `abnsz@` ones (HAProxy 3.1) as they are written."""
    kind, _, rest = name.partition("@")
    if not 0 < len(rest.encode()) <= _ABSTRACT_LENGTH or "\0" in rest:
        raise ValueError(f"{name!r}: expected a name of 1 to {_ABSTRACT_LENGTH} bytes after the @")
    return "\0" + (rest.ljust(_ABSTRACT_LENGTH, "\0") if kind == "abns" else rest)


def _path(path: str) -> str:
    path = path.removeprefix("//") if path.startswith("///") else path  # unix:///run/… as a URL has it
    if not path.startswith("/") or "\0" in path:
        raise ValueError(f"{path!r} is not a whole path, as in {Options.stats}")
    return path


def _endpoint(text: str) -> Endpoint:
    text = text.removeprefix("//")
    if not re.search(r":[0-9]+$", text):
        raise ValueError(f"'tcp:{text}' has no port, expected tcp:HOST:PORT as in tcp:127.0.0.1:9999")
    try:
        return parse_endpoint(text, bare_ipv6=False)
    except ValueError as error:
        raise ValueError(f"'tcp:{text}': {error}") from None


def _page(url: str) -> str:
    shown = without_password(url)
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0 and not parts.fragment
    except ValueError:  # a port that is no number, or a [ in the password
        sound = False
    if not sound or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(
            f"{shown!r} is neither {_FORMS}; in a password / is written %2F, ? %3F, # %23, [ %5B and @ %40"
        )
    words = set(_WORD.findall(f"{parts.path}?{parts.query}"))
    for word in sorted(words & _OTHER_FORMATS):
        raise ValueError(f"{shown!r} asks for another format: write ;csv for ;{word}")
    for word in sorted(words & _HIDING.keys()):
        raise ValueError(f"{shown!r} leaves out {_HIDING[word]}: take ;{word} away")
    if "csv" in words:
        return url
    # HAProxy takes any address that begins with its `stats uri`, and looks for ;csv behind that.
    return f"{url}{'' if parts.path or parts.query else '/'};csv"
