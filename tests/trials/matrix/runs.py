"""Fault after fault, on one lab after the other; what one of them breaks does not stop the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from deploy.lab.borrowed import Report, whole_again, whole_lab
from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.state import USUAL, Watching
from tests.trials.common.kept import Kept
from tests.trials.matrix import today, trial
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.results import Outcome, carried_out
from tests.trials.matrix.verdict import Verdict, judge


@dataclass(frozen=True)
class Wanted:
    """The lab to try them on; a fault that only another topology can have gets one of those."""

    topology: str
    folder: Path
    watching: Watching = USUAL


def run(chosen: Sequence[Expectation], wanted: Wanted, kept: Kept[Outcome], step: Report) -> list[Verdict]:
    """Those that `kept` has already are not run again, unless they could not be carried out."""
    done_before = carried_out(kept)
    left = [one for one in chosen if one.name not in done_before]
    by_topology = sorted(left, key=lambda one: one.topology is not None)
    folder = wanted.folder
    for topology, group in groupby(by_topology, key=lambda one: one.topology or wanted.topology):
        place = folder if topology == wanted.topology else folder.with_name(f"{folder.name}-{topology}")
        with whole_lab(topology, place, step, wanted.watching) as lab, today.running(lab) as peers:
            for expected in group:
                kept.add(expected.name, try_one(lab, peers, expected, step))
                done = kept.load()
                progress = f"{sum(one.name in done for one in chosen)} of {len(chosen)}"
                _say(judge(expected, done[expected.name]), progress, step)
    done = kept.load()
    return [judge(one, done[one.name]) for one in chosen]


def try_one(lab: Lab, peers: today.Peers, expected: Expectation, step: Report) -> Outcome:
    """Also of what could not be carried out; the lab is whole afterwards in any case."""
    try:
        return trial.run(lab, Monitoring(lab.fleet), peers, expected, step)
    except LabError as error:
        step(f"{expected.name}: {error}")
        whole_again(lab, step)
        return Outcome(expected.name, lab.topology.name, "", (), 0.0, error=str(error))


def _say(verdict: Verdict, progress: str, step: Report) -> None:
    step(f"{progress}: {verdict.expected.name}: {verdict.said}")
