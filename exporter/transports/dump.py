"""A file that a process writes when a signal asks it to."""

import os
import time
from pathlib import Path

from exporter.errors import NotPermitted, TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.file_stamp import Stamp, stamp

LIMIT = 8 * 1024 * 1024  # bytes; Keepalived's of one instance are 1 and 6 kB
_LOOK_SECONDS = 0.002  # Keepalived writes its own within 0.5 ms


def ask(pid: int, number: int, path: Path, deadline: Deadline) -> bytes:
    """Send the signal, return the file that was written after it.

    Raises NotPermitted (no right to signal, or to read), Unreachable (the process is gone), TimedOut.
    """
    before = stamp(path)
    try:
        os.kill(pid, number)
    except PermissionError:
        raise NotPermitted(f"{path.name}: no right to signal process {pid}") from None
    except ProcessLookupError:
        raise Unreachable(f"{path.name}: process {pid} is gone") from None
    _wait_written(path, before, deadline)
    return read(path)


def _wait_written(path: Path, before: Stamp, deadline: Deadline) -> None:
    """It is whole when it did not change between two looks: the writer makes it in one go."""
    last = before
    while True:
        time.sleep(_LOOK_SECONDS)
        now = stamp(path)
        if now is not None and now[2] and now == last != before:
            return
        last = now
        try:
            deadline.remaining(path.name)
        except TimedOut:
            raise TimedOut(f"{path.name}: not written in time; {_why(path)}") from None


def _why(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if not os.access(path.parent, os.X_OK):
        return f"no right to enter {path.parent}"
    return f"{path} {'is an older one' if path.exists() else 'is not there'}"


def age(path: Path) -> float | None:
    """Seconds since it was written; None: it is not there, or not to be seen."""
    found = stamp(path)
    return None if found is None else time.time() - found[3] / 1e9


def read(path: Path) -> bytes:
    """Raises NotPermitted, Unreachable, Unparsable (larger than LIMIT)."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except PermissionError:
        raise NotPermitted(f"{path.name}: no right to read {path}") from None
    except OSError as error:
        raise Unreachable(f"{path.name}: {error.strerror or error}") from None
    if len(content) > LIMIT:
        raise Unparsable(f"{path.name}: more than {LIMIT} bytes")
    return content
