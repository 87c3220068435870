from collections.abc import Sequence

import pytest

from tests.trials.accuracy.verdict import Row, pair, targets
from tests.trials.common.truth import Span


def name(start: float) -> str:
    return f"at {start:g}"


def met(rows: Sequence[Row], fewest: int = 1) -> list[bool]:
    return [target.met for target in targets(rows, fewest)]


def test_each_outage_is_paired_with_the_one_that_overlaps_it_most() -> None:
    """Also when the exporter's is a little earlier or later; what is far from every other stays alone."""
    truth = [Span(1, 2), Span(5, 5.2), Span(9, 10)]
    page = [Span(1.1, 2), Span(5.25, 5.3), Span(20, 21)]
    assert pair(truth, page, name) == [
        Row("at 1", truth[0], page[0]),
        Row("at 5", truth[1], page[1]),
        Row("at 9", truth[2], None),
        Row("at 20", None, page[2]),
    ]


def test_two_outages_reported_as_one_leave_one_that_was_not_seen() -> None:
    """No outage of the exporter counts twice."""
    rows = pair([Span(1, 2), Span(3, 4)], [Span(1, 4)], name)
    assert [row.page for row in rows] == [Span(1, 4), None]


def test_targets_are_met_when_all_is_right() -> None:
    """As many as are wanted, each with a small difference."""
    rows = [Row("x", Span(0, 1), Span(0.1, 1))] * 40
    assert met(rows, 40) == [True] * 5
    assert met(rows, 41) == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (Row("x", Span(0, 0.2), None), 1),
        (Row("x", None, Span(0, 0.05)), 2),
        (Row("x", Span(0, 1), Span(0, 1.2)), 3),
        (Row("x", Span(0, 1), Span(0.3, 1)), 4),
    ],
)
def test_each_target_can_be_missed(row: Row, missed: int) -> None:
    """Not seen, invented, wrong in the middle, wrong at worst."""
    assert not met([row])[missed]


def test_short_outages_are_shown_and_not_judged() -> None:
    """Below 0.15 s none has to be seen; one that is seen is not invented."""
    short = [Row("x", Span(0, 0.1), None), Row("x", Span(0, 0.1), Span(0, 0.9))]
    assert met([*short, Row("x", Span(0, 1), Span(0, 1))]) == [True] * 5


def test_the_error_is_how_much_longer_the_exporter_says() -> None:
    """None without one of the two."""
    assert Row("x", Span(0, 1), Span(0, 1.25)).error == pytest.approx(0.25)
    assert Row("x", None, Span(0, 1)).error is None
