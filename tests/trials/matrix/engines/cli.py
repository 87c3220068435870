"""The command line; see common/command.py for its exit codes."""

import argparse
import shlex
from collections.abc import Callable, Sequence

from deploy.lab import preflight
from deploy.lab.borrowed import DEFAULT_TOPOLOGY, Report, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.monitoring.engines import find
from tests.trials.common import circumstances, command
from tests.trials.common.circumstances import LIBRARIES, PACKAGES
from tests.trials.common.kept import Kept
from tests.trials.matrix.engines import answers, replicas, report, runs, stacks
from tests.trials.matrix.engines.runs import DOZEN
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.results import Outcome, outcome

DOCUMENT = REPOSITORY / "docs/engines.md"
KEPT = REPOSITORY / "build"
ALERTMANAGER = "prometheus-alertmanager"
PARTS = ("faults", "pair", "dashboards")
Part = Callable[[Lab, Report], None]


def parser() -> argparse.ArgumentParser:
    top = command.parser(
        "matrix.engines", "The same faults, told by one engine beside the other.", DEFAULT_TOPOLOGY
    )
    top.set_defaults(topology=DEFAULT_TOPOLOGY)
    add = top.add_argument
    names = [one.name for one in DOZEN]
    add("--part", action="append", choices=PARTS, help="only this of the three")
    add("--fault", action="append", choices=names, metavar="NAME", help=f"only this: {', '.join(names)}")
    command.add_resume(top)
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("engines", lambda: _try_all(options), command.INTERRUPTED)


class Results:
    """What is kept of each part."""

    def __init__(self) -> None:
        self.faults: Kept[Outcome] = Kept(KEPT / "engines-faults.json", outcome)
        self.pair = Kept(KEPT / "engines-pair.json", replicas.told)
        self.answers = Kept(KEPT / "engines-dashboards.json", answers.answers)

    def forget(self, parts: Sequence[str]) -> None:
        forget = dict(zip(PARTS, (self.faults.forget, self.pair.forget, self.answers.forget), strict=True))
        for name in parts:
            forget[name]()


def _try_all(options: argparse.Namespace) -> int:
    output, kept = command.Output(options), Results()
    parts = options.part or PARTS
    chosen = [one for one in DOZEN if one.name in (options.fault or one.name)]
    preflight.check()
    versions = {one.engine: stacks.version(one.engine) for one in stacks.EVERY}
    if not options.resume:
        kept.forget(parts)
    left = _left(parts, chosen, kept)
    if left:
        with whole_lab(options.topology, options.folder, output.step) as lab:
            for part in left:
                part(lab, output.step)
    packages = (*PACKAGES, find(stacks.USUALLY.engine).package, ALERTMANAGER)
    found = report.Run(
        circumstances.now(_command(options), options.topology, packages, LIBRARIES),
        versions,
        runs.verdicts(DOZEN, stacks.EVERY, kept.faults),
        [one for case in replicas.CASES if (one := kept.pair.load().get(case.name))],
        list(kept.answers.load().values()),
    )
    if found.whole:
        output.document(lambda: report.document(found))
    output.results(found.as_json(), lambda screen: show(found, screen))
    return 1 if found.problems else 0


def _left(parts: Sequence[str], chosen: Sequence[Expectation], kept: Results) -> list[Part]:
    """What has to be run for the results that are not there yet."""

    def faults(lab: Lab, step: Report) -> None:
        runs.run(lab, chosen, stacks.EVERY, kept.faults, step)

    def pair(lab: Lab, step: Report) -> None:
        replicas.run(lab, kept.pair, step)

    def dashboards(lab: Lab, step: Report) -> None:
        for one in answers.run(lab, step):
            kept.answers.add(one.moment, one)

    needed = {
        faults: bool(runs.left(chosen, stacks.EVERY, kept.faults)),
        pair: replicas.left(kept.pair),
        dashboards: len(kept.answers.load()) < len(answers.MOMENTS),
    }
    return [part for name, part in zip(PARTS, needed, strict=True) if name in parts and needed[part]]


def _command(options: argparse.Namespace) -> str:
    return shlex.join(["python", "-m", "tests.trials.matrix.engines", "--topology", options.topology])


def show(found: report.Run, screen: Screen) -> None:
    for table in (report.faults_table(found), report.pair_table(found), report.answers_table(found)):
        screen.line("")
        screen.table(table.head, table.rows)
    for problem in found.problems:
        screen.line(f"- {problem}")
    screen.line(found.summary)
