"""The command. Exit codes: 0 well, 1 a series is missing or different or it could not be done, 2 usage."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from deploy.lab import preflight
from deploy.lab.borrowed import Report, check_whole, whole_lab
from deploy.lab.console import Screen, carried_out, to_stderr
from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.state import FOLDER
from deploy.lab.topologies import TOPOLOGIES
from tests.trials.compare import members, report, tables
from tests.trials.compare.growth import grow
from tests.trials.compare.results import Results, circumstances
from tests.trials.compare.rounds import check_read, measure, parity

DOCUMENT = REPOSITORY / "docs/comparison.md"
BUSY = 0.3  # the lab alone takes about a tenth of two cores


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m tests.trials.compare", description="This exporter beside those that people use today."
    )
    add = top.add_argument
    add("--topology", choices=list(TOPOLOGIES), help="without: the lab that is up, or else article")
    add("--rounds", type=int, default=30, metavar="N", help="scrapes of each page for the cost (30)")
    add("--json", action="store_true", help="the results as JSON on standard output, progress on stderr")
    add("--document", type=Path, default=DOCUMENT, metavar="FILE", help="written anew (docs/comparison.md)")
    add("--no-document", action="store_true")
    add("--folder", type=Path, default=FOLDER, help="of the lab's records; another folder is another lab")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    if options.rounds < 1:
        parser().error("--rounds: at least 1")
    return carried_out("compare", lambda: _compare(options))


def _compare(options: argparse.Namespace) -> int:
    screen = Screen()
    step = to_stderr if options.json else screen.step
    preflight.check()
    preflight.need(members.PACKAGES, "compare")
    with whole_lab(options.topology, options.folder, step) as lab:
        results = run(lab, options.rounds, step)
    if not options.no_document:
        options.document.write_text(report.document(results))
    if options.json:
        print(json.dumps(results.as_json(), indent=2))
    else:
        show(results, screen)
    return 0 if results.parity_holds else 1


def run(lab: Lab, rounds: int, step: Report) -> Results:
    holder = lab.holder()
    at = circumstances(lab.topology.name, rounds)
    if at.busy > BUSY:
        step(f"{at.busy:.0%} of this machine is busy: times will be too high, theirs and ours")
    peers, ours = members.peers(lab), members.ours(lab)
    step(f"starting the peers; {holder} holds the address")
    with Monitoring(lab.fleet).paused():
        with members.running(peers):
            step("parity: comparing pages series by series")
            found = parity(lab, peers)
            step(f"cost: {rounds} rounds")
            check_read(ours.client())
            *costs, our_cost = measure([*peers, ours], rounds, step)
        step("growth: ever larger clusters")
        growth = grow(lab, max(rounds // 2, 2), step)
    check_whole(lab)
    if lab.holder() != holder:
        raise LabError(f"the address moved from {holder} while it was measured: run it again")
    how = tuple(dict.fromkeys((member.kind, member.says) for member in (*peers, ours)))
    return Results(at, tuple(found), tuple(costs), our_cost, tuple(growth), how)


def show(results: Results, screen: Screen) -> None:
    sections = (
        ("Parity", tables.parity(results.parity), tables.failures(results.parity)),
        ("Cost of one scrape round", tables.cost(results), tables.targets(results)),
        ("Growth", tables.growth(results.growth), tables.flatness(results.growth)),
    )
    for title, table, lines in sections:
        screen.line(f"\n{title}\n")
        screen.table(table.head, table.rows)
        for line in lines:
            screen.line(f"- {line}")
