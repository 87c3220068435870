"""The command line; see common/command.py for its exit codes."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from deploy.lab.borrowed import Report, whole_again, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from tests.trials.common import circumstances, command
from tests.trials.common.kept import Kept
from tests.trials.keepalived.promised.cases import BY_NAME, CASES, Case
from tests.trials.keepalived.promised.report import COMMAND, Run, document
from tests.trials.keepalived.promised.runs import Outcome, Round, run

TOPOLOGY = "keepalived"
DOCUMENT = REPOSITORY / "docs/expected-seconds.md"
KEPT = REPOSITORY / "build/keepalived-promised.json"
PACKAGES = ("keepalived", "haproxy")
ROUNDS = 4


def parser() -> argparse.ArgumentParser:
    top = command.program("keepalived.promised", "What a takeover under Keepalived takes, and was promised.")
    command.add_folder(top)
    command.add_cases(top, list(BY_NAME))
    command.add_rounds(top, ROUNDS, "of each case")
    command.add_resume(top)
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("promised", lambda: _promised(options), command.INTERRUPTED)


def _promised(options: argparse.Namespace) -> int:
    output = command.Output(options)
    kept = Kept[Outcome](KEPT, outcome)
    if not options.resume:
        kept.forget()
    wanted = [one for one in CASES if one.name in (options.case or BY_NAME) and one.name not in kept.load()]
    if wanted:
        with whole_lab(TOPOLOGY, options.folder, output.step) as lab:
            for case in wanted:
                _try(lab, case, options.rounds, kept, output.step)
    known = kept.load()
    outcomes = [known[one.name] for one in CASES if one.name in known]
    found = Run(circumstances.now(COMMAND, TOPOLOGY, PACKAGES), outcomes)
    if outcomes:
        output.document(lambda: document(options.document, found))
    plain = {**found.at.as_json(), "outcomes": [asdict(one) for one in outcomes]}
    output.results(plain, lambda screen: show(found, screen))
    return 1 if found.broken or len(outcomes) < len(CASES) else 0


def _try(lab: Lab, case: Case, rounds: int, kept: Kept[Outcome], step: Report) -> None:
    """What could not be carried out is not kept."""
    try:
        kept.add(case.name, run(lab, case, rounds, step))
    except LabError as error:
        step(f"{case.name}: {error}")
        whole_again(lab, step)


def outcome(raw: Mapping[str, Any]) -> Outcome:
    """From what asdict() made of one."""
    return Outcome(raw["case"], tuple(Round(**one) for one in raw["rounds"]))


def show(found: Run, screen: Screen) -> None:
    table = found.table()
    screen.table(table.head, table.rows)
    screen.line("all kept" if not found.broken else f"longer than promised: {', '.join(found.broken)}")
