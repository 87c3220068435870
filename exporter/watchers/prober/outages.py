"""The ledger of outages: attempts in, in any order of completion; outages out (pure).

An outage lasts from the launch of the first failed attempt to the completion of the first success launched
after the last failed one. Two failures, next to each other by launch, belong to one outage when they are
less than a second apart, or when between them nothing recovered: no success launched after the first was
complete before the second was launched.

Attempts are judged in the order of their launch, each as soon as it and all launched before it have ended.
So no later ending can change what was judged, and what has been counted never has to be taken back. Times
are monotonic seconds and come as arguments.
"""

from collections import deque
from dataclasses import dataclass, replace

APART_SECONDS = 1.0


@dataclass(frozen=True)
class Outage:
    """A finished outage: no attempt that is in flight or yet to be launched can change it."""

    start: float
    end: float
    slowest_connect: float  # seconds, of the successes launched in it
    # When the first connection was accepted, of those launched after the last one that was not: the balancer
    # is there, though the servers behind it need not be. Monotonic seconds; None: no connection was accepted.
    answered: float | None = None

    @property
    def duration(self) -> float:
        return self.end - self.start


@dataclass(slots=True, eq=False)
class Attempt:
    """One launch. Only the ledger changes it."""

    launch: float
    number: int
    end: float | None = None  # None: in flight
    connect: float | None = None  # seconds until a client could work; None: failed
    connected: float | None = None  # when its connection was accepted; None: it was not
    withdrawn: bool = False  # could not be made for reasons of our own, says nothing about the address


@dataclass(slots=True)
class _Open:
    """An outage that has begun, by the attempts judged so far."""

    start: float
    last_failure: float
    recovered: float | None = None  # the earliest completion of a success launched after last_failure
    slowest: float = 0.0
    slowest_since: float = 0.0  # of successes launched after `recovered`: counts if it fails again soon
    answered: float | None = None

    def over_by(self, launch: float) -> Outage | None:
        """The outage, if a failure launched then would begin another one."""
        if self.recovered is None or launch <= self.recovered or launch - self.last_failure < APART_SECONDS:
            return None
        return Outage(self.start, self.recovered, self.slowest, self.answered)

    def connect(self, connected: float | None) -> None:
        if connected is None or self.answered is None:
            self.answered = connected
        else:
            self.answered = min(self.answered, connected)

    def fail(self, launch: float) -> None:
        self.last_failure, self.recovered = launch, None
        self.slowest, self.slowest_since = max(self.slowest, self.slowest_since), 0.0

    def succeed(self, launch: float, end: float, connect: float) -> None:
        if self.recovered is None or launch <= self.recovered:
            self.slowest = max(self.slowest, connect)
        else:
            self.slowest_since = max(self.slowest_since, connect)
        self.recovered = end if self.recovered is None else min(self.recovered, end)


def _judge(open_: _Open | None, attempt: Attempt) -> tuple[_Open | None, Outage | None]:
    """Judge the next attempt by launch: the outage that is open then, and the one that is certainly over."""
    finished = open_.over_by(attempt.launch) if open_ else None
    if finished:
        open_ = None
    if attempt.connect is None:
        open_ = open_ or _Open(attempt.launch, attempt.launch)
        open_.fail(attempt.launch)
    elif open_ and attempt.end is not None:
        open_.succeed(attempt.launch, attempt.end, attempt.connect)
    if open_:
        open_.connect(attempt.connected)
    return open_, finished


class OutageLedger:
    """Of one address and port. Not safe to call from two threads at once."""

    def __init__(self, patience: float):
        """An attempt that has not ended after `patience` seconds has failed, whatever its end: the ledger
        does not wait for it any longer, and remembers no more than the attempts of that time."""
        self._patience = patience
        self._waiting = deque[Attempt]()  # in the order of launch; its first is in flight
        self._open: _Open | None = None
        self._launched = 0
        self._latest_failure = self._latest_success = 0  # by number, so by launch

    def wait_longer(self, patience: float) -> None:
        """Patience for attempts that take longer; never less, as those in flight may still take as long."""
        self._patience = max(self._patience, patience)

    @property
    def failing(self) -> bool:
        """Whether the latest launch, of those that have ended, failed."""
        return self._latest_failure > self._latest_success

    @property
    def oldest_in_flight(self) -> float | None:
        """Its launch, as far as has been settled."""
        return self._waiting[0].launch if self._waiting else None

    def launch(self, at: float) -> Attempt:
        """Note an attempt. Launches are noted in the order of their time."""
        self._launched += 1
        attempt = Attempt(at, self._launched)
        self._waiting.append(attempt)
        return attempt

    def succeed(self, attempt: Attempt, end: float, connect: float, connected: float | None = None) -> None:
        """It got its answer at `end`; a client could work after `connect` seconds."""
        if attempt.end is None:
            attempt.end, attempt.connect, attempt.connected = max(end, attempt.launch), connect, connected
            self._latest_success = max(self._latest_success, attempt.number)

    def fail(self, attempt: Attempt, end: float, connected: float | None = None) -> None:
        if attempt.end is None:
            attempt.end, attempt.connected = max(end, attempt.launch), connected
            self._latest_failure = max(self._latest_failure, attempt.number)

    def withdraw(self, attempt: Attempt) -> None:
        """It could not be made: nothing follows from it."""
        if attempt.end is None:
            attempt.end, attempt.withdrawn = attempt.launch, True

    def settle(self, now: float) -> list[Outage]:
        """The outages that have become final since the last call."""
        finished = []
        while self._waiting and self._ended(self._waiting[0], now):
            attempt = self._waiting.popleft()
            if not attempt.withdrawn:
                self._open, over = _judge(self._open, attempt)
                finished.append(over)
        # The oldest that may still turn out a failure: one in flight, or the next to be launched.
        if self._open and (over := self._open.over_by(self._waiting[0].launch if self._waiting else now)):
            self._open = None
            finished.append(over)
        return [outage for outage in finished if outage]

    def _ended(self, attempt: Attempt, now: float) -> bool:
        if attempt.end is None and now - attempt.launch >= self._patience:
            self.fail(attempt, now)
        return attempt.end is not None

    def active_seconds(self, now: float) -> float:
        """Age of the present outage, 0 when there is none, by the attempts that have ended.

        It lasts until no failure can belong to it any more, so that one which comes and goes has one age.
        """
        open_ = replace(self._open) if self._open else None
        for attempt in self._waiting:
            if attempt.end is not None and not attempt.withdrawn:
                open_, _ = _judge(open_, attempt)
        return now - open_.start if open_ and not open_.over_by(now) else 0.0
