"""The command line; see common/command.py for its exit codes."""

import argparse
import shlex
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence

from deploy.lab import preflight
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.roots import RELEASES, codename
from deploy.lab.topologies import SHAPES, TOPOLOGIES
from tests.trials.common import circumstances, command
from tests.trials.matrix.clusters import expectations, report
from tests.trials.matrix.clusters.report import Proved, Run
from tests.trials.matrix.clusters.results import Sample, kept, kept_samples
from tests.trials.matrix.clusters.runs import Cluster, run
from tests.trials.matrix.clusters.samples import TRIALS

DOCUMENT = REPOSITORY / "docs/clusters.md"
NAMES = [shape.name for shape in SHAPES]


def parser() -> ArgumentParser:
    top = command.program("matrix.clusters", "Other clusters than the pairs, broken in their own ways.")
    add = top.add_argument
    add("--shape", action="append", choices=NAMES, help="without: each of them")
    add("--release", action="append", choices=list(RELEASES), help="without: this machine's")
    every = sorted({one.name for name in NAMES for one in expectations.of(name)})
    names = [*every, *TRIALS]
    add(
        "--only",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"a fault, or a sample: {', '.join(names)}",
    )
    command.add_folder(top)
    command.add_resume(top)
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("clusters", lambda: _prove(options), command.INTERRUPTED)


def _prove(options: argparse.Namespace) -> int:
    output = command.Output(options)
    clusters = list(_chosen(options))
    for one in clusters:
        preflight.check_for(TOPOLOGIES[one.shape])
        if not options.resume:
            kept(one.shape, one.release).forget({fault.name for fault in one.faults})
            kept_samples(one.shape, one.release).forget(one.trials)
    run(clusters, options.folder, output.step)
    found = Run(circumstances.now(_command(options), "", (), ()), list(_proved()), list(_samples()))
    if found.whole:
        output.document(lambda: report.document(found))
    output.results(found.as_json(), lambda screen: show(found, screen))
    return 1 if found.problems else 0


def _chosen(options: argparse.Namespace) -> Iterator[Cluster]:
    for shape in options.shape or NAMES:
        every = expectations.of(shape)
        faults = [one for one in every if not options.only or one.name in options.only]
        trials = [one for one in TRIALS if not options.only or one in options.only]
        for release in options.release or [codename()]:
            yield Cluster(shape, release, faults, trials)


def _proved() -> Iterator[Proved]:
    """Of all shapes and releases that were run, now or before."""
    for shape in NAMES:
        for release in RELEASES:
            proofs = kept(shape, release).load()
            for expected in expectations.of(shape):
                if expected.name in proofs:
                    yield Proved(proofs[expected.name], expected)


def _samples() -> Iterator[Sample]:
    """In the order of the trials, then as _proved()."""
    for trial in TRIALS:
        for shape in NAMES:
            for release in RELEASES:
                found = kept_samples(shape, release).load()
                if trial in found:
                    yield found[trial]


def _command(options: argparse.Namespace) -> str:
    """With the options that say what was measured; the others say where to."""
    chosen = {name: getattr(options, name) or () for name in ("shape", "release", "only")}
    words = [word for name, values in chosen.items() for value in values for word in (f"--{name}", value)]
    return shlex.join(["python", "-m", "tests.trials.matrix.clusters", *words])


def show(found: Run, screen: Screen) -> None:
    samples = [report.samples(found, trial) for trial in TRIALS]
    for table in (report.clusters(found), report.faults(found.proved), *samples):
        if table.rows:
            screen.line("")
            screen.table(table.head, table.rows)
    for problem in found.problems:
        screen.line(f"- {problem}")
    screen.line(found.summary)
