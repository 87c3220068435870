"""The command line; see common/command.py for its exit codes."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from deploy.lab.borrowed import Report, whole_again, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from tests.trials.common import circumstances, command
from tests.trials.common.kept import Kept
from tests.trials.keepalived.cases import BY_NAME, CASES, Case
from tests.trials.keepalived.report import Run, document
from tests.trials.keepalived.runs import run
from tests.trials.keepalived.verdict import Outcome, outcome, problems

TOPOLOGY = "keepalived"
DOCUMENT = REPOSITORY / "docs/keepalived.md"
KEPT = REPOSITORY / "build/keepalived.json"
PACKAGES = ("keepalived", "haproxy", "mariadb-server", "galera-4")


def parser() -> argparse.ArgumentParser:
    top = command.program("keepalived", "What breaks under Keepalived, and what is told of it.")
    command.add_folder(top)
    command.add_cases(top, list(BY_NAME))
    command.add_resume(top)
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("keepalived", lambda: _keepalived(options), command.INTERRUPTED)


def _keepalived(options: argparse.Namespace) -> int:
    output = command.Output(options)
    kept = Kept[Outcome](KEPT, outcome)
    if not options.resume:
        kept.forget()
    wanted = [one for one in CASES if one.fault in (options.case or BY_NAME) and one.fault not in kept.load()]
    if wanted:
        with whole_lab(TOPOLOGY, options.folder, output.step) as lab:
            for case in wanted:
                _try(lab, case, kept, output.step)
    known = kept.load()
    outcomes = [known[one.fault] for one in CASES if one.fault in known]
    at = circumstances.now("python -m tests.trials.keepalived", TOPOLOGY, PACKAGES)
    found = Run(at, outcomes)
    output.document(lambda: document(options.document, found))
    output.results(
        {**at.as_json(), "outcomes": [asdict(one) for one in outcomes]}, lambda screen: show(found, screen)
    )
    return 1 if found.problems or len(outcomes) < len(CASES) else 0


def _try(lab: Lab, case: Case, kept: Kept[Outcome], step: Report) -> None:
    """What could not be carried out is not kept."""
    try:
        seen = run(lab, case, step)
    except LabError as error:
        step(f"{case.fault}: {error}")
        whole_again(lab, step)
        return
    kept.add(case.fault, seen)
    step(f"{case.fault}: {'; '.join(problems(case, seen)) or 'as expected'}")


def show(found: Run, screen: Screen) -> None:
    table = found.table()
    screen.table(table.head, table.rows)
    screen.line(found.summary)
