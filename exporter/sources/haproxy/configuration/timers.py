"""Time-outs, retries and checks of a proxy in haproxy.cfg (pure). Source: HAProxy's manual, 1.4 to 3.4.

Durations are seconds; None is what is not set, which for a time-out is no limit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest

_TIME = re.compile(r"([0-9]+)(us|ms|s|m|h|d)?")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_OLD_NAMES = {"contimeout": "connect", "clitimeout": "client", "srvtimeout": "server"}  # to 2.0
_TIMEOUTS = ("connect", "client", "server", "check")
ROUND_ROBIN = ("roundrobin", "static-rr", "random")


@dataclass(frozen=True)
class Check:
    """Of one server, with HAProxy's own values where nothing is set."""

    enabled: bool = False
    inter: float = 2.0  # from the end of a check to the next
    fastinter: float | None = None  # the same once one has failed; None: as `inter`
    fall: int = 3  # so many in a row must fail
    ends_sessions: bool = False  # `on-marked-down shutdown-sessions`

    @property
    def after_failure(self) -> float:
        return self.inter if self.fastinter is None else self.fastinter


@dataclass(frozen=True)
class Timers:
    """Of one proxy."""

    connect: float | None = None
    client: float | None = None
    server: float | None = None
    check: float | None = None
    retries: int = 3
    redispatch: int = 0  # 0: off; -1: at the last retry; N: at each Nth
    balance: str = "roundrobin"
    default_server: Check = Check()
    servers: Mapping[str, Check] = field(default_factory=dict)  # by name

    def taken(self, line: list[str]) -> "Timers":  # noqa: PLR0911  # one for each keyword
        """With what the line sets; the same for a line about something else."""
        match line:
            case ["timeout", name, value, *_] if name in _TIMEOUTS:
                return self._with_timeout(name, value)
            case [old, value, *_] if old in _OLD_NAMES:
                return self._with_timeout(_OLD_NAMES[old], value)
            case ["retries", count, *_] if count.isdecimal():
                return replace(self, retries=int(count))
            case ["option", "redispatch", *interval]:
                return replace(self, redispatch=_whole(interval, -1))
            case ["no", "option", "redispatch", *_]:
                return replace(self, redispatch=0)
            case ["balance", algorithm, *_]:
                return replace(self, balance=algorithm.partition("(")[0])
            case ["default-server", *words]:
                return replace(self, default_server=checked(self.default_server, words))
            case ["server", name, _, *words]:
                return replace(self, servers={**self.servers, name: checked(self.default_server, words)})
            case _:
                return self

    def _with_timeout(self, name: str, value: str) -> "Timers":
        found = seconds(value)
        match name:
            case "connect":
                return replace(self, connect=found)
            case "client":
                return replace(self, client=found)
            case "server":
                return replace(self, server=found)
            case _:
                return replace(self, check=found)


def seconds(text: str) -> float | None:
    """`50`, `50ms`, `3s`, `1h`; without a unit milliseconds. None for 0 (no limit) and for no time."""
    match = _TIME.fullmatch(text)
    return int(match[1]) * _UNITS[match[2] or "ms"] or None if match else None


def checked(check: Check, words: list[str]) -> Check:
    """The check of a server with these words behind its address."""
    for word, after in zip_longest(words, words[1:], fillvalue=""):
        match word:
            case "check":
                check = replace(check, enabled=True)
            case "no-check":
                check = replace(check, enabled=False)
            case "inter":
                check = replace(check, inter=seconds(after) or check.inter)
            case "fastinter":
                check = replace(check, fastinter=seconds(after) or check.fastinter)
            case "fall" if after.isdecimal():
                check = replace(check, fall=max(int(after), 1))
            case "on-marked-down":
                check = replace(check, ends_sessions=after == "shutdown-sessions")
    return check


def _whole(words: list[str], otherwise: int) -> int:
    return int(words[0]) if words and words[0].lstrip("-").isdecimal() else otherwise
