"""A whole lab for a measurement: the one that is up, else one of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.lab.lab import Lab, on
from deploy.lab.state import USUAL, Watching

DEFAULT_TOPOLOGY = "article"

Report = Callable[[str], object]


@contextmanager
def whole_lab(
    topology: str | None,
    folder: Path,
    step: Report,
    watching: Watching = USUAL,
    release: str | None = None,
) -> Iterator[Lab]:
    """The lab that is up, if it is whole; otherwise one that is brought up, and taken down at the end."""
    lab = Lab(folder, step)
    found = lab.state.topology()
    if found is None:
        lab.up(topology or DEFAULT_TOPOLOGY, release=release, watching=watching)
        try:
            yield lab
        finally:
            step("taking the lab down")
            lab.down()
        return
    if topology not in (None, found) or release not in (None, lab.state.release()):
        raise LabError(f"{found} is up{on(lab.state.release())}: run `deploy/lab/lab down` first")
    if watching not in (USUAL, lab.state.monitoring()):
        raise LabError(f"{found} is up with {lab.state.monitoring()}: run `deploy/lab/lab down` first")
    check_whole(lab)
    step(f"{found} is up and whole")
    yield lab


def anew(lab: Lab, step: Report) -> None:
    """Another lab in its place, where one could not be brought back to a whole cluster."""
    topology, release, watching = lab.topology.name, lab.state.release(), lab.state.monitoring()
    step("a new lab for what follows")
    lab.down()
    lab.up(topology, release=release, watching=watching)


def whole_again(lab: Lab, step: Report) -> None:
    """After something that could not be carried out: what follows gets a whole lab in any case."""
    try:
        lab.heal()
    except LabError:
        anew(lab, step)


def check_whole(lab: Lab) -> None:
    if not lab.state.finished():
        raise LabError("the lab is not up yet, or its `up` was interrupted")
    if not lab.state.exporters():
        raise LabError("the lab that is up runs without this exporter: run `deploy/lab/lab down` first")
    problems = lab.problems()
    if problems:
        raise LabError(f"the lab is not whole (`deploy/lab/lab heal`): {'; '.join(problems)}")
