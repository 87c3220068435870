"""The command line; see common/command.py for its exit codes."""

import argparse
import shlex
from collections.abc import Sequence

from deploy.lab import preflight
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.monitoring.engines import ENGINES
from deploy.lab.state import USUAL, Watching
from deploy.lab.topologies import PAIRS
from exporter.rules.site import READY
from tests.trials.common import circumstances, command
from tests.trials.common.circumstances import LIBRARIES, PACKAGES
from tests.trials.common.kept import Kept
from tests.trials.matrix import interval_report, report
from tests.trials.matrix.expectations import Expectation, expectations
from tests.trials.matrix.intervals import at_interval
from tests.trials.matrix.results import outcome
from tests.trials.matrix.runs import Wanted, run

DOCUMENT = REPOSITORY / "docs/fault-matrix.md"
KEPT = REPOSITORY / "build"
SLOWER = Watching(USUAL.engine, interval_report.INTERVAL)
SLOWER_DOCUMENT = DOCUMENT.with_name(f"fault-matrix-{SLOWER.interval}s.md")
CLUSTERS = tuple(one.name for one in PAIRS)
MONITORING = ("prometheus", "prometheus-alertmanager")


def parser(names: Sequence[str]) -> argparse.ArgumentParser:
    top = command.parser(
        "matrix",
        "Every fault of the lab, and which alerts reach the on-call person.",
        f"{' and '.join(CLUSTERS)}, one after the other",
    )
    add = top.add_argument
    add("--fault", action="append", choices=names, metavar="NAME", help=f"only this: {', '.join(names)}")
    add(
        "--engine",
        choices=list(ENGINES),
        default=USUAL.engine,
        help="that scrapes and evaluates (%(default)s)",
    )
    slower = f"{SLOWER.interval} has a document of its own, {SLOWER_DOCUMENT.relative_to(REPOSITORY)}"
    add(
        "--scrape-interval",
        type=int,
        choices=READY,
        default=USUAL.interval,
        help=f"seconds (%(default)s); {slower}",
    )
    add("--ci", action="store_true", help="only those that CI runs")
    command.add_resume(top)
    command.add_output(top, DOCUMENT)
    top.set_defaults(document=None)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    every = expectations()
    options = parser([one.name for one in every]).parse_args(argv)
    return carried_out("matrix", lambda: _try_all(every, options), command.INTERRUPTED)


def _try_all(every: Sequence[Expectation], options: argparse.Namespace) -> int:
    watching = Watching(options.engine, options.scrape_interval)
    options.document = options.document or (SLOWER_DOCUMENT if watching == SLOWER else DOCUMENT)
    output = command.Output(options)
    asked, clusters = chosen(every, options), clusters_of(options)
    preflight.check()
    preflight.need(preflight.PEERS, "matrix")
    verdicts = {}
    for topology in clusters:
        kept = Kept(KEPT / f"matrix-{topology}{suffix(watching)}.json", outcome)
        if not options.resume:
            kept.forget()
        verdicts[topology] = run(asked, Wanted(topology, options.folder, watching), kept, output.step)
    measured = circumstances.now(
        _command(options), " and ".join(clusters), (*PACKAGES, *MONITORING), LIBRARIES
    )
    found = report.Run(measured, verdicts)
    whole = len(asked) == len(every)
    if whole and clusters == CLUSTERS and watching == USUAL:
        output.document(lambda: report.document(found))
    elif whole and watching == SLOWER:
        output.document(lambda: interval_report.document(found))
    output.results(found.as_json(), lambda screen: show(found, screen))
    return 1 if found.problems else 0


def clusters_of(options: argparse.Namespace) -> tuple[str, ...]:
    return (options.topology,) if options.topology else CLUSTERS


def chosen(every: Sequence[Expectation], options: argparse.Namespace) -> list[Expectation]:
    """Those that are asked for, with the times that the scrape interval allows."""
    return [at_interval(one, options.scrape_interval) for one in every if _wanted(one, options)]


def _wanted(one: Expectation, options: argparse.Namespace) -> bool:
    if options.fault:
        return one.name in options.fault
    return one.ci is not None if options.ci else True


def suffix(watching: Watching) -> str:
    """Of the file that keeps what another engine or interval gave."""
    return "" if watching == USUAL else f"-{watching.engine}-{watching.interval}s"


def _command(options: argparse.Namespace) -> str:
    """With the options that say what was measured; the others say where to."""
    only = [word for name in options.fault or () for word in ("--fault", name)]
    watching = Watching(options.engine, options.scrape_interval)
    other = ["--engine", watching.engine, "--scrape-interval", str(watching.interval)]
    usual = watching == USUAL
    cluster = ["--topology", options.topology] if options.topology else []
    chosen = [
        *cluster,
        *([] if usual else other),
        *(["--ci"] if options.ci else []),
        *only,
    ]
    return shlex.join(["python", "-m", "tests.trials.matrix", *chosen])


def show(found: report.Run, screen: Screen) -> None:
    for topology, verdicts in found.clusters.items():
        rows = report.table(verdicts)
        screen.line(f"\n{topology}\n")
        screen.table(rows.head, rows.rows)
    for problem in found.problems:
        screen.line(f"- {problem}")
    screen.line(found.summary)
