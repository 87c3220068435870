"""Times, durations and lists in words (pure)."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

_STEPS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"))


def duration(seconds: float) -> str:
    """`0.312 s`, `6.30 s`, `12.4 s`, `3 min`, `2 h`, `5 d`: as exactly as somebody needs it."""
    for size, unit in _STEPS:
        if seconds >= size * (2 if unit == "min" else 1):
            return f"{seconds / size:.0f} {unit}"
    digits = 1 if seconds >= 10 else 2 if seconds >= 1 else 3
    return f"{seconds:.{digits}f} s"


def clock(at: float, now: float, zone: tzinfo | None) -> str:
    """`03:12:04`, with the day before it where that is another; `zone` None: the host's."""
    when, today = (datetime.fromtimestamp(one, zone).astimezone(zone) for one in (at, now))
    return f"{when:%H:%M:%S}" if when.date() == today.date() else f"{when:%Y-%m-%d %H:%M:%S}"


def zone_name(at: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at, zone).astimezone(zone).tzname() or ""


def rough(seconds: float) -> str:
    """In whole units, for what goes on: `47 s`, `3 min`."""
    return f"{seconds:.0f} s" if seconds < 120 else duration(seconds)


def ago(at: float, now: float) -> str:
    """`12 s ago`; `just now` also for what the clocks of two nodes put ahead."""
    return "just now" if now - at < 2 else f"{rough(now - at)} ago"


def listed(items: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = [*items] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def count(number: int, one: str, many: str = "") -> str:
    """`1 node`, `3 nodes`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
