"""Waiting for conditions: never for a time alone."""

import threading
import time
from collections.abc import Callable

from deploy.lab.errors import Aborted, Overdue

STEP = 0.1  # seconds between two looks


def until(  # noqa: PLR0913 - what, for how long, and what to say
    what: str,
    condition: Callable[[], object],
    seconds: float,
    *,
    log: Callable[[], str] = str,
    abort: threading.Event | None = None,
    step: float = STEP,
) -> None:
    """Returns once `condition` is true; else says what was waited for and the end of the log to look into."""
    deadline = time.monotonic() + seconds
    while not condition():
        if abort is not None and abort.is_set():
            raise Aborted(f"gave up waiting for {what}")
        if time.monotonic() > deadline:
            tail = log()
            raise Overdue(f"{what}: not within {seconds:.0f} s" + (f"; last seen:\n{tail}" if tail else ""))
        time.sleep(step)
