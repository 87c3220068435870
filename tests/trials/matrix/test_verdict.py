"""What was notified compared with what had to be: each way to be wrong is found, and what is right is not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.results import Notified, Outcome, Sent
from tests.trials.matrix.verdict import judge, told

SPLIT = Expectation(
    5,
    "corosync-killed",
    "two hold it",
    page=("VIPSplitBrain",),
    warn=("CorosyncLinkDown or CorosyncTokenLoss",),
    may=("FailoverHappened",),
    cause=("node_lost",),
    within=30.0,
)


def notified(
    alert: str,
    severity: str,
    after: float = 10.0,
    labels: Mapping[str, str] = {},
    cleared: float | None = 20.0,
) -> Notified:
    return Notified(alert, severity, labels, after, cleared)


PAGE = notified("VIPSplitBrain", "critical")
TICKET = notified("CorosyncTokenLoss", "warning", 50.0)
WELL = Outcome(SPLIT.name, "article", "killed", (0.7,), 5.0, (PAGE, TICKET), shared=40.0)


def problems(
    *notified: Notified, felt: tuple[float, ...] = (0.7,), shared: float = 40.0, expected: Expectation = SPLIT
) -> tuple[str, ...]:
    return judge(expected, replace(WELL, notified=notified, felt=felt, shared=shared)).problems


def test_what_is_told_in_time_with_the_right_cause_is_well() -> None:
    """One of several alerts that say the same is enough, and true ones that need not come may."""
    moved = notified("FailoverHappened", "warning", labels={"cause": "node_lost"})
    assert judge(SPLIT, WELL).well
    assert problems(PAGE, TICKET, moved) == ()


def test_what_happens_may_decide_between_a_page_and_a_ticket() -> None:
    """One of both must come, whichever, and the page is then no false one."""
    either = Expectation(2, "lan-cut", "one is off, or both", either=("PacemakerNodeOffline or VIPDown",))
    ticket = notified("PacemakerNodeOffline", "warning")
    page = notified("VIPDown", "critical")
    for one in (ticket, page):
        assert problems(one, shared=0.0, expected=either) == ()
        assert told(either, [one])
    missing = "PacemakerNodeOffline or VIPDown was not notified"
    assert problems(shared=0.0, expected=either) == (missing,)
    assert not told(either, [])


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ((TICKET,), "VIPSplitBrain was not notified as critical"),
        ((replace(PAGE, severity="warning"), TICKET), "VIPSplitBrain was not notified as critical"),
        ((replace(PAGE, after=30.5), TICKET), "VIPSplitBrain was notified after 30 s instead of 30 s"),
        ((PAGE,), "CorosyncLinkDown or CorosyncTokenLoss was not notified as warning"),
        ((PAGE, replace(TICKET, after=61.0)), "CorosyncTokenLoss was notified after 61 s instead of 60 s"),
        ((PAGE, TICKET, notified("VIPDown", "critical")), "false page: VIPDown"),
        ((PAGE, TICKET, notified("GaleraNodeDown", "warning")), "untrue warning: GaleraNodeDown"),
        (
            (PAGE, TICKET, notified("FailoverHappened", "warning", labels={"cause": "standby"})),
            "FailoverHappened names the cause standby instead of node_lost",
        ),
        (
            (replace(PAGE, after=20.0), replace(TICKET, after=10.0, cleared=261.5)),
            "CorosyncTokenLoss was not resolved within 261 s of healing",
        ),
        ((PAGE, replace(TICKET, cleared=None)), "CorosyncTokenLoss was not resolved within 120 s of healing"),
        (
            (PAGE, replace(TICKET, cleared=121.0)),
            "CorosyncTokenLoss was not resolved within 120 s of healing",
        ),
    ],
)
def test_each_way_to_be_wrong_is_a_problem(what: tuple[Notified, ...], problem: str) -> None:
    """Missing, of the wrong severity, late, false, untrue, of the wrong cause, or lasting."""
    assert problem in problems(*what)


def test_a_slow_failover_pages_if_clients_really_waited() -> None:
    """By the ground truth, and only where there is a failover at all."""
    slow = notified("FailoverSlow", "critical")
    assert problems(PAGE, TICKET, slow) == ("false page: FailoverSlow",)
    assert "false page: FailoverSlow" not in problems(PAGE, TICKET, slow, felt=(0.2, 6.1))
    frozen = replace(SPLIT, cause=())
    assert "false page: FailoverSlow" in problems(PAGE, TICKET, slow, felt=(60.0,), expected=frozen)


def test_a_split_pages_if_two_really_had_the_address() -> None:
    """By the ground truth, whatever the fault: shorter is a handover, and a long one must not be silent."""
    silent = replace(SPLIT, page=())
    assert problems(PAGE, TICKET, shared=5.1, expected=silent) == ()
    assert problems(PAGE, TICKET, shared=5.0, expected=silent) == ("false page: VIPSplitBrain",)
    assert problems(PAGE, TICKET, shared=0.0) == ("false page: VIPSplitBrain",)
    assert problems(TICKET, shared=30.0, expected=silent) == ()
    assert problems(TICKET, shared=30.1, expected=silent) == (
        "VIPSplitBrain was not notified although two had the address for 30 s",
    )


def test_two_true_pages_are_one_too_many() -> None:
    """One fault, one page."""
    either = replace(SPLIT, page=("VIPSplitBrain or VIPDown",))
    assert problems(PAGE, TICKET, notified("VIPDown", "critical"), expected=either) == (
        "more than one page: VIPDown, VIPSplitBrain",
    )


BEGIN = Sent("pager", "opened", 20.0, "VIPSplitBrain", ("VIPSplitBrain",))
END = replace(BEGIN, what="closed", after=90.0)


def with_messages(*sent: Sent, **changes: Any) -> tuple[str, ...]:
    expected = replace(SPLIT, headline="VIPSplitBrain or VIPDown")
    return judge(expected, replace(WELL, messages=sent, **changes)).problems


def test_two_messages_with_the_right_headline_are_well() -> None:
    """One when it begins, one when it ends; the headline counts for the first alone."""
    assert with_messages(BEGIN, replace(END, headline="PacemakerNodeOffline")) == ()


def test_a_third_message_is_one_too_many() -> None:
    """Said with what each was; more are right where the expectation argues so."""
    update = replace(BEGIN, what="updated", after=50.0)
    assert with_messages(BEGIN, update, END) == (
        "3 messages instead of 2 at most: pager opened 20 (VIPSplitBrain), "
        "pager updated 50 (VIPSplitBrain), pager closed 90 (VIPSplitBrain)",
    )
    argued = replace(SPLIT, messages=3, argued="because")
    assert judge(argued, replace(WELL, messages=(BEGIN, update, END))).well


def test_a_message_that_is_headed_by_a_consequence_is_wrong() -> None:
    """Nor may it be headed by nothing; a page that the ground truth makes true heads it as well."""
    consequence = replace(BEGIN, headline="CorosyncTokenLoss")
    wrong = "the first message is headed by {} instead of VIPSplitBrain or VIPDown"
    assert with_messages(consequence, END) == (wrong.format("CorosyncTokenLoss"),)
    assert with_messages(replace(BEGIN, headline=""), END) == (wrong.format("nothing"),)
    slow = replace(BEGIN, headline="FailoverSlow")
    assert with_messages(slow, END) == (wrong.format("FailoverSlow"),)
    assert with_messages(slow, END, felt=(6.1,)) == ()


def test_a_true_page_holds_tickets_back() -> None:
    """They need not come beside an unexpected page that is true; beside an expected one they must."""
    moved = replace(SPLIT, page=(), warn=("FailoverHappened",))
    slow = notified("FailoverSlow", "critical")
    assert problems(slow, felt=(6.1,), shared=0.0, expected=moved) == ()
    assert told(moved, (slow,))
    assert not told(moved, ())
    assert not told(SPLIT, (PAGE,))
    assert told(SPLIT, (PAGE, TICKET))


def test_a_fault_that_could_not_be_made_is_not_well() -> None:
    """Nothing was notified of it, and that proves nothing."""
    verdict = judge(replace(SPLIT, page=(), warn=()), replace(WELL, notified=(), error="it did not heal"))
    assert verdict.problems == ("could not be carried out: it did not heal",)


def test_a_ticket_that_was_open_before_its_page_is_closed_after_it() -> None:
    """Alertmanager tells the end of what is held back when nothing holds it back any more."""
    assert problems(replace(PAGE, after=20.0), replace(TICKET, after=10.0, cleared=260.0)) == ()
    assert problems(replace(PAGE, after=20.0), replace(TICKET, after=30.0, cleared=260.0))
