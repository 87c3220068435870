"""HOST:PORT and URLs, read and written in this one place (pure).

IPv6 addresses stand in brackets before a port.
"""

import ipaddress
import re
from typing import NamedTuple

MYSQL_PORT = 3306

_BRACKETED = re.compile(r"\[([^]]+)\](?::([0-9]{1,5}))?")
_PLAIN = re.compile(r"([^:\[\]\s/@]+)(?::([0-9]{1,5}))?")


class Endpoint(NamedTuple):
    """A name or an IP address, and a TCP port. str() is `host:port` or `[::1]:port`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


def bracketed(host: str) -> str:
    """As it stands in a URL or before a port."""
    return f"[{host}]" if ":" in host else host


def parse_endpoint(text: str, default_port: int = MYSQL_PORT, *, bare_ipv6: bool = True) -> Endpoint:
    """Read `10.0.0.100:3306`, `10.0.0.100`, `[::1]:3306`, `::1` or `name:3306`.

    Without `bare_ipv6` an IPv6 address needs its brackets: `2001:db8::1:3306` would be taken for an address.
    Raises ValueError with what is right.
    """
    if bare_ipv6 and _is_ipv6(text):
        return Endpoint(text, default_port)
    match = _BRACKETED.fullmatch(text)
    if match and not _is_ipv6(match[1]):
        raise ValueError(f"{match[1]!r} is no IPv6 address, only those stand in brackets")
    match = match or _PLAIN.fullmatch(text)
    if not match:
        raise ValueError(
            f"{text!r} is not ADDRESS[:PORT], as in 10.0.0.100:{default_port} or [::1]:{default_port}"
        )
    return Endpoint(match[1], _port(match[2], default_port))


def parse_listen_address(text: str, default_port: int) -> tuple[str | None, int]:
    """Read `:10664`, `127.0.0.1:10664`, `[::1]:10664` or `host:10664`; no host (None): all addresses.

    Port 0 lets the kernel choose. Raises ValueError with what is right.
    """
    match = re.fullmatch(r"(?:\[([^]]+)\]|([^:]*)):([0-9]{1,5})", text)
    if not match or int(match[3]) > 65535:
        raise ValueError(f"{text!r} is not [HOST]:PORT, as in :{default_port}")
    return (match[1] or match[2] or None), int(match[3])


def without_password(url: str) -> str:
    """The URL without user and password, for texts; also of a wrong one, as with a `/` in its password."""
    scheme, separator, rest = url.partition("://")
    return scheme + separator + rest.rpartition("@")[2]


def _port(text: str | None, default: int) -> int:
    port = int(text) if text else default
    if not 1 <= port <= 65535:
        raise ValueError(f"port {port} is not within 1 to 65535")
    return port


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
