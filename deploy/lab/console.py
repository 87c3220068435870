"""What a person sees: colours and tables on a terminal, plain lines in a pipe."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.lab.errors import LabError
from deploy.lab.status import Status


def end_in_order() -> None:
    """From now on SIGTERM and SIGHUP end a command as Ctrl-C does, so that it cleans up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def carried_out(program: str, work: Callable[[], int], interrupted: str = "interrupted") -> int:
    """The exit code of a command: what `work` gives, 1 for what can't be done, 130 for an interrupt."""
    end_in_order()
    try:
        return work()
    except LabError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{program}: {interrupted}", file=sys.stderr)
        return 130


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def to_stderr(line: str) -> None:
    """Progress where the output itself is for a script."""
    print(line, file=sys.stderr, flush=True)


WIDE = 1000  # characters


class Screen:
    def __init__(self) -> None:
        # A pipe has no width: nothing is wrapped there, nor is a table made narrower.
        self.out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
        self.began = time.monotonic()

    def step(self, line: str) -> None:
        """One line of progress, with the seconds since the verb began."""
        self.line(f"{time.monotonic() - self.began:5.1f} s  {line}")

    def line(self, text: str) -> None:
        self.out.print(text, markup=False, soft_wrap=True)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = Table(*head, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*map(escape, row))
        self.out.print(table)

    def status(self, status: Status) -> None:
        state = "whole" if not status.problems else "not whole"
        state = state if status.complete else "not finished"
        self.line(f"{status.topology}: {state}; holder: {status.holder or 'nobody'}")
        if status.faults:
            self.line(f"faults injected: {', '.join(status.faults)} (`lab heal` undoes them)")
        rows = [
            (it.name, str(it.pid or "-"), " ".join(it.addresses), " ".join(it.runs) or "-", it.says or "-")
            for it in status.hosts
        ]
        self.table(("host", "pid", "addresses", "runs", "says"), rows)
        for name, url in status.pages.items():
            self.line(f"{name}: {url}")
        for problem in status.problems:
            self.line(f"- {problem}")
