"""The command line; see common/command.py for its exit codes.

Each topology gets a lab of its own, whether or not another one is up.
"""

import argparse
import datetime
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from deploy.lab.borrowed import Report
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.topologies import PAIRS
from tests.trials.common import command
from tests.trials.split_brain import report
from tests.trials.split_brain.runs import ORDINARY, SPLITS, calm, split

FOLDER = Path("/run/failover-lab-split-brain")
DOCUMENT = REPOSITORY / "docs/split-brain.md"

VERSIONS = {
    "Pacemaker": ["pacemakerd", "--version"],
    "Corosync": ["corosync", "-v"],
    "HAProxy": ["haproxy", "-v"],
    "MariaDB": ["mariadbd", "--version"],
}


def parser() -> argparse.ArgumentParser:
    top = command.parser(
        "split_brain", "Which sign shows which split, and that nothing ordinary shows one.", "each of them"
    )
    top.set_defaults(folder=FOLDER)
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("split_brain", lambda: _split(options))


def _split(options: argparse.Namespace) -> int:
    output = command.Output(options)
    topologies = [options.topology] if options.topology else [one.name for one in PAIRS]
    measured = [measure(Lab(options.folder, output.step), name) for name in topologies]
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    results, versions = [result for result, _ in measured], measured[0][1]
    if len(results) == len(PAIRS):
        output.document(lambda: report.document(results, date, versions))
    output.results(report.as_json(results, date, versions), lambda screen: show(results, screen))
    return 0 if all(result.well for result in results) else 1


def measure(lab: Lab, topology: str) -> tuple[report.Result, dict[str, str]]:
    lab.up(topology)
    try:
        splits = [split(lab, fault) for fault in announced(SPLITS, topology, lab.report)]
        calms = [calm(lab, name) for name in announced(ORDINARY, topology, lab.report)]
        return report.Result(topology, splits, calms), _versions(lab)
    finally:
        lab.down()


def announced(names: Iterable[str], topology: str, step: Report) -> Iterator[str]:
    for name in names:
        step(f"{topology}: {name}")
        yield name


def show(results: Sequence[report.Result], screen: Screen) -> None:
    for result in results:
        screen.line(f"\n{result.topology}\n")
        for table in (report.splits_table(result.splits), report.calms_table(result.calms)):
            screen.table(table.head, table.rows)
            screen.line("")


def _versions(lab: Lab) -> dict[str, str]:
    host = lab.fleet.balancers[0]
    found = {name: _version(host.run(*argv)) for name, argv in VERSIONS.items()}
    return {**found, "Linux": platform.release()}


def _version(text: str) -> str:
    """The first number with a dot in what a program says of itself."""
    match = re.search(r"\d+(\.\d+)+", text)
    return match[0] if match else "unknown"
