"""The command line; see common/command.py for its exit codes."""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from deploy.lab import preflight
from deploy.lab.borrowed import Report
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.monitoring.engines import find
from deploy.lab.state import FOLDER, USUAL
from exporter.rules.site import READY
from tests.trials.common import circumstances, command
from tests.trials.common.kept import Kept
from tests.trials.fleet import report, results
from tests.trials.fleet.faults import FAULTS
from tests.trials.fleet.figures import Figures
from tests.trials.fleet.film import MOST
from tests.trials.fleet.programs import RULERS, Setup
from tests.trials.fleet.record import record_all
from tests.trials.fleet.results import Results
from tests.trials.fleet.run import measured
from tests.trials.fleet.server import NEEDED, PAGES

DOCUMENT = REPOSITORY / "docs/scaling.md"
KEPT = REPOSITORY / "build/fleet.json"
PACKAGES = ("prometheus", "prometheus-alertmanager")
LIBRARIES = ("failover-exporter",)
CLUSTERS, INTERVALS, SECONDS = 1000, (15, 5), 150
NEWEST = RULERS[-1]


def parser() -> argparse.ArgumentParser:
    top = command.program("fleet", "Many clusters in one Prometheus, and ten of them fail.")
    add = top.add_argument
    add("--clusters", type=_clusters, default=CLUSTERS, metavar="N", help=f"without: {CLUSTERS}")
    add("--interval", type=int, action="append", choices=READY, help=f"of scrapes; without: {INTERVALS}")
    add("--page", action="append", choices=PAGES, help="the exporters' page; without: each of them")
    add("--engine", action="append", choices=RULERS, help=f"without: {USUAL.engine}, and once {NEWEST}")
    add("--seconds", type=int, default=SECONDS, help=f"measured at rest; without: {SECONDS}")
    command.add_resume(top)
    command.add_output(top, DOCUMENT)
    add("--record", action="store_true", help="only take the recordings anew, in the lab (root)")
    add("--folder", type=Path, default=FOLDER, help="of the lab's records, for --record")
    return top


def _clusters(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"1 to {MOST}, not {text}")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("fleet", lambda: _fleet(options), command.INTERRUPTED)


def _fleet(options: argparse.Namespace) -> int:
    output = command.Output(options)
    preflight.need(preflight.PACKAGES, "fleet")
    if options.record:
        preflight.check()
        record_all(options.folder, output.step)
        return 0
    setups = _setups(options)
    kept = Kept(KEPT, results.read)
    if not options.resume:
        kept.forget()
    found = run(setups, options.seconds, kept, _again(options), output.step)
    output.document(lambda: report.document(found))
    output.results(found.as_json(), lambda screen: show(found, screen))
    return 1 if found.problems else 0


def _setups(options: argparse.Namespace) -> list[Setup]:
    """Without a choice: each interval and page, and once what many clusters are best run with."""
    chosen = [
        Setup(options.clusters, interval, page, engine)
        for engine in options.engine or (USUAL.engine,)
        for interval in options.interval or INTERVALS
        for page in options.page or PAGES
    ]
    if options.engine or options.interval or options.page:
        return chosen
    return [*chosen, Setup(options.clusters, INTERVALS[0], NEEDED, NEWEST)]


def run(setups: Sequence[Setup], seconds: float, kept: Kept[Figures], again: str, step: Report) -> Results:
    topologies = sorted({one.topology for one in FAULTS})
    at = circumstances.now(again, " and ".join(topologies), PACKAGES, LIBRARIES)
    due = [setup for setup in setups if setup.name not in kept.load()]
    if any(find(setup.engine).root() for setup in due):  # making one takes minutes, or fails: before all else
        preflight.check()
    for setup in due:
        kept.add(setup.name, measured(setup, seconds, step))
    done = kept.load()
    return Results(at, tuple(done[setup.name] for setup in setups))


def _again(options: argparse.Namespace) -> str:
    chosen = [("--interval", str(one)) for one in options.interval or ()]
    chosen += [("--page", one) for one in options.page or ()]
    chosen += [("--engine", one) for one in options.engine or ()]
    words = [word for pair in chosen for word in pair]
    return shlex.join(["python", "-m", "tests.trials.fleet", "--clusters", str(options.clusters), *words])


def show(found: Results, screen: Screen) -> None:
    for table in (results.cost, results.of_one, results.rules, results.queries, results.told):
        made = table(found.runs)
        screen.line("")
        screen.table(made.head, made.rows)
    for problem in found.problems:
        screen.line(f"- {problem}")
