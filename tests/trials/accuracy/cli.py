"""The command. Exit codes: 0 every target met, 1 one is missed or it could not be done, 2 usage."""

import argparse
import json
import time
from bisect import bisect_right
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
from tests.trials.accuracy import block, clients, report
from tests.trials.accuracy.cost import measure
from tests.trials.accuracy.page import Watch
from tests.trials.accuracy.pressure import SERVERS, press
from tests.trials.accuracy.results import (
    LIBRARIES,
    PACKAGES,
    Results,
    Truth,
    command,
    outages_table,
    targets_table,
)
from tests.trials.accuracy.trials import Trial, client, hosts, trials
from tests.trials.accuracy.truth import Attempt, Span, longest_gap, outages
from tests.trials.accuracy.verdict import FEWEST, Row, pair
from tests.trials.compare.processes import busy
from tests.trials.compare.results import machine, versions

DOCUMENT = REPOSITORY / "docs/accuracy.md"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m tests.trials.accuracy",
        description="The exporter's outages beside those that clients had.",
    )
    add = top.add_argument
    add("--topology", choices=list(TOPOLOGIES), help=f"without: the lab that is up, or {DEFAULT_TOPOLOGY}")
    add("--short", action="store_true", help="eight outages instead of more than forty")
    add("--cost", type=float, default=120, metavar="SECONDS", help="measure the cost so long (120; 0: not)")
    add("--json", action="store_true", help="the results as JSON on standard output, progress on stderr")
    add("--document", type=Path, default=DOCUMENT, metavar="FILE", help="written anew (docs/accuracy.md)")
    add("--no-document", action="store_true")
    add("--folder", type=Path, default=FOLDER, help="of the lab's records; another folder is another lab")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("accuracy", lambda: _measure(options))


def _measure(options: argparse.Namespace) -> int:
    screen = Screen()
    step = to_stderr if options.json else screen.step
    preflight.check()
    with whole_lab(options.topology, options.folder, step) as lab:
        same = command(options.topology, options.cost, short=options.short)
        results = run(lab, step, same, short=options.short, cost=options.cost)
    if not options.no_document:
        options.document.write_text(report.document(results))
    if options.json:
        print(json.dumps(results.as_json(), indent=2))
    else:
        show(results, screen)
    return 0 if results.met else 1


def run(lab: Lab, step: Report, command: str, *, short: bool, cost: float) -> Results:
    host, planned = client(lab), trials(short=short)
    when, share = datetime.now(UTC), busy(2)
    watch = Watch(lab, host.name)
    first = watch.begin()
    with block.rejecting(hosts(lab)), clients.running(host, lab.topology) as running:
        running.wait_quiet()
        begun = [_try(lab, trial, running, step) for trial in planned]
    latest = watch.end()
    attempts = running.attempts()
    at_rest = measure(lab, host, cost, step) if cost else None
    step(f"scraping {SERVERS} servers")
    return Results(
        when=when,
        command=command,
        topology=lab.topology.name,
        host=host.name,
        machine=machine(),
        busy=share,
        versions=versions(PACKAGES, LIBRARIES),
        fewest=len(planned) if short else FEWEST,
        rows=tuple(rows(planned, begun, outages(attempts), watch.spans)),
        unread=watch.unread,
        late=latest.late - first.late,
        truth=_truth(attempts),
        cost=at_rest,
        pressure=press(lab, host, short=short),
    )


def _try(lab: Lab, trial: Trial, running: clients.Client, step: Report) -> float:
    """When it began, by the monotonic clock."""
    began = time.monotonic()
    trial.make(lab)
    running.wait_quiet()
    step(trial.name)
    return began


def rows(
    planned: Sequence[Trial], begun: Sequence[float], truth: Sequence[Span], page: Sequence[Span]
) -> list[Row]:
    """Outages beside each other, each with the name of the trial that was on when it began."""

    def name(start: float) -> str:
        index = bisect_right(begun, start) - 1
        return planned[index].name if index >= 0 else "before the first trial"

    return pair(truth, page, name)


def _truth(attempts: Sequence[Attempt]) -> Truth:
    return Truth(len(attempts), sum(attempt.failed for attempt in attempts), longest_gap(attempts))


def show(results: Results, screen: Screen) -> None:
    for table in (outages_table(results.rows), targets_table(results.targets)):
        screen.line("")
        screen.table(table.head, table.rows)
