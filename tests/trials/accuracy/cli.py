"""The command line; see common/command.py for its exit codes."""

import argparse
import time
from bisect import bisect_right
from collections.abc import Sequence

from deploy.lab import preflight
from deploy.lab.borrowed import Report, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from tests.trials.accuracy import block, report
from tests.trials.accuracy.cost import measure
from tests.trials.accuracy.pressure import SERVERS, press
from tests.trials.accuracy.results import Results, Truth, outages_table, same, targets_table
from tests.trials.accuracy.trials import SHORT_BLOCKS, Trial, hosts, trials
from tests.trials.accuracy.verdict import FEWEST, Row, pair
from tests.trials.accuracy.watch import Watch
from tests.trials.common import circumstances, command, ground_truth
from tests.trials.common.processes import busy
from tests.trials.common.truth import Attempt, Span, longest_gap, outages

DOCUMENT = REPOSITORY / "docs/accuracy.md"


def parser() -> argparse.ArgumentParser:
    top = command.parser(
        "accuracy", "The exporter's outages compared with those that clients had.", shapes=True
    )
    command.add_release(top)
    add = top.add_argument
    add("--short", action="store_true", help="eight outages instead of more than forty")
    add(
        "--outages-only", action="store_true", help="neither the cost nor what large pages do to the schedule"
    )
    add("--cost", type=float, default=120, metavar="SECONDS", help="measure the cost so long (120; 0: not)")
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("accuracy", lambda: _measure(options))


def _measure(options: argparse.Namespace) -> int:
    output = command.Output(options)
    preflight.check()
    with whole_lab(options.topology, options.folder, output.step, release=options.release) as lab:
        cost = None if options.outages_only else options.cost
        again = same(options.topology, options.release, cost, short=options.short)
        results = run(lab, output.step, again, short=options.short, cost=cost)
    output.document(lambda: report.document(results))
    output.results(results.as_json(), lambda screen: show(results, screen))
    return 0 if results.met else 1


def run(lab: Lab, step: Report, again: str, *, short: bool, cost: float | None) -> Results:
    """`again` is the command that measures the same. Without a cost the outages only."""
    host, planned = ground_truth.vantage(lab), trials(lab.topology, short=short)
    at, share = circumstances.of(lab, again), busy(2)
    with (
        Watch(lab, host.name) as watch,
        block.rejecting(hosts(lab)),
        ground_truth.running(host, lab.topology) as running,
    ):
        running.wait_quiet()
        begun = [_try(lab, trial, running, step) for trial in planned]
    latest = watch.read()
    attempts = running.attempts()
    at_rest = measure(lab, host, cost, step) if cost else None
    if cost is not None:
        step(f"scraping {SERVERS} servers")
    return Results(
        at=at,
        host=host.name,
        busy=share,
        fewest=_fewest(lab, planned) if short else FEWEST,
        rows=tuple(rows(planned, begun, outages(attempts), watch.spans)),
        unread=watch.unread,
        late=latest.late - watch.first.late,
        truth=_truth(attempts),
        cost=at_rest,
        pressure=press(lab, host, short=short) if cost is not None else None,
    )


def _fewest(lab: Lab, planned: Sequence[Trial]) -> int:
    """Each is an outage, but for moves to where HAProxy runs already: those may cost nothing."""
    runs_already = lab.topology.haproxy_everywhere or lab.topology.keepalived
    return len(SHORT_BLOCKS) if runs_already else len(planned)


def _try(lab: Lab, trial: Trial, running: ground_truth.Client, step: Report) -> float:
    """When it began, by the monotonic clock."""
    began = time.monotonic()
    trial.make(lab)
    running.wait_quiet()
    step(trial.name)
    return began


def rows(
    planned: Sequence[Trial], begun: Sequence[float], truth: Sequence[Span], page: Sequence[Span]
) -> list[Row]:
    """Outages in pairs, each with the name of the trial that was on when it began."""

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
