"""The ledger of commits, on invented ends of commits and read-backs."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from exporter.watchers.commits.ledger import (
    JUDGED_SECONDS,
    ROWS_AT_MOST,
    WATCHED_SECONDS,
    CommitLedger,
    Counts,
    Outcome,
    Refusal,
    Verdict,
)

ACKNOWLEDGED, REFUSED, IN_DOUBT = Outcome


def launched(ledger: CommitLedger, *outcomes: Outcome, now: float = 0.0) -> list[int]:
    numbers = []
    for outcome in outcomes:
        numbers.append(ledger.launch(now))
        ledger.end(numbers[-1], outcome)
    return numbers


def test_every_ended_commit_is_counted_once() -> None:
    """Attempts are those that ended; refused ones are neither acknowledged nor in doubt."""
    ledger = CommitLedger()
    launched(ledger, ACKNOWLEDGED, REFUSED, REFUSED, IN_DOUBT)
    ledger.launch(0.0)
    refused = {**dict.fromkeys(Refusal, 0), Refusal.OTHER: 2}
    assert ledger.counts() == Counts(attempts=4, acknowledged=1, in_doubt=1, lost=0, refused=refused)


def test_refused_ones_are_counted_by_reason() -> None:
    """All reasons are there from the start."""
    ledger = CommitLedger()
    assert ledger.counts().refused == dict.fromkeys(Refusal, 0)
    ledger.end(ledger.launch(0.0), REFUSED, Refusal.READ_ONLY)
    assert ledger.counts().refused == {**dict.fromkeys(Refusal, 0), Refusal.READ_ONLY: 1}


def test_acknowledged_and_not_there_is_lost_once() -> None:
    """The next read-back does not count it again."""
    ledger = CommitLedger()
    one, two = launched(ledger, ACKNOWLEDGED, ACKNOWLEDGED)
    assert ledger.judge(ledger.question(1.0), {one}) == Verdict((two,))
    assert ledger.judge(ledger.question(2.0), {one}) == Verdict(())
    assert ledger.counts().lost == 1


def test_found_once_and_then_gone_is_lost() -> None:
    """A cluster that goes back to an older state loses what was there a minute ago."""
    ledger = CommitLedger()
    numbers = launched(ledger, ACKNOWLEDGED)
    assert ledger.judge(ledger.question(1.0), numbers).lost == ()
    assert ledger.judge(ledger.question(61.0), []).lost == tuple(numbers)


def test_acknowledged_after_the_read_back_began_is_not_judged_by_it() -> None:
    """It may not have been there yet when the node looked."""
    ledger = CommitLedger()
    number = ledger.launch(0.0)
    question = ledger.question(0.1)
    ledger.end(number, ACKNOWLEDGED)
    assert ledger.judge(question, []).lost == ()


def test_in_doubt_is_never_lost_and_reported_once() -> None:
    """There or not there: it was never promised."""
    ledger = CommitLedger()
    one, _ = launched(ledger, IN_DOUBT, IN_DOUBT)
    assert ledger.judge(ledger.question(1.0), {one}) == Verdict((), doubts=2, doubts_there=1)
    assert ledger.judge(ledger.question(2.0), {one}) == Verdict(())
    assert ledger.counts().lost == 0


def test_only_rows_watched_long_enough_may_be_deleted() -> None:
    """The oldest row that is still watched keeps all later ones."""
    ledger = CommitLedger()
    old = launched(ledger, ACKNOWLEDGED, IN_DOUBT, now=0.0)
    young = launched(ledger, ACKNOWLEDGED, now=100.0)
    ledger.judge(ledger.question(101.0), old + young)
    assert ledger.release(WATCHED_SECONDS - 1) == 0
    assert ledger.release(WATCHED_SECONDS) == old[-1]
    assert ledger.judge(ledger.question(WATCHED_SECONDS), young).lost == ()
    assert ledger.release(WATCHED_SECONDS + 100) == young[-1]


def test_a_refused_row_keeps_nothing_from_being_deleted() -> None:
    """It was never there."""
    ledger = CommitLedger()
    old, _, _ = launched(ledger, ACKNOWLEDGED, REFUSED, REFUSED)
    ledger.judge(ledger.question(1.0), {old})
    assert ledger.release(WATCHED_SECONDS) == 3


def test_a_row_that_was_never_read_back_is_not_released() -> None:
    """However old, while it can still be judged."""
    ledger = CommitLedger()
    launched(ledger, ACKNOWLEDGED)
    assert ledger.release(JUDGED_SECONDS - 1) == 0


def test_after_half_a_day_without_a_read_back_nothing_is_judged() -> None:
    """Others may have taken the rows for leftovers by then."""
    ledger = CommitLedger()
    numbers = launched(ledger, ACKNOWLEDGED)
    assert ledger.judge(ledger.question(JUDGED_SECONDS), []).lost == ()
    assert ledger.release(JUDGED_SECONDS) == numbers[-1]


def test_a_full_table_takes_no_more_until_rows_are_deleted() -> None:
    """Also with nothing but refused commits, whose numbers are cheap but not proven absent."""
    ledger = CommitLedger()
    launched(ledger, *[ACKNOWLEDGED] * ROWS_AT_MOST)
    assert ledger.full
    ledger.deleted(1)
    assert not ledger.full


def test_a_commit_ends_once() -> None:
    """A second end is a defect of the caller."""
    ledger = CommitLedger()
    (number,) = launched(ledger, ACKNOWLEDGED)
    with pytest.raises(ValueError, match="has ended before"):
        ledger.end(number, IN_DOUBT)


class TableAndLedger(RuleBasedStateMachine):
    """A table that rows are committed to, lost from and deleted from, beside the ledger that watches it."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.now, self.table = CommitLedger(), 0.0, set[int]()
        self.flying: set[int] = set()
        self.promised: set[int] = set()  # acknowledged, not released, not yet counted as lost
        self.ended = dict.fromkeys(Outcome, 0)
        self.lost = self.deletable = 0

    @rule(seconds=st.sampled_from([0.1, 1.0, 59.0, WATCHED_SECONDS, 5000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def launch(self) -> None:
        if not self.ledger.full:
            self.flying.add(self.ledger.launch(self.now))

    @rule(data=st.data(), outcome=st.sampled_from(Outcome), committed=st.booleans())
    def end(self, data: st.DataObject, outcome: Outcome, committed: bool) -> None:
        if not self.flying:
            return
        number = data.draw(st.sampled_from(sorted(self.flying)))
        self.flying.remove(number)
        self.ledger.end(number, outcome)
        self.ended[outcome] += 1
        if outcome is ACKNOWLEDGED:
            self.promised.add(number)
        if outcome is ACKNOWLEDGED or (outcome is IN_DOUBT and committed):
            self.table.add(number)

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        if self.table:
            self.table.remove(data.draw(st.sampled_from(sorted(self.table))))

    @rule()
    def read_back_and_clean(self) -> None:
        question = self.ledger.question(self.now)
        assert question.acknowledged <= self.promised
        verdict = self.ledger.judge(question, self.table)
        missing = question.acknowledged - self.table
        assert set(verdict.lost) == missing
        self.lost += len(missing)
        self.promised -= missing
        self.deletable = max(self.deletable, self.ledger.release(self.now))
        self.table = {number for number in self.table if number > self.deletable}
        self.promised = {number for number in self.promised if number > self.deletable}
        self.ledger.deleted(self.deletable)

    @invariant()
    def counts_add_up(self) -> None:
        assert self.ledger.counts() == Counts(
            attempts=sum(self.ended.values()),
            acknowledged=self.ended[ACKNOWLEDGED],
            in_doubt=self.ended[IN_DOUBT],
            lost=self.lost,
            refused={**dict.fromkeys(Refusal, 0), Refusal.OTHER: self.ended[REFUSED]},
        )

    @invariant()
    def what_flies_is_never_deletable(self) -> None:
        assert all(number > self.deletable for number in self.flying)


TestTableAndLedger = TableAndLedger.TestCase
TestTableAndLedger.settings = settings(max_examples=100, stateful_step_count=40)
