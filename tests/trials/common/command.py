"""The command line of a trial.

Exit codes: 0 all is as it should be, 1 something is not or it could not be done, 2 usage.
"""

import json
import shlex
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.lab.borrowed import DEFAULT_TOPOLOGY, Report
from deploy.lab.console import Screen, to_stderr
from deploy.lab.host import REPOSITORY
from deploy.lab.roots import RELEASES
from deploy.lab.state import FOLDER
from deploy.lab.topologies import PAIRS, SHAPES

INTERRUPTED = "interrupted; --resume goes on from here"
BORROWED = f"the lab that is up, or {DEFAULT_TOPOLOGY}"


def parser(trial: str, description: str, without: str = BORROWED, *, shapes: bool = False) -> ArgumentParser:
    """With --topology, one of the pairs, or of the other shapes too, and --folder; `trial` is the name of
    its package."""
    top = program(trial, description)
    choices = [one.name for one in (*PAIRS, *(SHAPES if shapes else ()))]
    top.add_argument("--topology", choices=choices, help=f"without: {without}")
    add_folder(top)
    return top


def add_release(top: ArgumentParser) -> None:
    """--release, for a trial whose figures another release may change."""
    text = "of the hosts of a lab that is brought up; without: this machine's"
    top.add_argument("--release", choices=list(RELEASES), help=text)


def program(trial: str, description: str) -> ArgumentParser:
    """For a trial that chooses no topology."""
    return ArgumentParser(prog=f"python -m tests.trials.{trial}", description=description)


def add_folder(top: ArgumentParser) -> None:
    add = top.add_argument
    add("--folder", type=Path, default=FOLDER, help="of the lab's records; another folder is another lab")


def add_output(top: ArgumentParser, document: Path) -> None:
    """--json, --document and --no-document; `document` is the one that is written without them."""
    add = top.add_argument
    add("--json", action="store_true", help="the results as JSON on standard output, progress on stderr")
    name = document.relative_to(REPOSITORY)
    add("--document", type=Path, default=document, metavar="FILE", help=f"the document to write ({name})")
    add("--no-document", action="store_true", help="write no document")


def add_resume(top: ArgumentParser) -> None:
    """--resume, for a trial that keeps its results; INTERRUPTED is what such a one says when it is."""
    top.add_argument("--resume", action="store_true", help="keep what earlier runs found, and run the rest")


def add_rounds(top: ArgumentParser, default: int, of: str) -> None:
    """--rounds, of at least one."""
    top.add_argument("--rounds", type=_count, default=default, metavar="N", help=f"{of} ({default})")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("at least 1")
    return int(text)


def add_cases(top: ArgumentParser, names: Sequence[str]) -> None:
    """--case, repeatable, for a trial of several cases."""
    top.add_argument("--case", action="append", choices=list(names), help="without: each of them")


def again(
    trial: str, topology: str, measured: Sequence[str], every: Sequence[str], release: str | None = None
) -> str:
    """The command that measures these cases once more: what was measured, not where the results went."""
    only = [] if len(measured) == len(every) else measured
    words = [word for name in only for word in ("--case", name)]
    there = ["--topology", topology, *(("--release", release) if release else ())]
    return shlex.join(["python", "-m", f"tests.trials.{trial}", *there, *words])


class Output:
    """Where progress, results and the document go, by the options of add_output()."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._screen = Screen()
        self.step: Report = to_stderr if options.json else self._screen.step

    def document(self, text: Callable[[], str]) -> None:
        if not self._options.no_document:
            self._options.document.write_text(text())

    def results(self, plain: Mapping[str, object], show: Callable[[Screen], object]) -> None:
        """As JSON, or for a person as `show` shows them."""
        if self._options.json:
            print(json.dumps(plain, indent=2))
        else:
            show(self._screen)
