"""The two ways in which crm_mon writes a time."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from exporter.errors import Unparsable
from exporter.parsing import excerpt

# ctime(3), in the zone of the process that wrote it: "Sun Nov  1 11:14:30 2026"
_CTIME = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ 0-9][0-9]) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Pacemaker's own (lib/common/iso8601.c, from 2.0.3): 2026-11-01 11:14:30Z, 2026-11-01 12:14:30.012345 +01:00
_ZONED = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?"
    r"(?:Z| ?([+-])([0-9]{2}):([0-9]{2}))"
)


def moment(text: str, what: str, zone: tzinfo = UTC) -> float | None:
    """Seconds since 1970, None for no text. `zone` is that of a text without one."""
    if not text:
        return None
    try:
        if ctime := _CTIME.fullmatch(text):
            month, *numbers = ctime.groups()
            day, hour, minute, second, year = map(int, numbers)
            return datetime(
                year, _MONTHS.index(month) + 1, day, hour, minute, second, tzinfo=zone
            ).timestamp()
        if zoned := _ZONED.fullmatch(text):
            return _from_zoned(zoned)
    except (ValueError, OverflowError):
        pass
    raise Unparsable(f"{what}: expected a time as in Sun Nov  1 11:14:30 2026, got {excerpt(text)}")


def _from_zoned(zoned: re.Match[str]) -> float:
    fraction, sign, hours, minutes = zoned.group(7, 8, 9, 10)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    year, month, day, hour, minute, second = map(int, zoned.groups()[:6])
    clock = datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
    return clock.timestamp() + float(fraction or 0)
