"""docs/clusters.md, and the tables for the terminal (pure but for reading the template)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from deploy.lab.roots import RELEASES
from deploy.lab.topologies import SHAPES, TOPOLOGIES
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.report import filled, listed, problems_listed
from tests.trials.common.tables import Table
from tests.trials.matrix.clusters import expectations
from tests.trials.matrix.clusters.results import Proof, Sample
from tests.trials.matrix.clusters.samples import COLUMNS, TRIALS
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.report import REACHED, reached
from tests.trials.matrix.results import Outcome
from tests.trials.matrix.verdict import MOVED, SLOWLY, Verdict, judge

TEMPLATE = Path(__file__).parents[1] / "clusters.md.template"
PACKAGES = ("pacemaker", "corosync", "keepalived", "haproxy")  # whose versions are shown
HEAD = ("shape", "release", "proved", "up, s", "faults", "false pages", *PACKAGES)
FAULTS = ("fault", "release", *REACHED, "failovers told", "")


@dataclass(frozen=True)
class Proved:
    proof: Proof
    expected: Expectation

    @property
    def verdict(self) -> Verdict:
        return judge(self.expected, self.proof.outcome)


@dataclass(frozen=True)
class Run:
    at: Circumstances
    proved: Sequence[Proved]  # in the order of the shapes, their releases, their expectations
    samples: Sequence[Sample]  # in the order of the trials, the shapes, their releases

    @property
    def whole(self) -> bool:
        """Whether every fault of every shape was made, and every sample taken, on one release at least."""
        made = {(one.proof.shape, one.expected.name) for one in self.proved}
        made |= {(one.shape, one.trial) for one in self.samples}
        return all(
            (shape.name, name) in made
            for shape in SHAPES
            for name in (*(one.name for one in expectations.of(shape.name)), *TRIALS)
        )

    @property
    def problems(self) -> list[str]:
        proved = [f"{one.proof.title}: {problem}" for one in self.proved for problem in one.verdict.problems]
        return proved + [f"{one.title}: {problem}" for one in self.samples for problem in one.problems]

    @property
    def summary(self) -> str:
        well = sum(one.verdict.well for one in self.proved)
        taken = sum(not one.problems for one in self.samples)
        of = f"{well} of {len(self.proved)} faults and {taken} of {len(self.samples)} samples"
        return f"{of} as they should be, {_false_pages(self.proved)} false pages"

    def as_json(self) -> dict[str, object]:
        return {
            **self.at.as_json(),
            "summary": self.summary,
            "problems": self.problems,
            "proofs": [asdict(one.proof) for one in self.proved],
            "samples": [asdict(one) for one in self.samples],
        }


def clusters(run: Run) -> Table:
    """A line for each shape and release."""
    groups = groupby(run.proved, key=lambda one: (one.proof.shape, one.proof.release))
    return Table(HEAD, [_cluster(*of, list(proved)) for of, proved in groups])


def _cluster(shape: str, release: str, proved: Sequence[Proved]) -> tuple[str, ...]:
    versions = proved[-1].proof.versions
    well = sum(one.verdict.well for one in proved)
    return (
        shape,
        f"{RELEASES[release]} ({release})",
        max(one.proof.when for one in proved),
        f"{max(one.proof.up for one in proved):.0f}",
        f"{well} of {len(proved)} well",
        str(_false_pages(proved)),
        *(versions.get(name, "-") for name in PACKAGES),
    )


def faults(proved: Sequence[Proved]) -> Table:
    return Table(FAULTS, [_fault(one) for one in proved])


def samples(run: Run, trial: str) -> Table:
    """The rows of a trial, each with its shape and release."""
    rows = [(one.shape, one.release, *row) for one in run.samples if one.trial == trial for row in one.rows]
    return Table(("shape", "release", *COLUMNS[trial]), rows)


def _fault(one: Proved) -> tuple[str, ...]:
    outcome = one.proof.outcome
    return (
        outcome.name,
        one.proof.release,
        *reached(outcome),
        _moved(outcome),
        "well" if one.verdict.well else "NOT",
    )


def _moved(outcome: Outcome) -> str:
    """What alerts said of it; a page names no resource: all that moved so is one page."""
    told = [one.labels for one in outcome.notified if one.alert in (MOVED, SLOWLY)]
    every = {f"{of.get('resource', 'all')} {of['from']} to {of['to']}, {of['cause']}": None for of in told}
    return "; ".join(every) or "-"


def _false_pages(proved: Sequence[Proved]) -> int:
    return sum(text.startswith("false page") for one in proved for text in one.verdict.problems)


def document(run: Run) -> str:
    shapes = "\n\n".join(
        _shape(name, list(of)) for name, of in groupby(run.proved, lambda it: it.proof.shape)
    )
    return filled(
        TEMPLATE,
        run.at,
        summary=run.summary,
        table=clusters(run).markdown(),
        accuracy=samples(run, "accuracy").markdown(),
        drill=samples(run, "drill").markdown(),
        problems=problems_listed(run.problems),
        shapes=shapes,
    )


def _shape(name: str, proved: Sequence[Proved]) -> str:
    by_fault = {one.expected.name: one.expected for one in proved}
    means = listed(f"*{fault}*: {expected.means}{_argued(expected)}" for fault, expected in by_fault.items())
    return f"## {name}: {TOPOLOGIES[name].help}\n\n{faults(proved).markdown()}\n\n{means}"


def _argued(expected: Expectation) -> str:
    return f" At most {expected.messages} messages: {expected.argued}." if expected.argued else ""
