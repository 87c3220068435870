"""What to knock on, as a person writes it (pure)."""

import ipaddress
import re

MYSQL_PORT = 3306

_BRACKETED = re.compile(r"\[([^]]+)\](?::([0-9]{1,5}))?")
_PLAIN = re.compile(r"([^:\[\]\s]+)(?::([0-9]{1,5}))?")


def target(text: str) -> tuple[str, int]:
    """Host and port of `10.0.0.100:3306`, `10.0.0.100`, `[::1]:3306`, `::1` or `name:3306`.

    Raises ValueError with what is right.
    """
    if _is_ipv6(text):
        return text, MYSQL_PORT
    match = _BRACKETED.fullmatch(text)
    if match and not _is_ipv6(match[1]):
        raise ValueError(f"{match[1]!r} is no IPv6 address, only those stand in brackets")
    match = match or _PLAIN.fullmatch(text)
    if not match:
        raise ValueError(
            f"{text!r} is not ADDRESS[:PORT], as in 10.0.0.100:{MYSQL_PORT} or [::1]:{MYSQL_PORT}"
        )
    port = int(match[2]) if match[2] else MYSQL_PORT
    if not 1 <= port <= 65535:
        raise ValueError(f"port {port} is not within 1 to 65535")
    return match[1], port


def shown(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
