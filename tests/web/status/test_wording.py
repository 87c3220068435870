"""Times and durations in words."""

from datetime import UTC

import pytest

from exporter.web.status.wording import ago, clock, duration, listed


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0123, "0.012 s"),
        (6.3, "6.30 s"),
        (47, "47.0 s"),
        (119, "119.0 s"),
        (180, "3 min"),
        (7200, "2 h"),
        (200000, "2 d"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    """As exactly as somebody needs it."""
    assert duration(seconds) == words


def test_a_time_of_another_day_has_its_date() -> None:
    """03:12 alone would be read as this night's."""
    assert clock(86400 * 3 + 60, 86400 * 3 + 120, UTC) == "00:01:00"
    assert clock(86400 * 3 - 60, 86400 * 3 + 120, UTC) == "1970-01-03 23:59:00"


def test_ago() -> None:
    """Clocks of two nodes differ: what is to come is now."""
    assert (ago(100, 99), ago(100, 147), ago(0, 7200)) == ("just now", "47 s ago", "2 h ago")


def test_lists() -> None:
    """As in a sentence."""
    assert (listed(["a"]), listed(["a", "b", "c"]), listed([])) == ("a", "a, b and c", "")
