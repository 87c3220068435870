"""The journal: a SQLite file with a row for each event, and the totals as they were after the latest.

Blocking, and not safe to call from two threads at once. Every error leaves as JournalError. In write-ahead
mode, so a process killed at any moment leaves each event whole or absent.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from exporter.watchers.failover.events import Event
from exporter.watchers.failover.journal import values
from exporter.watchers.failover.journal.files import (
    JournalDamaged,
    JournalError,
    advice,
    check_files,
    explained,
    identity,
    lock,
)
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
_NO_RIGHT = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
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


@contextmanager
def _explained(path: Path, *, writes: bool = False) -> Iterator[None]:
    try:
        with explained(path, writes=writes):
            yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the extended codes have more above
        if code in _DAMAGED:
            raise JournalDamaged(f"{path}: {error}") from None
        whose = advice(path, writes=writes) if code in _NO_RIGHT else ""
        hint = _CANNOT_OPEN if code == sqlite3.SQLITE_CANTOPEN else ""
        raise JournalError(f"{path}: {error}{whose or hint}") from None
    except UnicodeDecodeError:
        raise JournalDamaged(f"{path}: text that is not UTF-8") from None


class Database:
    def __init__(self, path: Path):
        """Open it for writing, or make it. Raises JournalError, JournalDamaged."""
        self.path = path
        with _explained(path, writes=True), ExitStack() as opened:
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            opened.callback(os.close, lock(path))
            check_files(path)
            self._connection = _connect(str(path))
            opened.callback(self._connection.close)
            self._prepare()
            self._identity = identity(path)
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
            if identity(self.path) != self._identity:
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
            if not check_files(path):
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
