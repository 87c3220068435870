"""Checks of values that were read back from a file: each returns the value or raises ValueError (pure).

What somebody else, a defect or a damaged disk left in the journal must neither end the exporter nor reach its
page: NaN, numbers beyond a float, times that no calendar has, text that can't be encoded.
"""

import json
import math
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LARGEST_COUNT = 2**53  # exact as a float, which is what the page shows
LATEST = 253_370_764_800.0  # 9999-01-01: a year before datetime's last, whatever the time zone


def parsed(value: object) -> object:
    """JSON text as Python values. Text that is nested too deeply for Python's parser is refused too."""
    if not isinstance(value, str):
        raise ValueError(f"expected JSON, got {_shown(value)}")
    try:
        return json.loads(value)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {_shown(value)}")
    value.encode()  # UnicodeEncodeError, which is a ValueError: half of a surrogate pair
    return value


def finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {_shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {_shown(value)}")
    return number


def seconds(value: object) -> float:
    """A duration."""
    number = finite(value)
    if number < 0:
        raise ValueError(f"expected a duration, got {_shown(value)}")
    return number


def timestamp(value: object) -> float:
    """Seconds since 1970."""
    number = seconds(value)
    if number > LATEST:
        raise ValueError(f"expected seconds since 1970, got {_shown(value)}")
    return number


def count(value: object) -> int:
    if not 0 <= (number := whole(value)) <= LARGEST_COUNT:
        raise ValueError(f"expected a count, got {_shown(value)}")
    return number


def whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"expected a whole number, got {_shown(value)}")
    return value


def optional(check: Callable[[object], T], value: object) -> T | None:
    return None if value is None else check(value)


def items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, got {_shown(value)}")
    return value


def mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, got {_shown(value)}")
    return {text(key): one for key, one in value.items()}


def member(values: dict[str, object], key: str) -> object:
    if key not in values:
        raise ValueError(f"no {key!r} in it")
    return values[key]


def _shown(value: object) -> str:
    """Short, and on one line; a number of thousands of digits is not written out."""
    if isinstance(value, str | bytes | float) or value is None:
        return repr(value)[:60]
    return type(value).__name__
