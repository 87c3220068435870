"""How soon the next attempt is launched."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.prober.options import SHORTEST_INTERVAL
from exporter.watchers.prober.schedule import (
    HURRY_INTERVAL,
    SLOW_SECONDS,
    SPARE,
    SPARE_RATE,
    SUSPICION_SECONDS,
    WANDER,
    Schedule,
)

NOW = 1000.0


def fast(interval: float) -> bool:
    return interval <= SHORTEST_INTERVAL * (1 + WANDER)


def test_intervals_wander() -> None:
    """Within a fifth of the interval, the same on the average: probers don't stay in step with each other."""
    pace = Schedule(1.0)
    intervals = [pace.interval(NOW, False, None) for _ in range(2000)]
    assert 0.8 <= min(intervals) < 0.85
    assert 1.15 < max(intervals) <= 1.2
    assert 0.98 < sum(intervals) / len(intervals) < 1.02


def test_an_outage_is_met_at_the_fast_pace_however_long_it_lasts() -> None:
    """What may be spared has nothing to do with it."""
    pace = Schedule(0.1)
    assert all(fast(pace.interval(NOW, True, None)) for _ in range(1000))


def test_a_client_that_is_thrown_out_is_a_sign_for_a_while() -> None:
    """The next launch is at once, the following ones in a hurry, then at the fast pace; then as before."""
    pace = Schedule(0.1)
    assert pace.suspect(NOW)
    assert pace.interval(NOW, False, None) <= HURRY_INTERVAL * (1 + WANDER)
    assert pace.interval(NOW, True, None) >= SHORTEST_INTERVAL * (1 - WANDER), "an outage is no suspicion"
    assert fast(pace.interval(NOW + SUSPICION_SECONDS / 2, False, None))
    assert not fast(pace.interval(NOW + 2 * SUSPICION_SECONDS, False, None))


def test_an_attempt_that_takes_its_time_is_a_sign_while_it_lasts() -> None:
    """A quick one under way is none."""
    pace = Schedule(0.1)
    assert fast(pace.interval(NOW, False, NOW - SLOW_SECONDS - 0.01))
    assert not fast(pace.interval(NOW, False, NOW - SLOW_SECONDS + 0.01))
    assert not fast(pace.interval(NOW, False, None))


@given(
    interval=st.floats(SHORTEST_INTERVAL, 60),
    signs=st.lists(st.sampled_from(["none", "slow", "thrown out"]), min_size=1, max_size=400),
)
def test_whatever_the_signs_few_launches_are_added(interval: float, signs: list[str]) -> None:
    """A server that is far away, or throws all out at once: as many as may be spared, and the refill."""
    pace, now, launches = Schedule(interval), NOW, 0
    for sign in signs:
        if sign == "thrown out" and pace.suspect(now):
            launches += 1
        now += pace.interval(now, False, now - 1 if sign == "slow" else None)
        launches += 1
    took = now - NOW
    assert launches <= took / (interval * (1 - WANDER)) + SPARE + SPARE_RATE * took + 1


def test_what_was_spent_comes_back() -> None:
    """After a sign that lasted long, the next one is met again."""
    pace = Schedule(0.1)
    while fast(pace.interval(NOW, False, NOW - 1)):
        pass
    assert not pace.suspect(NOW)
    assert pace.suspect(NOW + 1 / SPARE_RATE)


def test_servers_are_asked_as_often_as_is_launched_in_peace() -> None:
    """At each launch; while an outage lasts, not at each."""
    pace, now = Schedule(0.1), NOW
    for _ in range(20):
        assert pace.ask(now)
        now += pace.interval(now, False, None)
    asked = 0
    for _ in range(50):
        asked += pace.ask(now)
        now += pace.interval(now, True, None)
    assert 8 <= asked <= 15
