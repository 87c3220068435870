"""The command line; see common/command.py for its exit codes."""

import argparse
import shlex
from collections.abc import Sequence

from deploy.lab import preflight
from deploy.lab.borrowed import Report, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from tests.trials.common import circumstances, command
from tests.trials.readiness import cost, report
from tests.trials.readiness.cases import CASES, Case
from tests.trials.readiness.results import Results, table
from tests.trials.readiness.runs import all_of

DOCUMENT = REPOSITORY / "docs/readiness.md"


def parser() -> argparse.ArgumentParser:
    top = command.parser("readiness", "What is predicted of a takeover, and what then happens.")
    add = top.add_argument
    add("--case", action="append", choices=[case.name for case in CASES], help="without: each of them")
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("readiness", lambda: _readiness(options))


def _readiness(options: argparse.Namespace) -> int:
    output = command.Output(options)
    cases = [case for case in CASES if not options.case or case.name in options.case]
    preflight.check()
    with whole_lab(options.topology, options.folder, output.step) as lab:
        results = run(lab, cases, output.step)
    output.document(lambda: report.document(results))
    output.results(results.as_json(), lambda screen: show(results, screen))
    return 1 if results.problems else 0


def run(lab: Lab, cases: Sequence[Case], step: Report) -> Results:
    again = shlex.join(["python", "-m", "tests.trials.readiness", *_chosen(lab.topology.name, cases)])
    at = circumstances.now(again, lab.topology.name)
    took = cost.measured(lab.fleet.holder())
    return Results(at=at, outcomes=all_of(lab, cases, step), cost=took)


def _chosen(topology: str, cases: Sequence[Case]) -> list[str]:
    """The options that say what was measured; the others say where to."""
    only = [] if len(cases) == len(CASES) else [case.name for case in cases]
    return ["--topology", topology, *(word for name in only for word in ("--case", name))]


def show(results: Results, screen: Screen) -> None:
    found = table(results.outcomes)
    screen.line("")
    screen.table(found.head, found.rows)
    for problem in results.problems:
        screen.line(f"- {problem}")
