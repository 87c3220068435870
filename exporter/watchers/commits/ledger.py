"""The ledger of commits: how each one ended, which must be found again, which were lost (pure).

An acknowledged row is read back for ten minutes, then it is released: only rows that the ledger has released
may be deleted, so a deletion can't look like a loss. Times are monotonic seconds and come as arguments.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

WATCHED_SECONDS = 600.0
# An acknowledged row that could not be read back in this time is not judged any more: after a day
# (sql.STALE) other writers delete it as left behind by a writer that was killed.
JUDGED_SECONDS = 12 * 3600.0
ROWS_AT_MOST = 10_000  # in the table, of one writer


class Outcome(Enum):
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # certainly not committed
    IN_DOUBT = "in doubt"  # COMMIT was sent, and no answer said how it ended


class Refusal(Enum):
    """Why a commit was refused."""

    READ_ONLY = "read_only"  # the node takes no writes
    NO_PRIMARY = "no_primary"  # the node is in no Primary component
    DENIED = "denied"  # the account, its password or its privileges
    OTHER = "other"  # no connection, a conflict, any other error


def _no_refusals() -> dict[Refusal, int]:
    return dict.fromkeys(Refusal, 0)


@dataclass(frozen=True)
class Counts:
    attempts: int = 0  # that ended: acknowledged, in doubt or refused
    acknowledged: int = 0
    in_doubt: int = 0
    lost: int = 0
    refused: Mapping[Refusal, int] = field(default_factory=_no_refusals)


@dataclass(frozen=True)
class Question:
    """What a read-back looks for."""

    acknowledged: frozenset[int]
    doubts: frozenset[int] = frozenset()  # looked for once, for the log

    @property
    def first(self) -> int:
        return min(self.acknowledged | self.doubts, default=0)


@dataclass(frozen=True)
class Verdict:
    """What one read-back showed for the first time."""

    lost: tuple[int, ...]
    doubts: int = 0  # commits in doubt that were looked for
    doubts_there: int = 0  # and were found, so committed


@dataclass(slots=True)
class _Row:
    launched: float
    outcome: Outcome | None = None  # None: in flight
    read_back: bool = False  # those acknowledged were found

    def done(self, now: float) -> bool:
        """Whether it needs no further read-back."""
        age = now - self.launched
        if self.outcome is None or age < WATCHED_SECONDS:
            return False
        return self.outcome is Outcome.IN_DOUBT or self.read_back or age >= JUDGED_SECONDS


class CommitLedger:
    """Of one writer. Not safe to call from two threads at once."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}  # launched and not released, in the order of their numbers
        self._last = 0
        self._deleted = 0
        self._ended = dict.fromkeys(Outcome, 0)
        self._refused = _no_refusals()
        self._lost = 0

    @property
    def full(self) -> bool:
        """As many rows as the table may have: no more until some are deleted."""
        return self._last - self._deleted >= ROWS_AT_MOST

    @property
    def last(self) -> int:
        """The highest number launched, 0 before the first."""
        return self._last

    def launch(self, now: float) -> int:
        """The number of a new row."""
        self._last += 1
        self._rows[self._last] = _Row(now)
        return self._last

    def end(self, number: int, outcome: Outcome, refusal: Refusal = Refusal.OTHER) -> None:
        """`refusal` counts for those refused. Raises ValueError when that commit has ended before."""
        row = self._rows[number]
        if row.outcome is not None:
            raise ValueError(f"commit {number} has ended before")
        self._ended[outcome] += 1
        row.outcome = outcome
        if outcome is Outcome.REFUSED:
            self._refused[refusal] += 1
            del self._rows[number]

    def question(self, now: float) -> Question:
        """For a read-back that begins now."""
        acknowledged, doubts = set(), set()
        for number, row in self._rows.items():
            if row.outcome is Outcome.ACKNOWLEDGED and now - row.launched < JUDGED_SECONDS:
                acknowledged.add(number)
            elif row.outcome is Outcome.IN_DOUBT and not row.read_back:
                doubts.add(number)
        return Question(frozenset(acknowledged), frozenset(doubts))

    def judge(self, question: Question, found: Collection[int]) -> Verdict:
        """`found` are the numbers that the read-back for `question` found."""
        for number in question.doubts & self._rows.keys():
            self._rows[number].read_back = True
        lost = []
        for number in sorted(question.acknowledged & self._rows.keys()):
            if number in found:
                self._rows[number].read_back = True
            else:
                lost.append(number)
                del self._rows[number]
        self._lost += len(lost)
        return Verdict(tuple(lost), len(question.doubts), len(question.doubts & set(found)))

    def release(self, now: float) -> int:
        """End the read-backs of rows that were watched long enough; every number up to the one returned may
        be deleted."""
        while self._rows:
            number, row = next(iter(self._rows.items()))
            if not row.done(now):
                return number - 1
            del self._rows[number]
        return self._last

    def deleted(self, up_to: int) -> None:
        """The table holds no number up to this one any more."""
        self._deleted = max(self._deleted, up_to)

    def counts(self) -> Counts:
        return Counts(
            attempts=sum(self._ended.values()),
            acknowledged=self._ended[Outcome.ACKNOWLEDGED],
            in_doubt=self._ended[Outcome.IN_DOUBT],
            lost=self._lost,
            refused=dict(self._refused),
        )
