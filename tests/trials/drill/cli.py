"""The command. Exit codes: 0 all as it should be, 1 something is not or it could not be done, 2 usage."""

import argparse
import json
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.lab import preflight
from deploy.lab.borrowed import DEFAULT_TOPOLOGY, Report, whole_lab
from deploy.lab.console import Screen, carried_out, to_stderr
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.state import FOLDER
from deploy.lab.topologies import TOPOLOGIES
from tests.trials.accuracy.results import LIBRARIES, PACKAGES
from tests.trials.accuracy.trials import client
from tests.trials.compare.results import machine, versions
from tests.trials.drill import report
from tests.trials.drill.cases import CASES, Case
from tests.trials.drill.results import Results, table
from tests.trials.drill.runs import drill

DOCUMENT, README = REPOSITORY / "docs/drill.md", REPOSITORY / "README.md"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m tests.trials.drill", description="The article's stress cases, while clients write."
    )
    add = top.add_argument
    add("--topology", choices=list(TOPOLOGIES), help=f"without: the lab that is up, or {DEFAULT_TOPOLOGY}")
    add("--case", action="append", choices=[case.fault for case in CASES], help="without: each of them")
    add("--json", action="store_true", help="the results as JSON on standard output, progress on stderr")
    add("--document", type=Path, default=DOCUMENT, metavar="FILE", help="written anew (docs/drill.md)")
    add("--readme", type=Path, default=README, metavar="FILE", help="its table is written anew (README.md)")
    add("--no-document", action="store_true", help="write neither")
    add("--folder", type=Path, default=FOLDER, help="of the lab's records; another folder is another lab")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("drill", lambda: _drill(options))


def _drill(options: argparse.Namespace) -> int:
    screen = Screen()
    step = to_stderr if options.json else screen.step
    cases = [case for case in CASES if not options.case or case.fault in options.case]
    preflight.check()
    with whole_lab(options.topology, options.folder, step) as lab:
        results = run(lab, cases, step)
    if not options.no_document:
        _write(options.document, options.readme, results)
    if options.json:
        print(json.dumps(results.as_json(), indent=2))
    else:
        show(results, screen)
    return 1 if results.problems else 0


def run(lab: Lab, cases: Sequence[Case], step: Report) -> Results:
    return Results(
        when=datetime.now(UTC),
        command=shlex.join(["python", "-m", "tests.trials.drill", *_chosen(lab.topology.name, cases)]),
        topology=lab.topology.name,
        host=client(lab).name,
        machine=machine(),
        versions=versions(PACKAGES, LIBRARIES),
        outcomes=drill(lab, cases, step),
    )


def _chosen(topology: str, cases: Sequence[Case]) -> list[str]:
    """The options that say what was measured; the others say where to."""
    only = [] if len(cases) == len(CASES) else [case.fault for case in cases]
    return ["--topology", topology, *(word for name in only for word in ("--case", name))]


def _write(document: Path, readme: Path, results: Results) -> None:
    document.write_text(report.document(results))
    readme.write_text(report.spliced(readme.read_text(), results))


def show(results: Results, screen: Screen) -> None:
    found = table(results.outcomes)
    screen.line("")
    screen.table(found.head, found.rows)
    for problem in results.problems:
        screen.line(f"- {problem}")
