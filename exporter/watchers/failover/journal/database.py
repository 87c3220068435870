"""The journal: a SQLite file with a row for each event, and the totals as they were after it.

Blocking, and not safe to call from two threads at once. All errors leave as JournalError; the writer lives with
them. In write-ahead mode, so a process killed at any moment leaves each event whole or not there.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from exporter.watchers.failover.events import Event, Outage

VERSION = 1
MOST_EVENTS = 10_000
LONGEST_SECONDS = 90 * 86400.0
BUSY_SECONDS = 2.0  # for somebody who reads it, or makes a copy

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, at REAL NOT NULL, detected REAL, resource TEXT NOT NULL, kind TEXT NOT NULL,
    origin TEXT NOT NULL, target TEXT NOT NULL, cause TEXT NOT NULL, late INTEGER NOT NULL,
    evidence TEXT NOT NULL, outage TEXT, phases TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_at ON events (at);
CREATE TABLE IF NOT EXISTS totals (one INTEGER PRIMARY KEY CHECK (one = 1), kept TEXT NOT NULL);
"""
_COLUMNS = "id, at, detected, resource, kind, origin, target, cause, late, evidence, outage, phases"


class JournalError(Exception):
    """It can't be read or written now; the text says why."""


class JournalDamaged(JournalError):
    """It is no database, or one that is broken: trying again does not help."""


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the extended codes have more above
        raise (JournalDamaged if code in _DAMAGED else JournalError)(f"{path}: {error}") from None
    except OSError as error:
        raise JournalError(f"{path}: {error.strerror or error}") from None


class Database:
    def __init__(self, path: Path):
        """Open it for writing, or make it. Raises JournalError, JournalDamaged."""
        self.path = path
        with _explained(path):
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        run = self._connection.execute
        (version,) = run("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise JournalError(f"{self.path}: written by a newer version, it is left alone")
        (well,) = run("PRAGMA quick_check(1)").fetchone()
        if well != "ok":
            raise JournalDamaged(f"{self.path}: {well}")
        run("PRAGMA journal_mode = WAL")
        run("BEGIN IMMEDIATE")
        for statement in _SCHEMA.split(";"):
            run(statement)
        run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")

    def write(self, events: Iterable[Event], totals: dict[str, Any], now: float) -> None:
        """All of it or nothing. An event that is there already is replaced. Raises JournalError, JournalDamaged."""
        run = self._connection.execute
        with _explained(self.path):
            run("BEGIN IMMEDIATE")
            try:
                for event in events:
                    run(f"INSERT OR REPLACE INTO events ({_COLUMNS}) VALUES (?{',?' * 11})", _row(event))  # noqa: S608
                run("INSERT OR REPLACE INTO totals VALUES (1, ?)", (json.dumps(totals),))
                run("DELETE FROM events WHERE at < ?", (now - LONGEST_SECONDS,))
                run(
                    "DELETE FROM events WHERE id IN"
                    " (SELECT id FROM events ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)",
                    (MOST_EVENTS,),
                )
                run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    run("ROLLBACK")
                raise

    def totals(self) -> dict[str, Any] | None:
        """As they were written last; None in a new journal. Raises JournalError, JournalDamaged."""
        return _totals(self._connection, self.path)

    def close(self) -> None:
        self._connection.close()


class JournalReader:
    """The journal as somebody reads it who does not keep it. Raises JournalError, JournalDamaged."""

    def __init__(self, path: Path):
        self._path = path
        if not path.exists():
            raise JournalError(f"{path}: there is no journal")
        with _explained(path):
            self._connection = _open_to_read(path)

    def events(self, since: float = 0.0) -> list[Event]:
        """The oldest first."""
        with _explained(self._path):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM events WHERE at >= ? ORDER BY at, id",  # noqa: S608 - names of ours
                (since,),
            ).fetchall()
        try:
            return [_event(row) for row in rows]
        except (ValueError, TypeError, KeyError) as error:
            raise JournalDamaged(f"{self._path}: a row that is none of ours: {error}") from None

    def totals(self) -> dict[str, Any] | None:
        return _totals(self._connection, self._path)

    def close(self) -> None:
        self._connection.close()


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Where not even the files beside it can be made (read-only, full), as it lies there."""
    uri = path.absolute().as_uri()
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{uri}?{mode}", uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
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


def _totals(connection: sqlite3.Connection, path: Path) -> dict[str, Any] | None:
    with _explained(path):
        row = connection.execute("SELECT kept FROM totals").fetchone()
    if row is None:
        return None
    try:
        kept = json.loads(row[0])
    except (ValueError, TypeError):
        kept = None
    if not isinstance(kept, dict):
        raise JournalDamaged(f"{path}: totals that are none of ours")
    return kept


def put_aside(path: Path, now: float) -> Path:
    """Move a damaged journal out of the way, and what SQLite keeps beside it. Raises JournalError."""
    aside = path.with_name(f"{path.name}.damaged-{int(now)}")
    with _explained(path):
        for suffix in ("-wal", "-shm", ""):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + suffix))
    return aside


def _row(event: Event) -> Sequence[Any]:
    return (
        event.id, event.at, event.detected, event.resource, event.kind, event.origin, event.target,
        event.cause, int(event.late), json.dumps(event.evidence),
        json.dumps(asdict(event.outage)) if event.outage else None, json.dumps(dict(event.phases)),
    )  # fmt: skip


def _event(row: Sequence[Any]) -> Event:
    (id_, at, detected, resource, kind, origin, target, cause, late, evidence, outage, phases) = row
    return Event(
        id=id_,
        resource=resource,
        kind=kind,
        origin=origin,
        target=target,
        cause=cause,
        at=at,
        detected=detected,
        late=bool(late),
        evidence=tuple(json.loads(evidence)),
        outage=Outage(**json.loads(outage)) if outage else None,
        phases=json.loads(phases),
    )
