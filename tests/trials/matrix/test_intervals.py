"""What is expected at other scrape intervals."""

from tests.trials.matrix.expectations import Expectation, expectations
from tests.trials.matrix.intervals import at_interval

SPLIT = Expectation(
    8,
    "lan-cut",
    "two DCs",
    page=("VIPSplitBrain",),
    warn=("FailoverHappened",),
    within=30,
    may=("VIPOutage",),
)


def test_at_five_seconds_nothing_changes() -> None:
    """The expectations are written for that."""
    assert [at_interval(one, 5) for one in expectations()] == list(expectations())


def test_at_fifteen_seconds_all_is_later_by_the_promise() -> None:
    """VIPSplitBrain is promised within 48 s instead of 18, FailoverHappened within 120 instead of 45.

    An alert that is kept for 13 evaluations ends 130 s later, and what ends it is seen 20 s later.
    """
    found = at_interval(SPLIT, 15)
    assert (found.within, found.warn_within, found.clear_within) == (60, 135, 270)
    assert at_interval(SPLIT, 15, late=2).warn_within == 165
