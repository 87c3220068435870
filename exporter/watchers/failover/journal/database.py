"""The journal: a SQLite file with a row for each event, and the totals as they were after the latest.

Blocking, and not safe to call from two threads at once. Every error leaves as JournalError. In write-ahead
mode, so a process killed at any moment leaves each event whole or absent. Who writes holds a lock on the file
`events.db.lock` in the same folder; readers need none.
"""

import errno
import fcntl
import json
import os
import pwd
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from exporter.errors import KnownError
from exporter.watchers.failover.events import Event
from exporter.watchers.failover.journal import values
from exporter.watchers.failover.journal.rows import COLUMNS, from_row, to_row

VERSION = 2  # 1: without ports, and from, to and cause of the latest moves alone. The tables are the same.
APPLICATION_ID = 0x666F6578  # "foex": what file(1) and other programs know the file by; version 1 had none
MOST_EVENTS = 10_000
LEAST_EVENTS = 1_000  # kept whatever their age, so that a clock that is wrong for a while costs none
LONGEST_SECONDS = 90 * 86400.0  # before the newest event
BUSY_SECONDS = 2.0  # for a reader, or somebody who makes a copy

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# SQLite says the same of a link that leads nowhere and of a missing right.
_CANNOT_OPEN = "; does a link there lead nowhere, and may this user read it and write to its folder?"
# Of a path whose folder is a file, can't be made (/proc) or is on a disk that is mounted for reading only.
_NO_FOLDER = (errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EROFS)
_FOLDER = (
    "; `journal:` has to be the path of a file in a folder that is there, or can be made, and be written to"
)
_NO_RIGHT = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside its file
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, at REAL NOT NULL, detected REAL, resource TEXT NOT NULL, kind TEXT NOT NULL,
    origin TEXT NOT NULL, target TEXT NOT NULL, cause TEXT NOT NULL, late INTEGER NOT NULL,
    evidence TEXT NOT NULL, outage TEXT, phases TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_at ON events (at);
CREATE TABLE IF NOT EXISTS totals (one INTEGER PRIMARY KEY CHECK (one = 1), kept TEXT NOT NULL);
"""
_NAMES = ", ".join(COLUMNS)
_INSERT = f"INSERT OR REPLACE INTO events ({_NAMES}) VALUES (?{', ?' * (len(COLUMNS) - 1)})"  # noqa: S608  # names of ours
_SELECT = f"SELECT {_NAMES} FROM events WHERE at >= ? ORDER BY at, id"  # noqa: S608  # names from above
_LATEST = f"SELECT {_NAMES} FROM events ORDER BY at DESC, id DESC LIMIT ?"  # noqa: S608  # names from above
_PRUNE_BY_NUMBER = (
    "DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)"
)
_PRUNE_BY_AGE = (
    "DELETE FROM events WHERE at < (SELECT max(at) FROM events) - ?"
    " AND id NOT IN (SELECT id FROM events ORDER BY at DESC, id DESC LIMIT ?)"
)

Identity = tuple[int, int]  # device and inode


class JournalError(KnownError):
    """It can't be read or written now; the text says why."""


class JournalDamaged(JournalError):
    """Its content is not what this program wrote: trying again does not help."""


@contextmanager
def _explained(path: Path, *, writes: bool = False) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the extended codes have more above
        if code in _DAMAGED:
            raise JournalDamaged(f"{path}: {error}") from None
        advice = _advice(path, writes=writes) if code in _NO_RIGHT else ""
        hint = _CANNOT_OPEN if code == sqlite3.SQLITE_CANTOPEN else ""
        raise JournalError(f"{path}: {error}{advice or hint}") from None
    except UnicodeDecodeError:
        raise JournalDamaged(f"{path}: text that is not UTF-8") from None
    except OSError as error:
        advice = _advice(path, writes=writes) if isinstance(error, PermissionError) else ""
        hint = _FOLDER if error.errno in _NO_FOLDER else ""
        raise JournalError(f"{path}: {error.strerror or error}{advice or hint}") from None


def _advice(path: Path, *, writes: bool) -> str:
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


class Database:
    def __init__(self, path: Path):
        """Open it for writing, or make it. Raises JournalError, JournalDamaged."""
        self.path = path
        with _explained(path, writes=True), ExitStack() as opened:
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            opened.callback(os.close, _lock(path))
            _check_files(path)
            self._connection = _connect(str(path))
            opened.callback(self._connection.close)
            self._prepare()
            self._identity = _identity(path)
            self._opened = opened.pop_all()

    def _prepare(self) -> None:
        run = self._connection.execute
        (version,) = run("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise JournalError(
                f"{self.path}: written by a newer version, it is left alone: "
                "go on with that version, or give `journal:` another path"
            )
        _check_pages(self._connection, self.path)
        _check_owner(self._connection, self.path)
        run("PRAGMA journal_mode = WAL")
        run("BEGIN IMMEDIATE")
        for statement in _SCHEMA.split(";"):
            run(statement)
        run(f"PRAGMA user_version = {VERSION}")
        run(f"PRAGMA application_id = {APPLICATION_ID}")
        run("COMMIT")

    def in_place(self) -> bool:
        """Whether the file at the path is the one that is open, neither deleted, replaced nor emptied.

        A connection keeps pages in memory, so another one looks what is really there. Raises JournalDamaged,
        JournalError.
        """
        try:
            if _identity(self.path) != self._identity:
                return False
        except OSError:
            return False
        with _explained(self.path), closing(_connect(str(self.path))) as other:
            (version,) = other.execute("PRAGMA user_version").fetchone()
            _check_pages(other, self.path)
        return bool(version == VERSION)

    def write(self, events: Iterable[Event], totals: dict[str, Any]) -> None:
        """All of it or nothing. An event that is there already is replaced.

        Raises JournalError, JournalDamaged.
        """
        run = self._connection.execute
        with _explained(self.path):
            run("BEGIN IMMEDIATE")
            try:
                for event in events:
                    run(_INSERT, to_row(event))
                run("INSERT OR REPLACE INTO totals VALUES (1, ?)", (json.dumps(totals),))
                run(_PRUNE_BY_AGE, (LONGEST_SECONDS, LEAST_EVENTS))
                run(_PRUNE_BY_NUMBER, (MOST_EVENTS,))
                run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    run("ROLLBACK")
                raise

    def events(self) -> list[Event]:
        """The oldest first. Raises JournalError, JournalDamaged."""
        return _events(self._connection, self.path, 0.0)

    def latest(self, number: int) -> list[Event]:
        """The oldest of them first. Raises JournalError, JournalDamaged."""
        return _latest(self._connection, self.path, number)

    def totals(self) -> dict[str, object] | None:
        """As they were written last; None in a new journal. Raises JournalError, JournalDamaged."""
        return _totals(self._connection, self.path)

    def close(self) -> None:
        self._opened.close()


class JournalReader:
    """The journal for a program that does not write it. Raises JournalError, JournalDamaged."""

    def __init__(self, path: Path):
        self._path = path
        with _explained(path):
            if not _check_files(path):
                raise JournalError(
                    f"{path}: there is no journal; the service makes it at its start, where `journal:` says"
                )
            self._connection = _open_to_read(path)

    def events(self, since: float = 0.0) -> list[Event]:
        """Those from `since` on, seconds since 1970; the oldest first."""
        return _events(self._connection, self._path, since)

    def latest(self, number: int) -> list[Event]:
        return _latest(self._connection, self._path, number)

    def totals(self) -> dict[str, object] | None:
        return _totals(self._connection, self._path)

    def close(self) -> None:
        self._connection.close()


def _lock(path: Path) -> int:
    """Held until it is closed, or the process ends however it does."""
    lock = path.with_name(path.name + ".lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o640)
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


def _identity(path: Path) -> Identity:
    found = path.stat()
    return found.st_dev, found.st_ino


def _check_files(path: Path) -> bool:
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


def _connect(target: str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        target, uri=uri, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = lambda data: data.decode()  # its own error for odd bytes has no code
    return connection


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    (well,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if well != "ok":
        raise JournalDamaged(f"{path}: {well}")


def _check_owner(connection: sqlite3.Connection, path: Path) -> None:
    """Raises JournalError for another program's database, JournalDamaged for a journal without its columns.

    An empty database is a new journal.
    """
    columns = {row[1] for row in connection.execute("PRAGMA table_info(events)")}
    if columns >= set(COLUMNS):
        return
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application == APPLICATION_ID:
        raise JournalDamaged(f"{path}: has no table events with the columns {_NAMES}")
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise JournalError(
            f"{path}: is another program's database, it is left alone: `journal:` needs another path"
        )


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Where not even the files beside it can be made (read-only, full), as it is in the file alone."""
    uri = path.absolute().as_uri()
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = _connect(f"{uri}?{mode}", uri=True)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if "immutable" in mode:
                raise
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise AssertionError("unreachable")


def _events(connection: sqlite3.Connection, path: Path, since: float) -> list[Event]:
    with _explained(path):
        return _read(connection.execute(_SELECT, (since,)).fetchall(), path)


def _latest(connection: sqlite3.Connection, path: Path, number: int) -> list[Event]:
    with _explained(path):
        return _read(connection.execute(_LATEST, (number,)).fetchall()[::-1], path)


def _read(rows: Iterable[Sequence[object]], path: Path) -> list[Event]:
    try:
        return [from_row(row) for row in rows]
    except ValueError as error:
        raise JournalDamaged(f"{path}: an event that this program did not write: {error}") from None


def _totals(connection: sqlite3.Connection, path: Path) -> dict[str, object] | None:
    with _explained(path):
        row = connection.execute("SELECT kept FROM totals").fetchone()
    if row is None:
        return None
    try:
        return values.mapping(values.parsed(row[0]))
    except ValueError as error:
        raise JournalDamaged(f"{path}: totals that this program did not write: {error}") from None


def put_aside(path: Path, now: float) -> Path:
    """Rename a damaged journal and what SQLite keeps beside it; the new path. Raises JournalError."""
    aside = path.with_name(f"{path.name}.damaged-{int(now)}")
    with _explained(path):
        for suffix in (*_BESIDE, ""):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + suffix))
    return aside
