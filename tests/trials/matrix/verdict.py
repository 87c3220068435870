"""What was notified of a fault, compared with what had to be (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exporter.rules.rule import Severity
from tests.trials.matrix.expectations import Expectation, alternatives
from tests.trials.matrix.results import Notified, Outcome

SLOW = 5.0  # seconds that clients must have waited for FailoverSlow to be true
MOVED, SLOWLY = "FailoverHappened", "FailoverSlow"
# Seconds that two balancers must have had one address: the page is true; it may not be missing.
SHARED_TRULY, SHARED_SILENTLY = 5.0, 30.0
SPLIT = "VIPSplitBrain"
# Seconds from the end of a page to that of a ticket that was open before it (alerts/README.md).
# TicketInhibitor goes on for two minutes, Prometheus sends ends once a minute, and Alertmanager waits for
# its group_interval.
HELD_BACK = 121.0 + 60.0 + 60.0


@dataclass(frozen=True)
class Verdict:
    expected: Expectation
    outcome: Outcome
    problems: tuple[str, ...]

    @property
    def well(self) -> bool:
        return not self.problems

    @property
    def said(self) -> str:
        return "; ".join(self.problems) or "as it should be"


def judge(expected: Expectation, outcome: Outcome) -> Verdict:
    if outcome.error:
        return Verdict(expected, outcome, (f"could not be carried out: {outcome.error}",))
    notified = outcome.notified
    problems = [
        *_missing(expected.page, Severity.CRITICAL, expected.within, notified),
        *_missing(tickets(expected, notified), Severity.WARNING, expected.warn_within, notified),
        *_missing(expected.either, None, expected.within, notified),
        *_silent_split(outcome),
        *_pages(expected, outcome),
        *_causes(expected, notified),
        *_untrue(expected, notified),
        *_lasting(expected, notified),
        *_messages(expected, outcome),
    ]
    return Verdict(expected, outcome, tuple(problems))


def told(expected: Expectation, notified: Sequence[Notified]) -> bool:
    """Whether all that must be notified was."""
    pages = all(first(notified, entry, Severity.CRITICAL) for entry in expected.page)
    either = all(first(notified, entry) for entry in expected.either)
    return (
        pages
        and either
        and all(first(notified, entry, Severity.WARNING) for entry in tickets(expected, notified))
    )


def tickets(expected: Expectation, notified: Sequence[Notified]) -> tuple[str, ...]:
    """Those that must come: not beside a page that is true by what happened, which holds them back."""
    paged = any(first(notified, name, Severity.CRITICAL) for name in (SLOWLY, SPLIT))
    return () if paged and not expected.page else expected.warn


def first(notified: Sequence[Notified], entry: str, severity: str | None = None) -> Notified | None:
    """The first notification of the alerts that an entry of the expectations allows."""
    fitting = [
        one for one in notified if one.alert in alternatives(entry) and severity in (None, one.severity)
    ]
    return min(fitting, key=lambda one: one.after, default=None)


def _missing(
    entries: Iterable[str], severity: str | None, within: float, notified: Sequence[Notified]
) -> Iterable[str]:
    for entry in entries:
        found = first(notified, entry, severity)
        if found is None:
            yield f"{entry} was not notified" + (f" as {severity}" if severity else "")
        elif found.after > within:
            yield f"{found.alert} was notified after {found.after:.0f} s instead of {within:.0f} s"


def _silent_split(outcome: Outcome) -> Iterable[str]:
    if outcome.shared > SHARED_SILENTLY and not first(outcome.notified, SPLIT, Severity.CRITICAL):
        yield f"{SPLIT} was not notified although two had the address for {outcome.shared:.0f} s"


def _messages(expected: Expectation, outcome: Outcome) -> Iterable[str]:
    sent = outcome.messages
    if len(sent) > expected.messages:
        each = ", ".join(f"{one.receiver} {one.what} {one.after:.0f} ({one.headline})" for one in sent)
        yield f"{len(sent)} messages instead of {expected.messages} at most: {each}"
    right = {*alternatives(expected.headline), *_true_pages(expected, outcome)}
    if sent and expected.headline and sent[0].headline not in right:
        yield f"the first message is headed by {sent[0].headline or 'nothing'} instead of {expected.headline}"


def _true_pages(expected: Expectation, outcome: Outcome) -> set[str]:
    """By the ground truth, whatever the fault."""
    slow = bool(expected.cause) and max(outcome.felt, default=0.0) > SLOW
    return {name for name, true in ((SLOWLY, slow), (SPLIT, outcome.shared > SHARED_TRULY)) if true}


def _pages(expected: Expectation, outcome: Outcome) -> Iterable[str]:
    listed = (*expected.page, *expected.either, *expected.may)
    true = {name for entry in listed for name in alternatives(entry)}
    true = true - {SPLIT} | _true_pages(expected, outcome)
    paged = {one.alert for one in outcome.notified if one.severity == Severity.CRITICAL}
    yield from (f"false page: {name}" for name in sorted(paged - true))
    if len(paged & true) > max(1, len(expected.page)):
        yield f"more than one page: {', '.join(sorted(paged & true))}"


def _causes(expected: Expectation, notified: Sequence[Notified]) -> Iterable[str]:
    given = {one.labels.get("cause", "none") for one in notified if one.alert == MOVED}
    for cause in sorted(given - set(expected.cause)):
        yield f"{MOVED} names the cause {cause} instead of {' or '.join(expected.cause) or 'none'}"


def _untrue(expected: Expectation, notified: Sequence[Notified]) -> Iterable[str]:
    warned = {one.alert for one in notified if one.severity == Severity.WARNING}
    yield from (f"untrue warning: {name}" for name in sorted(warned - expected.allowed))


def _lasting(expected: Expectation, notified: Sequence[Notified]) -> Iterable[str]:
    for one in notified:
        within = clear_within(one, expected, notified)
        if one.cleared is None or one.cleared > within:
            yield f"{one.alert} was not resolved within {within:.0f} s of healing"


def clear_within(one: Notified, expected: Expectation, notified: Iterable[Notified]) -> float:
    """Seconds from healing: a ticket that a later page holds back is closed after that page."""
    usual = expected.clear_within
    pages = [page for page in notified if page.severity == Severity.CRITICAL and page.after > one.after]
    if one.severity != Severity.WARNING or not pages:
        return usual
    ended = max(usual if page.cleared is None else page.cleared for page in pages)
    return max(usual, ended + HELD_BACK)
