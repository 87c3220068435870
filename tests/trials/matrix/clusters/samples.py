"""Samples of the trials of the pairs, on another shape: by their commands, for no trial imports another."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from deploy.lab.borrowed import Report, whole_again
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.topology import Topology
from tests.trials.matrix.clusters.results import Sample

MOVES = ("haproxy-killed", "corosync-stopped", "resource-moved", "node-off")  # keys of the drill's cases
KEEPALIVED_MOVES = ("haproxy-killed", "keepalived-stopped", "node-off")
TRIALS = ("accuracy", "drill")
COLUMNS = {
    "accuracy": ("outages", "missed", "invented", "wrong by, median", "wrong by, at worst"),
    "drill": ("case", "promised at most, s", "clients out, s", "exporter, s", "cause", "commits", "lost"),
}


def take(trial: str, lab: Lab, release: str, step: Report) -> Sample:
    """Also of what could not be carried out; the lab is whole afterwards in any case."""
    name, today = lab.topology.name, datetime.now(UTC).date().isoformat()
    where = ("--topology", name, "--folder", str(lab.state.folder))
    command = (sys.executable, "-m", f"tests.trials.{trial}", *where, *options(trial, lab.topology))
    done = subprocess.run(
        [*command, "--json", "--no-document"], cwd=REPOSITORY, stdout=subprocess.PIPE, check=False
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        whole_again(lab, step)
        problem = f"could not be carried out: exit code {done.returncode}"
        return Sample(trial, name, release, today, (), (problem,), carried_out=False)
    rows, problems = {"accuracy": accuracy, "drill": drill}[trial](found)
    return Sample(trial, name, release, today, tuple(rows), tuple(problems))


def options(trial: str, topology: Topology) -> Sequence[str]:
    if trial == "accuracy":
        return ("--short", "--outages-only")
    moves = KEEPALIVED_MOVES if topology.keepalived else MOVES
    return tuple(word for case in moves for word in ("--case", case))


def accuracy(found: Mapping[str, Any]) -> tuple[Sequence[tuple[str, ...]], Sequence[str]]:
    """A row, and what was missed, of `accuracy --json`."""
    targets = found["targets"]
    missed = [f"{one['what']}: {one['measured']}, not {one['wanted']}" for one in targets if not one["met"]]
    return [tuple(one["measured"] for one in targets[: len(COLUMNS["accuracy"])])], missed


def drill(found: Mapping[str, Any]) -> tuple[Sequence[tuple[str, ...]], Sequence[str]]:
    """A row for each case, and what was not as it should be, of `drill --json`."""
    return [tuple(_case(one)) for one in found["outcomes"]], found["problems"]


def _case(outcome: Mapping[str, Any]) -> Iterator[str]:
    yield outcome["case"]["name"]
    yield "-" if outcome["promised"] is None else f"{outcome['promised']:.2f}"
    yield f"{outcome['truth']['seconds']:.2f}"
    yield f"{outcome['exporter']['seconds']:.2f}"
    yield ", ".join(outcome["causes"]) or "-"
    yield str(outcome["commits"]["acknowledged"])
    yield str(outcome["commits"]["lost"])
