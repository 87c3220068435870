"""Fault after fault, each told by all engines at once; what one of them breaks does not stop the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deploy.lab.borrowed import Report, whole_again
from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from tests.trials.common.kept import Kept
from tests.trials.matrix import trial
from tests.trials.matrix.engines.stacks import Beside, beside, end
from tests.trials.matrix.expectations import Expectation, expectations
from tests.trials.matrix.intervals import at_interval
from tests.trials.matrix.results import Outcome, carried_out
from tests.trials.matrix.today import Nobody
from tests.trials.matrix.verdict import Verdict, judge

ALSO = ("lan-cut", "pacemaker-hung")  # beside those of CI: a split of the network, and a tool that hangs
DOZEN = tuple(one for one in expectations() if one.ci or one.name in ALSO)


def key(expected: Expectation, one: Beside) -> str:
    return f"{expected.name} {one.name}"


def run(
    lab: Lab, chosen: Sequence[Expectation], engines: Sequence[Beside], kept: Kept[Outcome], step: Report
) -> None:
    for expected in left(chosen, engines, kept):
        for one, outcome in zip(engines, _try(lab, expected, engines, step), strict=True):
            kept.add(key(expected, one), outcome)
        _say(expected, verdicts([expected], engines, kept), step)
    end(lab, engines)


def left(chosen: Sequence[Expectation], engines: Sequence[Beside], kept: Kept[Outcome]) -> list[Expectation]:
    """Those that `kept` has of all the engines are not run again, unless they could not be carried out."""
    done = carried_out(kept)
    return [one for one in chosen if not done >= {key(one, engine) for engine in engines}]


def _try(lab: Lab, expected: Expectation, engines: Sequence[Beside], step: Report) -> Sequence[Outcome]:
    monitorings = beside(lab, engines)
    watching = [(monitorings[one], _of(expected, one, engines)) for one in engines]
    try:
        return trial.side_by_side(lab, watching, Nobody(), step)
    except LabError as error:
        step(f"{expected.name}: {error}")
        whole_again(lab, step)
        failed = Outcome(expected.name, lab.topology.name, "", (), 0.0, error=str(error))
        return [failed] * len(engines)


def _of(expected: Expectation, one: Beside, engines: Sequence[Beside]) -> Expectation:
    """In the time of its interval. The fault lasts until the slowest has told it: whoever tells sooner tells
    in one message more that a move, or an outage, is over while the rest still lasts."""
    timed = at_interval(expected, one.interval, one.late)
    sooner = (one.interval, one.late) < max((other.interval, other.late) for other in engines)
    return replace(timed, messages=timed.messages + sooner)


def verdicts(
    chosen: Sequence[Expectation], engines: Sequence[Beside], kept: Kept[Outcome]
) -> dict[str, dict[Beside, Verdict]]:
    """By fault, then by engine; of those that were run."""
    done = kept.load()
    found: dict[str, dict[Beside, Verdict]] = {}
    for expected in chosen:
        for one in engines:
            outcome = done.get(key(expected, one))
            if outcome:
                verdict = judge(_of(expected, one, engines), outcome)
                found.setdefault(expected.name, {})[one] = replace(verdict, expected=expected)
    return found


def _say(expected: Expectation, found: dict[str, dict[Beside, Verdict]], step: Report) -> None:
    problems = list(_problems(found[expected.name]))
    step(f"{expected.name}: {'; '.join(problems) or 'as it should be, by each of them'}")


def _problems(verdicts: dict[Beside, Verdict]) -> Iterator[str]:
    for one, verdict in verdicts.items():
        yield from (f"{one.name}: {problem}" for problem in verdict.problems)
