"""What `haproxy -c` prints of a configuration that it refuses (pure).

Format: ha_alert() in src/errors.c of HAProxy 2.0 to 3.2; the process' number would differ each time:

    [ALERT]    (12345) : config : parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword 'sever' in …
    [ALERT]    (12345) : config : Error(s) found in configuration file : /etc/haproxy/haproxy.cfg
    [ALERT]    (12345) : config : Fatal errors found in configuration.
    [ALERT] 332/120000 (12345) : parsing [/etc/haproxy/haproxy.cfg:25] : …          up to 2.2
"""

import re
from collections.abc import Callable, Iterator, Sequence

LONGEST = 200  # characters of one complaint

_ALERT = re.compile(r"^\[ALERT\] +(?:[0-9/]+ )?\([0-9]+\) : (?:config : )?(.*)$", re.MULTILINE)
_SUMMARY = re.compile(r"Error\(s\) found in configuration file|Fatal errors found in configuration")
_PLACE = re.compile(r"\[([^]:]+):([0-9]+)\]")
_QUOTED = re.compile(r"'[^']*'")
_PATH = re.compile(r"/[^\s'\"<>\],]+")
# Lines that hold passwords, or what an administrator gives to HAProxy alone.
_SECRET = re.compile(
    r"\b(?:password|insecure-password|auth|setenv|presetenv|user)\b|secret|token", re.IGNORECASE
)
_NO_RIGHT = re.compile(r"Permission denied|Operation not permitted")
_NO_JIT = re.compile(r"jit compilation failed", re.IGNORECASE)

LineOf = Callable[[str, int], str]  # by path and number; empty where it can't be read


def complaints(text: str) -> list[str]:
    """Each alert in one line, without those that only sum others up."""
    return [" ".join(one.split()) for one in _ALERT.findall(text) if not _SUMMARY.search(one)]


def missing_right(said: Sequence[str], readable: Callable[[str], bool]) -> str:
    """Why this is no fault of the configuration: HAProxy starts as root, and was asked as another user.

    Empty where it is one. A certificate that can't be read is a complaint about the file, not about rights.
    """
    for one in said:
        if _NO_RIGHT.search(one):
            return one
        if _NO_JIT.search(one):
            return (
                f"{one} (what makes memory executable is forbidden here: MemoryDenyWriteExecute of the unit)"
            )
        for path in _paths(one):
            if not readable(path):
                return f"{path} can't be read by the exporter's user: {one}"
    return ""


def _paths(complaint: str) -> Iterator[str]:
    """Of a certificate the key may stand beside it."""
    for path in _PATH.findall(_PLACE.sub("", complaint)):
        yield from (path.rstrip(".:"), path.rstrip(".:") + ".key")


def reason(said: Sequence[str], line_of: LineOf) -> str:
    """The first complaint, and how many more there are. Nothing of a line that may hold a password."""
    first, more = _without_secrets(said[0], line_of), len(said) - 1
    shortened = first if len(first) <= LONGEST else first[: LONGEST - 1] + "…"
    return f"{shortened} (and {more} more)" if more else shortened


def _without_secrets(complaint: str, line_of: LineOf) -> str:
    place = _PLACE.search(complaint)
    line = line_of(place[1], int(place[2])) if place else ""
    return _QUOTED.sub("'…'", complaint) if _SECRET.search(line) else complaint
