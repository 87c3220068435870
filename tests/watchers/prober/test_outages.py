"""The ledger compared with the definition, which takes all attempts at once."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.prober.outages import Attempt, Outage, OutageLedger

PATIENCE = 100.0


@dataclass(frozen=True)
class Ended:
    """One attempt, with its end."""

    launch: float
    end: float
    failed: bool
    connect: float = 0.0


def by_definition(attempts: list[Ended]) -> list[Outage]:
    """Naive: all attempts known, in the order of launch. One that is still open at the end is not in it."""
    failures = [index for index, one in enumerate(attempts) if one.failed]
    outages: list[Outage] = []
    group: list[int] = []
    for index, following in zip(failures, [*failures, None][1:], strict=True):
        group.append(index)
        successes = [one for one in attempts[index + 1 :] if not one.failed]
        if not successes:
            break
        recovered = min(one.end for one in successes)
        if following is not None:
            apart = attempts[following].launch - attempts[index].launch
            if apart < 1.0 or recovered >= attempts[following].launch:
                continue
        inside = [one for one in attempts[group[0] :] if not one.failed and one.launch <= recovered]
        outages.append(
            Outage(attempts[group[0]].launch, recovered, max((one.connect for one in inside), default=0.0))
        )
        group = []
    return outages


class Replay:
    """Attempts entered into a ledger in the order of time; ends may be entered late."""

    def __init__(self, attempts: list[Ended], entered: list[float]):
        launches = [(one.launch, 0, index) for index, one in enumerate(attempts)]
        endings = [
            (max(at, one.end), 1, index)
            for index, (one, at) in enumerate(zip(attempts, entered, strict=True))
        ]
        self._events = sorted(launches + endings)
        self._attempts = attempts
        self.ledger = OutageLedger(PATIENCE)

    def run(self) -> list[Outage]:
        outages = []
        handles: dict[int, Attempt] = {}
        for now, ending, index in self._events:
            attempt = self._attempts[index]
            if not ending:
                handles[index] = self.ledger.launch(now)
            elif attempt.failed:
                self.ledger.fail(handles[index], attempt.end)
            else:
                self.ledger.succeed(handles[index], attempt.end, attempt.connect)
            outages += self.ledger.settle(now)
        return outages + self.ledger.settle(self._events[-1][0] + 10 if self._events else 10)


# Tenths that binary floating point holds exactly, so that "less than one second" is not a matter of rounding.
steps = st.integers(0, 40).map(lambda eighths: eighths / 8)


@st.composite
def histories(draw: st.DrawFn) -> list[Ended]:
    attempts, now = [], 0.0
    for _ in range(draw(st.integers(0, 25))):
        now += draw(st.sampled_from((0.0, 0.125, 0.125, 0.125, 0.875, 1.0, 2.0)))
        end = now + draw(st.one_of(st.just(0.0), steps))
        attempts.append(Ended(now, end, draw(st.booleans()), draw(steps)))
    return attempts


@given(histories(), st.data())
def test_any_order_of_completion_gives_the_outages_of_the_definition(
    attempts: list[Ended], data: st.DataObject
) -> None:
    """However late and in whatever order ends are entered, the outages are those of the definition."""
    entered = [one.end + data.draw(steps) for one in attempts]
    assert Replay(attempts, entered).run() == by_definition(attempts)


@given(histories())
def test_what_is_counted_is_never_taken_back(attempts: list[Ended]) -> None:
    """At each moment the outages given so far are the first ones of the whole history."""
    replay = Replay(attempts, [one.end for one in attempts])
    assert replay.run() == by_definition(attempts)
    given_so_far: list[Outage] = []
    partial = Replay(attempts, [one.end for one in attempts])
    original, whole = partial.ledger.settle, by_definition(attempts)

    def checked(now: float) -> list[Outage]:
        given_so_far.extend(new := original(now))
        assert given_so_far == whole[: len(given_so_far)]
        return new

    partial.ledger.settle = checked  # type: ignore[method-assign]  # observes, changes nothing
    partial.run()


def run(*attempts: Ended) -> list[Outage]:
    return Replay(list(attempts), [one.end for one in attempts]).run()


def ok(launch: float, took: float = 0.0) -> Ended:
    return Ended(launch, launch + took, failed=False, connect=took)


def failed(launch: float, took: float = 0.0) -> Ended:
    return Ended(launch, launch + took, failed=True)


def test_an_outage_is_from_the_first_failed_launch_to_the_first_success_after_the_last_one() -> None:
    """The plain case: a success, three failures, successes."""
    history = [ok(0), failed(1), failed(1.25), failed(1.5), ok(1.75, 0.125), ok(3)]
    assert run(*history) == [Outage(1.0, 1.875, 0.125)]


def test_successes_alone_are_no_outage_however_slow() -> None:
    """A SYN lost, or HAProxy waiting for a node that is gone, is a slow connect and no outage."""
    assert run(*(ok(n / 8, 3.0 if n % 3 == 0 else 0.0) for n in range(100))) == []


def test_failures_less_than_a_second_apart_are_one_outage() -> None:
    """0.875 s apart is one outage, though attempts succeeded in between; 1 s apart is two."""
    assert len(run(ok(0), failed(1), ok(1.125), failed(1.875), ok(2), ok(9))) == 1
    assert len(run(ok(0), failed(1), ok(1.125), failed(2), ok(2.125), ok(9))) == 2


def test_failures_far_apart_without_a_success_between_are_one_outage() -> None:
    """At an interval of 5 s, three failures in a row are one outage of 15 s."""
    assert run(ok(0), failed(5), failed(10), failed(15), ok(20), ok(25)) == [Outage(5.0, 20.0, 0.0)]


def test_a_timeout_known_after_the_recovery_makes_an_outage_in_the_past() -> None:
    """An attempt caught by the fault ends 5 s later, when later attempts have long succeeded."""
    assert run(ok(0), failed(0.5, 5.0), ok(0.625), ok(8)) == [Outage(0.5, 0.625, 0.0)]


def test_a_slow_success_launched_first_does_not_make_the_outage_longer() -> None:
    """The first success to complete ends the outage; the lost SYN inside it shows as the slowest connect."""
    history = [failed(0), ok(0.125, 1.0), ok(0.25), ok(0.375, 2.0), ok(9)]
    assert run(*history) == [Outage(0.0, 0.25, 1.0)]


def test_nothing_is_counted_while_an_attempt_in_flight_could_change_it() -> None:
    """The outage waits for an attempt launched before it, however many later ones succeeded."""
    ledger = OutageLedger(PATIENCE)
    caught = ledger.launch(0.0)
    ledger.fail(ledger.launch(0.5), 0.5)
    for step in range(1, 40):
        ledger.succeed(ledger.launch(0.5 + step), 0.5 + step, 0.0)
        assert ledger.settle(0.5 + step) == []
    ledger.fail(caught, 39.5)
    assert ledger.settle(40.0) == [Outage(0.0, 1.5, 0.0)]


def test_an_attempt_that_never_ends_counts_as_failed_when_patience_ends() -> None:
    """Then the ledger goes on, and how the attempt ends afterwards changes nothing."""
    ledger = OutageLedger(patience=10.0)
    stuck = ledger.launch(0.0)
    ledger.succeed(ledger.launch(1.0), 1.0, 0.0)
    assert ledger.settle(9.0) == []
    assert ledger.settle(10.0) == [Outage(0.0, 1.0, 0.0)]
    ledger.succeed(stuck, 11.0, 11.0)
    assert ledger.settle(30.0) == []


def test_the_ledger_remembers_no_more_than_its_patience() -> None:
    """With an attempt stuck, a day of launches leaves only those of the last seconds waiting."""
    ledger = OutageLedger(patience=10.0)
    for number in range(100_000):
        now = number * 0.1
        attempt = ledger.launch(now)
        if number % 1000:
            ledger.succeed(attempt, now, 0.0)
        ledger.settle(now)
        assert len(ledger._waiting) <= 102


def test_an_attempt_that_was_not_made_says_nothing() -> None:
    """Out of file descriptors: neither a failure nor a recovery."""
    ledger = OutageLedger(PATIENCE)
    ledger.withdraw(ledger.launch(0.0))
    assert not ledger.failing
    ledger.fail(ledger.launch(0.5), 0.5)
    ledger.withdraw(ledger.launch(1.0))
    assert ledger.failing
    assert ledger.settle(50.0) == []
    assert ledger.active_seconds(50.0) == 49.5


@given(histories())
def test_the_active_age_is_that_of_the_definition(attempts: list[Ended]) -> None:
    """With all attempts ended: the age of the outage that has not recovered, else 0."""
    replay = Replay(attempts, [one.end for one in attempts])
    replay.run()
    probe = max((one.end for one in attempts), default=0.0) + 100.0
    closed = by_definition([*attempts, ok(probe)])
    lasting = [outage.start for outage in closed if outage.end == probe]
    assert replay.ledger.active_seconds(probe) == (probe - lasting[0] if lasting else 0.0)
    assert replay.ledger.failing == bool(lasting)


def test_the_active_age_does_not_wait_for_attempts_in_flight() -> None:
    """The outage shows at its first failure and is 0 at the first success, though one hangs all the time."""
    ledger = OutageLedger(PATIENCE)
    ledger.launch(0.0)
    ledger.fail(ledger.launch(1.0), 1.0)
    assert ledger.active_seconds(3.0) == 2.0
    ledger.succeed(ledger.launch(3.5), 3.5, 0.0)
    assert ledger.active_seconds(4.0) == 0.0


def test_an_outage_that_comes_and_goes_has_one_age() -> None:
    """Every third attempt fails: the age grows steadily, and is 0 a second after the last failure."""
    ledger = OutageLedger(PATIENCE)
    for number in range(30):
        attempt = ledger.launch(number * 0.125)
        if number % 3 == 0:
            ledger.fail(attempt, attempt.launch)
        else:
            ledger.succeed(attempt, attempt.launch, 0.0)
        ledger.settle(attempt.launch)
        assert ledger.active_seconds(attempt.launch) == attempt.launch
    assert ledger.active_seconds(27 * 0.125 + 0.875) == 27 * 0.125 + 0.875
    assert ledger.active_seconds(27 * 0.125 + 1) == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_a_long_flapping_history_agrees_with_the_definition(seed: int) -> None:
    """Two thousand attempts with stalls, timeouts and recoveries, at the usual and the shortest interval."""
    chance = random.Random(seed)  # noqa: S311  # a history, not a secret
    attempts, now, bad = [], 0.0, False
    for _ in range(2000):
        bad = bad != (chance.random() < 0.02)
        took = chance.choice((0.001, 0.001, 1.01, 3.0, 5.0))
        attempts.append(Ended(now, now + took, bad and chance.random() < 0.8, took))
        now += 0.02 if bad else 0.1
    assert len(by_definition(attempts)) > 3
    assert Replay(attempts, [one.end for one in attempts]).run() == by_definition(attempts)


def test_the_balancer_answers_before_the_servers_do() -> None:
    """`answered` is when connections began to be accepted, though those attempts failed later."""
    ledger = OutageLedger(patience=10)
    refused = ledger.launch(0.0)
    ledger.fail(refused, 0.001)
    accepted_too_early = ledger.launch(0.1)
    ledger.fail(accepted_too_early, 0.2, connected=0.11)
    refused_again = ledger.launch(0.2)
    ledger.fail(refused_again, 0.21)
    accepted = ledger.launch(0.3)
    ledger.fail(accepted, 0.35, connected=0.31)
    success = ledger.launch(0.4)
    ledger.succeed(success, 0.45, connect=0.05, connected=0.41)
    (outage,) = ledger.settle(2.0)
    assert (outage.start, outage.answered, outage.end) == (0.0, 0.31, 0.45)
