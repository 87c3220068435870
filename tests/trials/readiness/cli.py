"""The command line; see common/command.py for its exit codes."""

import argparse
from collections.abc import Sequence

from deploy.lab import preflight
from deploy.lab.borrowed import Report, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from tests.trials.common import circumstances, command
from tests.trials.common.kept import Kept
from tests.trials.readiness import cost, report
from tests.trials.readiness.cases import CASES, Case
from tests.trials.readiness.results import Results, Row, read_row, table
from tests.trials.readiness.runs import all_of

DOCUMENT = REPOSITORY / "docs/readiness.md"
KEPT = REPOSITORY / "build"
NAMES = [case.name for case in CASES]


def parser() -> argparse.ArgumentParser:
    top = command.parser("readiness", "What is predicted of a takeover, and what then happens.")
    command.add_cases(top, NAMES)
    command.add_resume(top)
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("readiness", lambda: _readiness(options), command.INTERRUPTED)


def _readiness(options: argparse.Namespace) -> int:
    output = command.Output(options)
    cases = [case for case in CASES if not options.case or case.name in options.case]
    preflight.check()
    with whole_lab(options.topology, options.folder, output.step) as lab:
        kept = Kept(KEPT / f"readiness-{lab.topology.name}.json", read_row)
        if not options.resume:
            kept.forget()
        results = run(lab, cases, kept, output.step)
    output.document(lambda: report.document(results))
    output.results(results.as_json(), lambda screen: show(results, screen))
    return 1 if results.problems else 0


def run(lab: Lab, cases: Sequence[Case], kept: Kept[Row], step: Report) -> Results:
    again = command.again("readiness", lab.topology.name, [case.name for case in cases], NAMES)
    at = circumstances.now(again, lab.topology.name)
    took = cost.measured(lab.fleet.holder())
    return Results(at=at, rows=all_of(lab, cases, kept, step), cost=took)


def show(results: Results, screen: Screen) -> None:
    found = table(results.rows)
    screen.line("")
    screen.table(found.head, found.rows)
    for problem in results.problems:
        screen.line(f"- {problem}")
