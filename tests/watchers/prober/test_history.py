"""The last hour of one address."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.prober.history import HOUR_SECONDS, MOST, History, Stretch


def test_results_next_to_each_other_are_one_stretch() -> None:
    """A pause in which nothing ended was not probed: nobody knows what clients felt then."""
    history = History()
    for at in (1.0, 1.1, 1.2, 30.0, 30.1):
        history.add_result(at, apart=5.2)
    assert history.probed(31.0) == (Stretch(1.0, 1.2), Stretch(30.0, 30.1))


def test_what_ended_more_than_an_hour_ago_is_gone() -> None:
    """An outage that reaches into the hour is still there."""
    history = History()
    history.add_outage(0.0, 1.0)
    history.add_outage(50.0, 200.0)
    assert history.outages(HOUR_SECONDS + 100) == (Stretch(50.0, 200.0),)


@given(st.lists(st.floats(0, 1e6), max_size=60))
def test_stretches_are_in_order_and_apart(times: list[float]) -> None:
    """Whatever the results, and in any order: attempts end in another order than they began."""
    history = History()
    for at in times:
        history.add_result(at, apart=5.0)
    probed = history.probed(max(times, default=0.0))
    assert all(one.start <= one.end for one in probed)
    assert all(after.start - before.end > 5.0 for before, after in pairwise(probed))


def test_it_stays_small() -> None:
    """An address that comes and goes all day costs no memory for ever."""
    history = History()
    for number in range(3 * MOST):
        history.add_result(number * 0.01, apart=0.001)
        history.add_outage(number * 0.01, number * 0.01 + 0.001)
    assert len(history.probed(10.0)) == len(history.outages(10.0)) == MOST
