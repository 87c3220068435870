"""The command line; see common/command.py for its exit codes."""

import argparse
import shlex
from collections.abc import Sequence

from deploy.lab import preflight
from deploy.lab.borrowed import Report, check_whole, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.topologies import PAIRS
from tests.trials.common import circumstances, command
from tests.trials.common.members import check_read
from tests.trials.common.processes import busy
from tests.trials.common.tables import Table
from tests.trials.compare import peers, report, tables
from tests.trials.compare.asked import asked_in, at_rest
from tests.trials.compare.growth import grow
from tests.trials.compare.results import LIBRARIES, PACKAGES, Results
from tests.trials.compare.rounds import measure, parity

CLUSTERS = tuple(one.name for one in PAIRS)
DOCUMENT = REPOSITORY / "docs/comparison.md"
BUSY = 0.3  # the lab alone takes about a tenth of two cores


def parser() -> argparse.ArgumentParser:
    without = f"the lab that is up, or {' and '.join(CLUSTERS)}, one after the other"
    top = command.parser("compare", "This exporter compared with those in common use.", without)
    command.add_rounds(top, 60, "scrapes of each page for the cost")
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("compare", lambda: _compare(options))


def _compare(options: argparse.Namespace) -> int:
    output = command.Output(options)
    preflight.check()
    preflight.need(preflight.PEERS, "compare")
    up = Lab(options.folder).state.topology()
    runs: list[Results] = []
    for topology in [options.topology or up] if options.topology or up else CLUSTERS:
        with whole_lab(topology, options.folder, output.step) as lab:
            runs.append(run(lab, options.rounds, output.step, growing=not runs))
    output.document(lambda: report.document(runs))
    output.results({"runs": [one.as_json() for one in runs]}, lambda screen: show_all(runs, screen))
    return 0 if all(one.parity_holds for one in runs) else 1


def run(lab: Lab, rounds: int, step: Report, *, growing: bool) -> Results:
    """`growing` is whether larger clusters are measured too, which are the same on each topology."""
    holder = lab.holder()
    at, share = circumstances.now(_command(lab, rounds), lab.topology.name, PACKAGES, LIBRARIES), busy(2)
    if share > BUSY:
        step(f"{share:.0%} of this machine is busy: times will be too high, theirs and ours")
    theirs, ours = peers.peers(lab), peers.ours(lab)
    step(f"starting the peers; {holder} holds the address")
    with Monitoring(lab.fleet).paused():
        with peers.running(theirs):
            step("parity: comparing pages series by series")
            found = parity(lab, theirs)
            step(f"cost: {rounds} rounds")
            check_read(ours.client())
            asked = asked_in(lab)
            *costs, our_cost = measure([*theirs, ours], rounds, step, others=asked)
        step("at rest: with this exporter and without")
        rest = at_rest(lab, asked)
        step("growth: ever larger clusters" if growing else "growth was measured before")
        growth = grow(lab, max(rounds // 2, 2), step) if growing else []
    check_whole(lab)
    if lab.holder() != holder:
        raise LabError(f"the address moved from {holder} while it was measured: run it again")
    how = tuple(dict.fromkeys((one.kind, one.says) for one in (*theirs, ours)))
    return Results(at, rounds, share, tuple(found), tuple(costs), our_cost, rest, tuple(growth), how)


def _command(lab: Lab, rounds: int) -> str:
    options = ["--topology", lab.topology.name, "--rounds", str(rounds)]
    return shlex.join(["python", "-m", "tests.trials.compare", *options])


def show_all(runs: Sequence[Results], screen: Screen) -> None:
    for results in runs:
        screen.line(f"\n{results.at.topology}")
        show(results, screen)


def show(results: Results, screen: Screen) -> None:
    sections: tuple[tuple[str, Table, Sequence[str]], ...] = (
        ("Parity", tables.parity(results.parity), tables.failures(results.parity)),
        ("Cost of one scrape round", tables.cost(results), tables.targets(results)),
        ("CPU of those who are asked", tables.asked(results), ()),
        ("The same while nobody scrapes", tables.at_rest(results), ()),
        ("Growth", tables.growth(results.growth), tables.flatness(results.growth)),
    )
    for title, table, lines in sections:
        screen.line(f"\n{title}\n")
        screen.table(table.head, table.rows)
        for line in lines:
            screen.line(f"- {line}")
