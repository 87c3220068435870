"""What many scrapes cost."""

import pytest

from tests.trials.common.processes import Memory
from tests.trials.compare.figures import Cost, Growth, Sample, Target, asked, cost, rates, targets, together


def a_cost(
    *, latencies: tuple[float, ...] = (0.01,), cpu: float = 0.01, resident: int = 10, series: int = 100
) -> Cost:
    return Cost("a", latencies, cpu, 0.0, Memory(resident, resident, resident), series)


def test_scrapes_and_pauses_are_told_apart() -> None:
    """CPU of the scrapes is theirs, the mean of the rounds; the rest is what a second of pause costs."""
    samples = [Sample(0.02, 0.03, 0.1), Sample(0.04, 0.05, 0.1)]
    found = cost("a", samples, 0.1, 2.2, Memory(1, 1, 1), 7)
    assert found.cpu == pytest.approx(0.04)
    assert found.idle == pytest.approx(0.02 / 2)
    assert found.median == pytest.approx(0.03)
    assert found.worst == 0.04


def test_those_who_are_asked_spend_something_anyway() -> None:
    """What a program uses between scrapes is no part of what a scrape costs it; nothing costs less than 0."""
    samples = [Sample(0.02, 0.0, 0.5, {"corosync": 0.03, "haproxy": 0.0}) for _ in range(2)]
    idle = rates(samples, {"corosync": 0.08, "haproxy": 0.01}, 2.0)
    assert idle == pytest.approx({"corosync": 0.02, "haproxy": 0.01})
    assert asked(samples, idle) == pytest.approx({"corosync": 0.02, "haproxy": 0})


def test_what_the_set_asks_adds_up() -> None:
    """Each program spends on all of them; one that a peer does not ask spends nothing on it."""
    one = Cost("a", (0.01,), 0.0, 0.0, Memory(1, 1, 1), 1, {"corosync": 0.01})
    other = Cost("b", (0.01,), 0.0, 0.0, Memory(1, 1, 1), 1, {"corosync": 0.02, "haproxy": 0.03})
    assert together("set", [one, other]).asked == pytest.approx({"corosync": 0.03, "haproxy": 0.03})


def test_the_set_is_as_slow_as_its_slowest_member() -> None:
    """Latency is the worst of each round; CPU, memory and series add up."""
    whole = together("set", [a_cost(latencies=(0.01, 0.05, 0.01)), a_cost(latencies=(0.02, 0.02, 0.03))])
    assert whole.latencies == (0.02, 0.05, 0.03)
    assert whole.cpu == pytest.approx(0.02)
    assert (whole.memory.resident, whole.series) == (20, 200)


def test_targets() -> None:
    """CPU and memory below the set, latency no more and steady; the aim for memory and latency is 0.6."""
    same = targets(a_cost(), a_cost())
    assert [target.met for target in same] == [False, False, False, True, False, True]
    slow = a_cost(latencies=(0.02,), cpu=1, resident=99)
    assert all(target.met for target in targets(slow, a_cost()))
    assert not targets(slow, a_cost(latencies=(0.01, 0.01, 0.03)))[-1].met


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (75, "met: 75.0 ms against the set's 100.0 ms, 25% less"),
        (130, "MISSED: 130.0 ms against the set's 100.0 ms, 30% more"),
    ],
)
def test_a_target_says_by_how_much(ours: float, said: str) -> None:
    """Met or missed, and by what share of theirs."""
    assert str(Target("latency", "ms", 100, ours)) == f"latency: {said}"


def test_growth_is_flat_where_a_series_costs_no_more() -> None:
    """Ten times the series for eleven times the CPU is flat, for twenty times it is not."""
    small = a_cost()
    for times, flat in ((11, True), (20, False)):
        big = a_cost(cpu=0.01 * times, series=1000)
        found = Growth("servers", "", ((10, small), (100, big)), 0)
        assert found.cpu_ratio == pytest.approx(times / 10)
        assert found.flat is flat


def test_growth_of_latency_counts_too() -> None:
    """Cheap but slow is not flat."""
    found = Growth("servers", "", ((10, a_cost()), (100, a_cost(latencies=(0.5,), series=1000))), 0)
    assert not found.flat
