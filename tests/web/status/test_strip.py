"""The last hour as a drawing."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.web.status.strip import LEAST, WIDTH, strip
from exporter.web.status.view import OK, Service, Span

NOW = 1_000_000.0
TIMES = st.floats(NOW - 10_000, NOW + 100)
SPANS = st.tuples(TIMES, TIMES).map(lambda two: Span(min(two), max(two)))


def test_places() -> None:
    """The hour from left to right; an outage of half a second can be seen."""
    service = Service(3306, OK, "", outages=(Span(NOW - 1800, NOW - 1799.5),), probed=(Span(NOW - 900, NOW),))
    drawn = strip(service, NOW, [NOW - 3600, NOW - 4000])
    assert [(one.x, one.width) for one in drawn.probed] == [(WIDTH * 0.75, WIDTH * 0.25)]
    assert [(one.x, one.width) for one in drawn.outages] == [(WIDTH / 2, LEAST)]
    assert drawn.marks == (0.0,)


def test_an_outage_that_goes_on_reaches_the_edge() -> None:
    """From its begin to now, also in its first second."""
    [bar] = strip(Service(3306, OK, "", out_since=NOW - 0.1), NOW, ()).outages
    assert bar.x + bar.width == WIDTH


@given(st.lists(SPANS), st.lists(SPANS), st.lists(TIMES))
def test_nothing_is_drawn_outside(outages: list[Span], probed: list[Span], marks: list[float]) -> None:
    """Whatever clocks say."""
    drawn = strip(Service(3306, OK, "", outages=tuple(outages), probed=tuple(probed)), NOW, marks)
    for bar in (*drawn.outages, *drawn.probed):
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.11  # rounded to a tenth each
    assert all(0 <= mark <= WIDTH for mark in drawn.marks)
