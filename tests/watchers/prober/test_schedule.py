"""How soon the next attempt is launched: by single calls, and in simulated outages."""

import heapq
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exporter.watchers.prober.options import SHORTEST_INTERVAL, Vip
from exporter.watchers.prober.prober import IN_FLIGHT
from exporter.watchers.prober.schedule import (
    BACK_OFF,
    CROWD,
    EXTRA,
    EXTRA_RATE,
    FAST_SECONDS,
    HURRY_INTERVAL,
    SESSIONS,
    SLOW_AGAIN_SECONDS,
    SLOW_SECONDS,
    SUSPICION_SECONDS,
    WANDER,
    Schedule,
)

NOW = 1000.0
LATENCY = 0.002  # seconds, of an attempt that is answered or refused

Peer = Callable[[float], tuple[float, str | None]]  # launch -> seconds until it ends, how


def interval(  # noqa: PLR0913  # as Schedule.interval
    schedule: Schedule,
    now: float,
    *,
    outage: bool = False,
    oldest: float | None = None,
    in_flight: int = 0,
    sessions: int = 0,
) -> float:
    return schedule.interval(now, outage=outage, oldest=oldest, in_flight=in_flight, sessions=sessions)


def fast(seconds: float) -> bool:
    return seconds <= SHORTEST_INTERVAL * (1 + WANDER)


class Simulation:
    """A prober in front of `peer`, for `seconds` of time that is not waited for. `connects`: at once, or
    never before the attempt ends."""

    def __init__(self, schedule: Schedule, peer: Peer, seconds: float, *, connects: bool = False):
        self.launches: list[float] = []
        self.most_in_flight = 0
        self._schedule, self._connects = schedule, connects
        self._ends: list[tuple[float, float, str | None]] = []  # end, launch, how
        self._in_flight: set[float] = set()
        self._latest_failure = self._latest_success = float("-inf")
        self._due = NOW
        while min(self._due, self._next_end()) < NOW + seconds:
            if self._next_end() <= self._due:
                self._end(*heapq.heappop(self._ends))
            else:
                self._launch(self._due, peer)

    def _next_end(self) -> float:
        return self._ends[0][0] if self._ends else float("inf")

    def _launch(self, now: float, peer: Peer) -> None:
        outage = self._latest_failure > self._latest_success or now - self._latest_failure < 1.0
        oldest, in_flight = min(self._in_flight, default=None), len(self._in_flight)
        self._due = now + self._schedule.interval(
            now,
            outage=outage,
            oldest=oldest,
            in_flight=in_flight,
            sessions=in_flight if self._connects else 0,
        )
        took, how = peer(now - NOW)
        heapq.heappush(self._ends, (now + took, now, how))
        self.launches.append(now - NOW)
        self._in_flight.add(now)
        self.most_in_flight = max(self.most_in_flight, len(self._in_flight))

    def _end(self, now: float, launch: float, how: str | None) -> None:
        self._in_flight.discard(launch)
        if how is None:
            self._latest_success = max(self._latest_success, launch)
        else:
            self._latest_failure = max(self._latest_failure, launch)
        if self._schedule.ended(how, now):
            self._due = min(self._due, now)

    def between(self, start: float, end: float) -> int:
        return sum(start <= launch < end for launch in self.launches)


def out(start: float, end: float, how: str = "refused", took: float = LATENCY) -> Peer:
    return lambda at: (took, how) if start <= at < end else (LATENCY, None)


def frozen(timeout: float, start: float = 0.0) -> Peer:
    return out(start, float("inf"), "timeout", timeout)


def test_intervals_wander() -> None:
    """Within a fifth of the interval, the same on the average: probers don't stay in step with each other."""
    schedule = Schedule(1.0)
    intervals = [interval(schedule, NOW) for _ in range(2000)]
    assert 0.8 <= min(intervals) < 0.85
    assert 1.15 < max(intervals) <= 1.2
    assert 0.98 < sum(intervals) / len(intervals) < 1.02


def test_at_rest_no_attempt_is_added() -> None:
    """A minute of answers: ten a second."""
    assert Simulation(Schedule(0.1), out(0, 0), 60).between(0, 60) == pytest.approx(600, rel=0.03)


def test_a_server_that_refuses_for_long_gets_the_usual_attempts() -> None:
    """Fast for three seconds, slower and slower until fifteen, from then on as at rest."""
    simulation = Simulation(Schedule(0.1), out(10, 1000), 200)
    assert simulation.between(10, 10 + FAST_SECONDS) == pytest.approx(150, rel=0.1)
    assert simulation.between(10, 25) < 420
    assert simulation.between(25, 200) == pytest.approx(1750, rel=0.03)


@given(st.floats(0.1, 100), st.floats(SHORTEST_INTERVAL, 2))
def test_the_end_of_an_outage_is_found_within_a_hundredth_of_it(lasts: float, usual: float) -> None:
    """And no later than at rest: the first attempt after the end is launched by then."""
    start, end = 5.0, 5.0 + lasts
    launches = Simulation(Schedule(usual), out(start, end), end + 3).launches
    began = min(launch for launch in launches if launch >= start)
    first = min(launch for launch in launches if launch >= end)
    assume(began < end)  # else no attempt was launched in it
    age = first - began
    allowed = min(usual, max(SHORTEST_INTERVAL, BACK_OFF * age))
    assert first - end <= allowed * (1 + WANDER) + LATENCY


def test_each_step_of_a_failover_is_a_change() -> None:
    """Refused for twenty seconds, then closed by a balancer without a server: fast again, until it is
    answered."""

    def peer(at: float) -> tuple[float, str | None]:
        return LATENCY, None if at < 5 else "refused" if at < 25 else "handshake" if at < 26 else None

    simulation = Simulation(Schedule(0.1), peer, 40)
    assert simulation.between(22, 25) < 40
    assert simulation.between(25.1, 26) > 40
    assert simulation.between(26.1, 27) > 40, "and the first second of answers"
    assert simulation.between(30, 40) < 115


@pytest.mark.parametrize(
    "reasons", [("refused", None, None), ("refused", "handshake"), ("reset", "query", None)]
)
def test_servers_that_fail_in_turn_are_no_change_each_time(reasons: tuple[str | None, ...]) -> None:
    """One of three fails for long, or each in its own way: as at rest after fifteen seconds."""
    turn = iter(range(10**6))
    simulation = Simulation(Schedule(0.1), lambda _: (LATENCY, reasons[next(turn) % len(reasons)]), 60)
    assert simulation.between(20, 60) == pytest.approx(400, rel=0.05)


def test_an_address_that_swallows_everything_takes_few_descriptors() -> None:
    """With the defaults, five such addresses leave half of 1,024 free; an attempt takes one."""
    usual = Vip("10.0.0.100")
    simulation = Simulation(Schedule(usual.interval), frozen(usual.timeout, start=3.0), 60)
    assert simulation.most_in_flight < 130
    assert simulation.between(30, 60) == pytest.approx(300, rel=0.05)


def test_servers_that_accept_and_do_not_answer_have_few_sessions() -> None:
    """They take places of max_connections, where a swallowed attempt takes none."""
    usual = Vip("10.0.0.100")
    peer = frozen(usual.timeout, start=3.0)
    simulation = Simulation(Schedule(usual.interval), peer, 60, connects=True)
    assert SESSIONS <= simulation.most_in_flight < 70


@pytest.mark.parametrize("usual", [0.1, 0.2, 1.0, 10.0, 60.0])
@pytest.mark.parametrize("timeout", [0.5, 5.0, 10.0])
def test_no_launch_waits_for_a_place(usual: float, timeout: float) -> None:
    """At the bound of attempts in flight, launches would be late: more than at rest hang, but not so many."""
    assert Simulation(Schedule(usual), frozen(timeout), 120).most_in_flight < IN_FLIGHT * 0.8


def test_a_frozen_address_is_tried_again_soon_at_a_long_interval() -> None:
    """The first timeout of an attempt a minute begins an outage; its end is not a minute away."""
    simulation = Simulation(Schedule(60), frozen(5.0), 30)
    assert max(later - one for one, later in pairwise(simulation.launches) if one > 0) < 0.5


def test_a_session_that_is_cut_off_is_a_sign_for_a_while() -> None:
    """The next launch is at once, the following ones within milliseconds, then fast; then as before."""
    schedule = Schedule(0.1)
    assert schedule.suspect(NOW)
    assert interval(schedule, NOW) <= HURRY_INTERVAL * (1 + WANDER)
    assert interval(schedule, NOW, outage=True) >= SHORTEST_INTERVAL * (1 - WANDER), (
        "an outage is no suspicion"
    )
    assert fast(interval(schedule, NOW + SUSPICION_SECONDS / 2))
    assert not fast(interval(schedule, NOW + 2 * SUSPICION_SECONDS))


def test_a_slow_attempt_is_a_sign_while_it_lasts() -> None:
    """A quick one under way is none."""
    schedule = Schedule(0.1)
    assert fast(interval(schedule, NOW, oldest=NOW - SLOW_SECONDS - 0.01))
    assert not fast(interval(schedule, NOW, oldest=NOW - SLOW_SECONDS + 0.01))
    assert not fast(interval(schedule, NOW))


def test_a_server_far_away_gets_the_usual_attempts() -> None:
    """Every attempt is slow: no more than a change would add, once."""
    simulation = Simulation(Schedule(0.1), lambda _: (0.15, None), 120)
    assert simulation.between(20, 120) == pytest.approx(1000, rel=0.05)


def test_servers_that_are_slow_now_and_then_get_the_usual_attempts() -> None:
    """As a busy machine makes them: half a second in five, for ten minutes."""
    simulation = Simulation(Schedule(0.1), lambda at: (0.3 if at % 5 < 0.5 else LATENCY, None), 600)
    assert simulation.between(20, 600) == pytest.approx(5800, rel=0.03)


def test_slowness_long_after_the_last_is_new() -> None:
    """Fast again."""
    schedule = Schedule(0.1)
    assert fast(interval(schedule, NOW, oldest=NOW - 1))
    assert not fast(interval(schedule, NOW + 10, oldest=NOW + 9))
    later = NOW + 10 + SLOW_AGAIN_SECONDS + 1
    assert fast(interval(schedule, later, oldest=later - 1))


@pytest.mark.parametrize("start", [3.0, 8.0])
def test_an_outage_of_slow_servers_is_as_accurate(start: float) -> None:
    """What fails is a change, however old the slowness."""

    def peer(at: float) -> tuple[float, str | None]:
        if start <= at < start + 1:
            return LATENCY, "refused"
        return (0.2 if at < 10 else LATENCY), None

    simulation = Simulation(Schedule(0.1), peer, 20)
    assert simulation.between(start + 0.3, start + 1) >= 30


def test_what_hangs_after_an_outage_is_as_accurate() -> None:
    """The attempts that hung in the one before were no slow servers."""
    timeout = 0.5

    def peer(at: float) -> tuple[float, str | None]:
        return (timeout, "timeout") if at % 8 < 1 else (LATENCY, None)

    simulation = Simulation(Schedule(0.1), peer, 60)
    assert simulation.between(48.2, 49) >= 35


def test_a_session_that_is_cut_off_while_servers_are_slow_is_a_change() -> None:
    """However long they have been slow."""
    schedule, now = Schedule(0.1), NOW
    while now < NOW + 20:
        now += interval(schedule, now, oldest=now - 0.2)
    assert not fast(interval(schedule, now, oldest=now - 0.2))
    assert schedule.suspect(now)
    assert fast(interval(schedule, now, oldest=now - 0.2))


def test_the_first_failure_is_followed_at_once_and_the_next_ones_are_not() -> None:
    """The interval is not waited for; an address that fails for long is not tried twice each time."""
    schedule = Schedule(10)
    assert schedule.ended("refused", NOW)
    assert not schedule.ended("refused", NOW + 0.1)
    assert schedule.ended("handshake", NOW + 0.2)
    assert not schedule.ended("refused", NOW + 0.3)


def test_a_timeout_is_nothing_new_where_the_attempt_was_a_sign_all_the_time() -> None:
    """At rest, as at a long interval, it is."""
    assert Schedule(60).ended("timeout", NOW)
    schedule = Schedule(0.1)
    interval(schedule, NOW, oldest=NOW - 1)
    assert not schedule.ended("timeout", NOW + 0.1)


@given(
    usual=st.floats(SHORTEST_INTERVAL, 60),
    signs=st.lists(
        st.sampled_from(["none", "slow", "cut off", "refused", "handshake", "query", "timeout", "answered"]),
        min_size=1,
        max_size=400,
    ),
    in_flight=st.integers(0, IN_FLIGHT),
)
def test_whatever_the_signs_a_bounded_number_is_added(usual: float, signs: list[str], in_flight: int) -> None:
    """The extra attempts and what comes back of them, in whatever order signs and ends of attempts come."""
    schedule, now, launches = Schedule(usual), NOW, 0
    for sign in signs:
        failed = sign in ("refused", "handshake", "query", "timeout")
        if sign == "cut off":
            launches += schedule.suspect(now)
        elif failed or sign == "answered":
            launches += schedule.ended(sign if failed else None, now)
        oldest = now - 1 if sign == "slow" else None
        now += interval(schedule, now, outage=failed, oldest=oldest, in_flight=in_flight)
        launches += 1
    took = now - NOW
    assert launches <= took / (usual * (1 - WANDER)) + EXTRA + EXTRA_RATE * took + 1


def test_trouble_that_comes_and_goes_for_hours_uses_up_what_may_be_added() -> None:
    """A second of refusals each four seconds: in the end only what comes back is added."""
    simulation = Simulation(Schedule(0.1), lambda at: (LATENCY, "refused" if at % 4 < 1 else None), 3600)
    assert simulation.between(1800, 3600) <= 1800 * (10 + EXTRA_RATE) * 1.05


def test_what_was_spent_comes_back() -> None:
    """After a time of rest, attempts in the next outage are fast again."""
    schedule = Schedule(0.1)
    while schedule._spend(NOW, 1.0):
        pass
    assert not fast(interval(schedule, NOW, outage=True))
    assert fast(interval(schedule, NOW + 1 / EXTRA_RATE, outage=True))


def test_more_hang_and_fewer_follow() -> None:
    """As usual at the bound, and slower beyond."""
    seconds = [interval(Schedule(10), NOW, outage=True, in_flight=count) for count in (0, CROWD, 2 * CROWD)]
    assert fast(seconds[0])
    assert 0.08 <= seconds[1] <= 0.12
    assert 0.64 <= seconds[2] <= 0.96
    connected = [
        interval(Schedule(10), NOW, outage=True, sessions=count) for count in (SESSIONS - 1, SESSIONS)
    ]
    assert fast(connected[0])
    assert 0.08 <= connected[1] <= 0.12


def test_servers_are_queried_as_often_as_attempts_are_made_at_rest() -> None:
    """At each launch; while an outage lasts, not at each."""
    schedule, now = Schedule(0.1), NOW
    for _ in range(20):
        assert schedule.queries(now)
        now += interval(schedule, now)
    queried = 0
    for _ in range(50):
        queried += schedule.queries(now)
        now += interval(schedule, now, outage=True)
    assert 8 <= queried <= 15
