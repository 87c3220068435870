"""The command line; see common/command.py for its exit codes."""

import argparse
from collections.abc import Sequence

from deploy.lab import preflight
from deploy.lab.borrowed import Report, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from tests.trials.common import circumstances, command
from tests.trials.common.ground_truth import vantage
from tests.trials.drill import report
from tests.trials.drill.cases import KEYS, Case, on
from tests.trials.drill.results import Results, table
from tests.trials.drill.runs import drill

DOCUMENT = REPOSITORY / "docs/drill.md"


def parser() -> argparse.ArgumentParser:
    top = command.parser("drill", "The article's stress cases, while clients write.", shapes=True)
    command.add_release(top)
    command.add_cases(top, KEYS)
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("drill", lambda: _drill(options))


def _drill(options: argparse.Namespace) -> int:
    output = command.Output(options)
    preflight.check()
    with whole_lab(options.topology, options.folder, output.step, release=options.release) as lab:
        cases = [case for case in on(lab.topology) if not options.case or case.key in options.case]
        if not cases:
            raise LabError(f"{lab.topology.name} has none of these cases")
        results = run(lab, cases, output.step)
    output.document(lambda: report.document(results))
    output.results(results.as_json(), lambda screen: show(results, screen))
    return 1 if results.problems else 0


def run(lab: Lab, cases: Sequence[Case], step: Report) -> Results:
    keys, release = [case.key for case in cases], lab.state.release()
    every = [case.key for case in on(lab.topology)]
    at = circumstances.of(lab, command.again("drill", lab.topology.name, keys, every, release))
    return Results(at=at, host=vantage(lab).name, outcomes=drill(lab, cases, step))


def show(results: Results, screen: Screen) -> None:
    found = table(results.outcomes)
    screen.line("")
    screen.table(found.head, found.rows)
    for problem in results.problems:
        screen.line(f"- {problem}")
