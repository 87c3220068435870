"""What was told of a fault, against what had to be (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.trials.matrix.expectations import Expectation, alternatives
from tests.trials.matrix.results import Outcome, Told

WARN_WITHIN = 60.0  # seconds
CLEAR_WITHIN = 120.0  # seconds after healing
SLOW = 5.0  # seconds that clients must have waited for FailoverSlow to be true
CRITICAL, WARNING = "critical", "warning"
MOVED, SLOWLY = "FailoverHappened", "FailoverSlow"
# Seconds that two balancers must have had one address: the page is true; it may not be missing.
SHARED_TRULY, SHARED_SILENTLY = 5.0, 30.0
SPLIT = "VIPSplitBrain"


@dataclass(frozen=True)
class Verdict:
    expected: Expectation
    outcome: Outcome
    problems: tuple[str, ...]

    @property
    def well(self) -> bool:
        return not self.problems


def judge(expected: Expectation, outcome: Outcome) -> Verdict:
    if outcome.error:
        return Verdict(expected, outcome, (f"could not be carried out: {outcome.error}",))
    told = outcome.told
    problems = [
        *_missing(expected.page, CRITICAL, expected.within, told),
        *_missing(expected.warn, WARNING, WARN_WITHIN, told),
        *_silent_split(outcome),
        *_pages(expected, outcome),
        *_causes(expected, told),
        *_untrue(expected, told),
        *_lasting(told),
    ]
    return Verdict(expected, outcome, tuple(problems))


def first(told: Sequence[Told], entry: str, severity: str) -> Told | None:
    """The first that was told of the alerts that an entry of the expectations allows."""
    fitting = [one for one in told if one.alert in alternatives(entry) and one.severity == severity]
    return min(fitting, key=lambda one: one.after, default=None)


def _missing(entries: Iterable[str], severity: str, within: float, told: Sequence[Told]) -> Iterable[str]:
    for entry in entries:
        found = first(told, entry, severity)
        if found is None:
            yield f"{entry} was not told as {severity}"
        elif found.after > within:
            yield f"{found.alert} was told after {found.after:.0f} s instead of {within:.0f} s"


def _silent_split(outcome: Outcome) -> Iterable[str]:
    if outcome.shared > SHARED_SILENTLY and not first(outcome.told, SPLIT, CRITICAL):
        yield f"{SPLIT} was not told although two had the address for {outcome.shared:.0f} s"


def _pages(expected: Expectation, outcome: Outcome) -> Iterable[str]:
    true = {name for entry in expected.page for name in alternatives(entry)} | set(expected.may)
    if expected.cause and max(outcome.felt, default=0.0) > SLOW:
        true.add(SLOWLY)
    true = true | {SPLIT} if outcome.shared > SHARED_TRULY else true - {SPLIT}
    paged = {one.alert for one in outcome.told if one.severity == CRITICAL}
    yield from (f"false page: {name}" for name in sorted(paged - true))
    if len(paged & true) > max(1, len(expected.page)):
        yield f"more than one page: {', '.join(sorted(paged & true))}"


def _causes(expected: Expectation, told: Sequence[Told]) -> Iterable[str]:
    given = {one.labels.get("cause", "none") for one in told if one.alert == MOVED}
    for cause in sorted(given - set(expected.cause)):
        yield f"{MOVED} names the cause {cause} instead of {' or '.join(expected.cause) or 'none'}"


def _untrue(expected: Expectation, told: Sequence[Told]) -> Iterable[str]:
    warned = {one.alert for one in told if one.severity == WARNING}
    yield from (f"untrue warning: {name}" for name in sorted(warned - expected.told))


def _lasting(told: Sequence[Told]) -> Iterable[str]:
    for one in told:
        if one.cleared is None or one.cleared > CLEAR_WITHIN:
            yield f"{one.alert} was not resolved within {CLEAR_WITHIN:.0f} s of healing"
