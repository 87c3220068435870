"""The command. Exit codes: 0 all told as it should be, 1 something is not, or can't be done, 2 usage."""

import argparse
import json
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.lab import preflight
from deploy.lab.borrowed import DEFAULT_TOPOLOGY
from deploy.lab.console import Screen, carried_out, to_stderr
from deploy.lab.host import REPOSITORY
from deploy.lab.state import FOLDER
from deploy.lab.topologies import TOPOLOGIES
from tests.trials.accuracy.results import LIBRARIES, PACKAGES
from tests.trials.compare import members
from tests.trials.compare.results import machine, versions
from tests.trials.matrix import report
from tests.trials.matrix.expectations import Expectation, expectations
from tests.trials.matrix.results import Kept
from tests.trials.matrix.runs import run

DOCUMENT = REPOSITORY / "docs/fault-matrix.md"
KEPT = REPOSITORY / "build"
MONITORING = ("prometheus", "prometheus-alertmanager")


def parser(names: Sequence[str]) -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m tests.trials.matrix",
        description="Every fault of the lab, and what the on-call person is told.",
    )
    add = top.add_argument
    add("--topology", choices=list(TOPOLOGIES), default=DEFAULT_TOPOLOGY, help=f"({DEFAULT_TOPOLOGY})")
    add("--fault", action="append", choices=names, metavar="NAME", help=f"only this: {', '.join(names)}")
    add("--ci", action="store_true", help="only those that CI runs")
    add("--resume", action="store_true", help="keep what earlier runs found, and run the rest")
    add("--json", action="store_true", help="the results as JSON on standard output, progress on stderr")
    add(
        "--document",
        type=Path,
        default=DOCUMENT,
        metavar="FILE",
        help="written anew by a run of all (docs/fault-matrix.md)",
    )
    add("--no-document", action="store_true")
    add("--folder", type=Path, default=FOLDER, help="of the lab's records; another folder is another lab")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    every = expectations()
    options = parser([one.name for one in every]).parse_args(argv)
    interrupted = "interrupted; --resume goes on from here"
    return carried_out("matrix", lambda: _try_all(every, options), interrupted)


def _try_all(every: Sequence[Expectation], options: argparse.Namespace) -> int:
    screen = Screen()
    step = to_stderr if options.json else screen.step
    chosen = [one for one in every if _wanted(one, options)]
    kept = Kept(KEPT / f"matrix-{options.topology}.json")
    preflight.check()
    preflight.need(members.PACKAGES, "matrix")
    if not options.resume:
        kept.forget()
    verdicts = run(chosen, options.topology, options.folder, kept, step)
    found = report.Run(
        when=datetime.now(UTC),
        command=_command(options),
        machine=machine(),
        versions=versions((*PACKAGES, *MONITORING), LIBRARIES),
        verdicts=verdicts,
    )
    if not options.no_document and len(chosen) == len(every):
        options.document.write_text(report.document(found))
    if options.json:
        print(json.dumps(found.as_json(), indent=2))
    else:
        show(found, screen)
    return 1 if found.problems else 0


def _wanted(one: Expectation, options: argparse.Namespace) -> bool:
    if options.fault:
        return one.name in options.fault
    return one.ci is not None if options.ci else True


def _command(options: argparse.Namespace) -> str:
    """With the options that say what was measured; the others say where to."""
    only = [word for name in options.fault or () for word in ("--fault", name)]
    chosen = ["--topology", options.topology, *(["--ci"] if options.ci else []), *only]
    return shlex.join(["python", "-m", "tests.trials.matrix", *chosen])


def show(found: report.Run, screen: Screen) -> None:
    rows = report.table(found.verdicts)
    screen.line("")
    screen.table(rows.head, rows.rows)
    for problem in found.problems:
        screen.line(f"- {problem}")
    screen.line(found.summary)
