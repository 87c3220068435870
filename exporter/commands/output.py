"""What the commands print for a person."""

import os
import sys
from io import TextIOWrapper


def fail(text: object) -> int:
    """A message on stderr; returns the exit code of what can't run as configured."""
    print(text, file=sys.stderr)  # noqa: T201  # for a person
    return 1


def write(text: str) -> None:
    """On stdout. A reader that has seen enough, as in `| head`, is no error; what the encoding there does
    not have is escaped."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # Python would complain once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
