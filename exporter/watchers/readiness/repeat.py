"""When it is asked again, where no change says so (pure)."""

REPEAT_SECONDS = 60.0  # what no look shows may change too: the clock, for rules with dates
AGAIN_SECONDS = 10.0  # after an answer that differs from the one before, or the first failure


def after_failures(failures: int) -> float:
    """Seconds to wait after that many in a row: a moment's trouble is soon forgotten, and what lasts, as a
    right that is missing, costs little. With none, the usual ones."""
    return min(REPEAT_SECONDS, AGAIN_SECONDS * 2 ** min(failures - 1, 10)) if failures else REPEAT_SECONDS
