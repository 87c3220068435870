"""What is being waited for, shown on a terminal once it takes long."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

AFTER_SECONDS = 2.0


class Waiting:
    """On standard error, so that what is printed in the end can be piped; nothing where it is no terminal."""

    def __init__(self, console: Console | None = None):
        self._console = console or Console(stderr=True)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        status = self._console.status(f"waiting for {what}")
        timer = threading.Timer(AFTER_SECONDS, status.start)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            status.stop()
