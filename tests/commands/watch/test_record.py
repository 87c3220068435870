import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.commands.watch.record import KEPT_OUTAGES, FinishedOutage, Record, Times
from exporter.watchers.prober.result import AttemptResult


def success(seconds: float, server: str | None = None) -> AttemptResult:
    return AttemptResult(0.0, None, server, {"total": seconds})


def failure(reason: str = "refused", detail: str = "refused in connect") -> AttemptResult:
    return AttemptResult(0.0, reason, detail=detail)


def test_a_second_has_what_came_since_the_last() -> None:
    """The next one begins empty, and the summary has both."""
    record = Record()
    for result in (success(0.003, "n1"), success(0.001, "n2"), failure()):
        record.add_result(result)
    second = record.second(10.0, waiting=2, out=0.5)
    assert (second.attempts, second.answered, second.slowest) == (3, 2, 0.003)
    assert (second.failures, second.servers, second.detail) == (
        {"refused": 1},
        {"n1": 1, "n2": 1},
        "refused in connect",
    )
    record.add_result(success(0.5, "n1"))
    second = record.second(11.0, 0, 0)
    assert (second.attempts, second.slowest, second.failures) == (1, 0.5, {})
    summary = record.summary(2.0, 0, 0)
    assert (summary.attempts, summary.answered, summary.fastest, summary.slowest) == (4, 3, 0.001, 0.5)
    assert summary.servers == {"n1": 2, "n2": 1}
    assert summary.detail == "refused in connect"


def test_an_idle_second() -> None:
    """Nothing ended: no slowest, which is not 0."""
    second = Record().second(1.0, 3, 0)
    assert (second.attempts, second.slowest, second.waiting) == (0, None, 3)


def test_outages_are_counted_though_only_the_latest_are_kept() -> None:
    """The memory is bounded, the numbers are whole."""
    record = Record()
    for number in range(KEPT_OUTAGES + 5):
        record.add_outage(FinishedOutage(number, 2.0 if number == 0 else 1.0, 0.0))
    summary = record.summary(1.0, 0, 0)
    assert (summary.outages, summary.outage_seconds, summary.longest) == (
        KEPT_OUTAGES + 5,
        KEPT_OUTAGES + 6,
        2.0,
    )
    assert (len(summary.last_outages), summary.last_outages[0].start) == (KEPT_OUTAGES, 5)


@given(st.lists(st.floats(1e-4, 30), min_size=1), st.floats(0.1, 100))
def test_percentiles_are_right_to_half_a_percent(values: list[float], percentage: float) -> None:
    """As by the sorted list of all of them, nearest rank."""
    times = Times()
    for value in values:
        times.add(value)
    exact = sorted(values)[max(0, -(-len(values) * percentage // 100).__trunc__() - 1)]
    assert times.percentile(percentage) == pytest.approx(exact, rel=0.0051)


def test_percentiles_take_bounded_memory() -> None:
    """A hundred thousand answers make a few hundred counts."""
    times, chance = Times(), random.Random(1)  # noqa: S311  # no secret
    for _ in range(100_000):
        times.add(chance.expovariate(1 / 0.01))
    assert len(times._counts) < 2000


def test_without_an_answer_there_are_no_percentiles() -> None:
    """Neither numbers nor an error."""
    assert Record().summary(1.0, 0, 0).percentiles == {}
