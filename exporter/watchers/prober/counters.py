"""Counts the attempts and outages of one address and port (pure)."""

from collections import Counter, deque
from dataclasses import dataclass, field

from exporter.endpoint import Endpoint
from exporter.watchers.histogram import Distribution, Histogram
from exporter.watchers.prober.history import Stretch
from exporter.watchers.prober.outages import Outage
from exporter.watchers.prober.result import PHASES, REASONS, TOTAL, AttemptResult

# Bounds lie beside what takes a known time: a lost SYN 1.0 s, and 3.0 s when lost again; HAProxy's pause
# of 1 s before it tries a server again; its `timeout connect`, mostly 3 s, and that after a lost SYN, 4 s.
# Each bound is a series for each address and port at each exporter: the steps have only those that tell such
# causes apart, what clients wait in all has quantiles too.
STEP_BOUNDS = (0.001, 0.01, 0.1, 0.95, 1.2, 2.9, 3.3, 4.5)
TOTAL_BOUNDS = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.95, 1.2, 1.9, 2.9, 3.3, 4.5, 7.5, 15.0,
)  # fmt: skip

# Corosync's token time (1 s, or 3 s in newer ones) comes before each failover that a dead node causes, and
# HAProxy's three failed checks before a dead server is left out.
OUTAGE_BOUNDS = (0.1, 0.3, 0.95, 1.9, 3.3, 4.5, 10.0, 30.0, 120.0, 900.0)

SERVERS = 64  # names; more than a Galera cluster has nodes
OTHER_SERVERS = "other"

# Over so many seconds it is counted how many attempts were late.
BUSY_SECONDS = 10.0

# For so long after a refusal the account counts as refused: one server of three may refuse it.
ACCOUNT_SECONDS = 5.0


@dataclass(frozen=True)
class LastOutage:
    duration: float
    end_timestamp: float  # wall clock
    slowest_connect: float


@dataclass(frozen=True)
class ProbeReading:
    """The numbers of one address and port, at one moment."""

    endpoint: Endpoint
    attempts: int
    late: int
    too_busy: bool  # more than half of the latest attempts were late
    unanswered_seconds: float
    failures: dict[str, int]  # by reason, each of them there
    servers: dict[str, int]
    up: bool | None  # None: no attempt has ended yet
    account_ok: bool | None  # None: no server has accepted or refused an account yet
    active_seconds: float
    outages: int
    outage_seconds: float
    last: LastOutage | None
    phases: dict[str, Distribution]
    outage_durations: Distribution
    # Of the last hour, seconds since 1970: when attempts ended, and when clients were out.
    probed: tuple[Stretch, ...] = ()
    recent_outages: tuple[Stretch, ...] = ()


@dataclass(slots=True)
class Counters:
    attempts: int = 0
    late: int = 0
    up: bool | None = None
    last: LastOutage | None = None
    _launches: deque[float] = field(default_factory=deque)  # of the last seconds
    _late: deque[float] = field(default_factory=deque)  # when it was found, of the last seconds
    _launched: float | None = None  # launch of the latest attempt
    _answered: float | None = None  # of the latest one that was answered; before that the first one
    _latest: float = float("-inf")  # launch of the latest attempt that has ended
    _denied: float = float("-inf")  # of the latest one whose account was refused
    _accepted: bool = False  # whether an account was ever accepted
    _failures: Counter[str] = field(default_factory=Counter)
    _servers: Counter[str] = field(default_factory=Counter)
    _outages: int = 0
    _outage_seconds: float = 0.0
    _phases: dict[str, Histogram] = field(
        default_factory=lambda: {
            phase: Histogram(TOTAL_BOUNDS if phase == TOTAL else STEP_BOUNDS) for phase in PHASES
        }
    )
    _outage_durations: Histogram = field(default_factory=lambda: Histogram(OUTAGE_BOUNDS))

    @property
    def account_ok(self) -> bool | None:
        """False while a living server refuses the probe's account; None: neither accepted nor refused yet.

        A server that does not answer any more refuses nothing: an outage is not hidden behind the account.
        """
        if self._denied == float("-inf"):
            return True if self._accepted else None
        return self._latest > self._denied and self._latest - self._denied >= ACCOUNT_SECONDS

    @property
    def unanswered_seconds(self) -> float:
        """Between the launches of the latest attempt that was answered and of the latest one.

        Where none is launched it stays as it is: who does not ask can't be left without an answer.
        """
        if self._launched is None or self._answered is None:
            return 0.0
        return max(0.0, self._launched - self._answered)

    def launch(self, now: float) -> None:
        self.attempts += 1
        self._launched = now
        if self._answered is None:
            self._answered = now
        self._launches.append(now)
        self._forget(now)

    def add_late(self, now: float) -> None:
        self.late += 1
        self._late.append(now)

    def too_busy(self, now: float) -> bool:
        """Whether more than half of the attempts of the last seconds were late or could not be made."""
        self._forget(now)
        return 2 * len(self._late) > len(self._launches)

    def _forget(self, now: float) -> None:
        """With each launch too: it must not grow where nobody reads."""
        for times in (self._launches, self._late):
            while times and times[0] < now - BUSY_SECONDS:
                times.popleft()

    def add_result(self, launch: float, result: AttemptResult) -> None:
        """Launches in any order: an attempt that timed out does not hide the results of later ones."""
        if launch >= self._latest:
            self.up, self._latest = result.answered, launch
        if result.answered and self._answered is not None:
            self._answered = max(self._answered, launch)
        if result.denied:
            self._denied = max(self._denied, launch)
        if result.reason is not None:
            self._failures[result.reason] += 1
            return
        for phase, seconds in result.phases.items():
            self._phases[phase].observe(seconds)
        if result.server is not None:
            self._accepted = True
            known = result.server in self._servers or len(self._servers) < SERVERS
            self._servers[result.server if known else OTHER_SERVERS] += 1

    def add_outage(self, outage: Outage, end_timestamp: float) -> None:
        self._outages += 1
        self._outage_seconds += outage.duration
        self._outage_durations.observe(outage.duration)
        self.last = LastOutage(outage.duration, end_timestamp, outage.slowest_connect)

    def reading(self, endpoint: Endpoint, now: float, active_seconds: float) -> ProbeReading:
        return ProbeReading(
            endpoint=endpoint,
            attempts=self.attempts,
            late=self.late,
            too_busy=self.too_busy(now),
            unanswered_seconds=self.unanswered_seconds,
            failures={reason: self._failures[reason] for reason in REASONS},
            servers=dict(self._servers),
            up=self.up,
            account_ok=self.account_ok,
            active_seconds=active_seconds,
            outages=self._outages,
            outage_seconds=self._outage_seconds,
            last=self.last,
            phases={phase: histogram.distribution() for phase, histogram in self._phases.items()},
            outage_durations=self._outage_durations.distribution(),
        )
