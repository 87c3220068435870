"""The journal's files: who may have them, who writes, what is wrong with their path.

Who writes holds a lock on the file `events.db.lock` in the same folder; readers need none.
"""

import errno
import fcntl
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.errors import KnownError

# Of a path whose folder is a file, can't be made (/proc) or is on a disk that is mounted for reading only.
_NO_FOLDER = (errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EROFS)
_FOLDER = (
    "; `journal:` has to be the path of a file in a folder that is there, or can be made, and be written to"
)
_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside its file

Identity = tuple[int, int]  # device and inode


class JournalError(KnownError):
    """It can't be read or written now; the text says why."""


class JournalDamaged(JournalError):
    """Its content is not what this program wrote: trying again does not help."""


@contextmanager
def explained(path: Path, *, writes: bool = False) -> Iterator[None]:
    """An OSError leaves as JournalError, with what mends it."""
    try:
        yield
    except OSError as error:
        whose = advice(path, writes=writes) if isinstance(error, PermissionError) else ""
        hint = _FOLDER if error.errno in _NO_FOLDER else ""
        raise JournalError(f"{path}: {error.strerror or error}{whose or hint}") from None


def advice(path: Path, *, writes: bool) -> str:
    """Where the folder or a file of it is another user's, as after the service was started as root once."""
    folder, us = path.parent, os.geteuid()
    for one in (folder, path, *(path.with_name(path.name + suffix) for suffix in (".lock", *_BESIDE))):
        try:
            owner = one.stat().st_uid
        except OSError:
            continue
        if owner != us and writes:
            whose = f"{one} belongs to {_user(owner)}, this runs as {_user(us)}"
            return f": {whose}: `chown -R {_user(us)}: {folder}` hands it over"
        if owner != us:
            return f": {one} belongs to {_user(owner)}; ask as root, or as that user"
    return ""


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def lock(path: Path) -> int:
    """Held until it is closed, or the process ends however it does."""
    file = path.with_name(path.name + ".lock")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise JournalError(
            f"{path}: another failover-exporter writes it; `journal:` needs a path of its own for each"
        ) from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def identity(path: Path) -> Identity:
    found = path.stat()
    return found.st_dev, found.st_ino


def check_files(path: Path) -> bool:
    """Whether the journal exists. Raises JournalError for what is no file: opening a FIFO may block."""
    if "\0" in str(path):
        raise JournalError(f"{str(path)!r} is no path")
    for one in (path, *(path.with_name(path.name + suffix) for suffix in _BESIDE)):
        try:
            mode = one.stat().st_mode
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "not a file"
            raise JournalError(f"{one}: is {kind}; `journal:` has to be the path of a file")
    return path.exists()


def put_aside(path: Path, now: float) -> Path:
    """Rename a damaged journal and what SQLite keeps beside it; the new path. Raises JournalError."""
    aside = path.with_name(f"{path.name}.damaged-{int(now)}")
    with explained(path):
        for suffix in (*_BESIDE, ""):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + suffix))
    return aside
