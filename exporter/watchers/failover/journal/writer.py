"""Keeps the journal by a thread of its own: no trouble with the file ever reaches the rest.

What can't be written waits in memory and is tried again; a damaged file is put aside and a new one begun.
"""

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.watchers.failover.events import Event
from exporter.watchers.failover.journal.attribution import Totals, from_json, to_json
from exporter.watchers.failover.journal.database import (
    MOST_EVENTS,
    Database,
    JournalDamaged,
    JournalError,
    JournalReader,
    put_aside,
)

log = logging.getLogger(__name__)

RETRY_SECONDS = 30.0


@dataclass(frozen=True)
class Health:
    ok: bool  # the last thing to be written was
    waiting: int  # events not yet in the file
    dropped: int  # events that were too many to wait
    put_aside: int  # damaged files


class JournalWriter:
    def __init__(self, path: Path):
        self._path = path
        self._database: Database | None = None
        self._waiting: dict[str, Event] = {}
        self._totals: dict[str, Any] | None = None  # to be written
        self._ok, self._dropped, self._aside = True, 0, 0
        self._gave_up = float("-inf")  # monotonic seconds
        self._stopping = False
        self._changed = threading.Condition()  # guards all of the above but _database, which is the thread's
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def load(self) -> Totals:
        """What the last run kept, nothing if there is none; blocking. Call it once, before start()."""
        try:
            return self._load()
        except JournalDamaged as error:
            totals = self._salvage()
            self._give_up(error)
            return totals
        except JournalError as error:
            self._trouble(error)
            return Totals()

    def start(self) -> None:
        self._thread.start()

    def keep(self, events: Iterable[Event], totals: Totals) -> None:
        """Have them written soon. Never waits, never raises."""
        kept = to_json(totals)
        with self._changed:
            for event in events:
                self._waiting.pop(event.id, None)
                self._waiting[event.id] = event
            while len(self._waiting) > MOST_EVENTS:
                del self._waiting[next(iter(self._waiting))]
                self._dropped += 1
            self._totals = kept
            self._changed.notify_all()

    def health(self) -> Health:
        with self._changed:
            return Health(self._ok, len(self._waiting), self._dropped, self._aside)

    def close(self, patience: float = 2.0) -> None:
        """Write what there is, and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        while self._wait():
            self.flush()
        self.flush()
        if self._database:
            self._database.close()

    def _wait(self) -> bool:
        """Until there is something to write; after trouble, until it is time to try again."""
        with self._changed:
            if not self._ok:
                self._changed.wait_for(lambda: self._stopping, RETRY_SECONDS)
            self._changed.wait_for(lambda: self._stopping or self._totals is not None)
            return not self._stopping

    def flush(self) -> None:
        """Write what waits; keep it if that fails."""
        with self._changed:
            events, totals = dict(self._waiting), self._totals
        if totals is None:
            return
        try:
            self._database = self._database or Database(self._path)
            self._database.write(events.values(), totals, time.time())
        except JournalDamaged as error:
            self._give_up(error)
        except JournalError as error:
            self._trouble(error)
        except Exception as error:  # a defect of ours must not end the thread
            self._trouble(error)
        else:
            self._written(events, totals)

    def _written(self, events: dict[str, Event], totals: dict[str, Any]) -> None:
        with self._changed:
            for id_, event in events.items():
                if self._waiting.get(id_) is event:
                    del self._waiting[id_]
            if self._totals is totals:
                self._totals = None
            recovered, self._ok = not self._ok, True
        if recovered:
            log.info("%s: is written again", self._path)

    def _load(self) -> Totals:
        try:
            self._database = Database(self._path)
            kept = self._database.totals()
        except JournalDamaged:
            raise
        except JournalError as error:  # it may be read all the same
            self._trouble(error)
            return self._read() if self._path.exists() else Totals()
        return self._totals_of(kept)

    def _read(self) -> Totals:
        with closing(JournalReader(self._path)) as reader:
            return self._totals_of(reader.totals())

    def _totals_of(self, kept: dict[str, Any] | None) -> Totals:
        try:
            return from_json(kept) if kept else Totals()
        except (KeyError, TypeError, ValueError) as error:
            raise JournalDamaged(f"{self._path}: totals that are none of ours: {error!r}") from None

    def _salvage(self) -> Totals:
        """Of a damaged file; its damage may be elsewhere."""
        try:
            return self._read()
        except JournalError:
            return Totals()

    def _give_up(self, error: JournalDamaged) -> None:
        self._disconnect()
        if time.monotonic() - self._gave_up < RETRY_SECONDS:  # a new file does not help
            self._trouble(error)
            return
        self._gave_up = time.monotonic()
        try:
            aside = put_aside(self._path, time.time())
        except JournalError as trouble:
            self._trouble(trouble)
            return
        log.error("%s; put aside as %s, a new one is begun", error, aside.name)
        with self._changed:
            self._aside += 1
            self._ok = True  # what waits is written into the new one, at once

    def _trouble(self, error: Exception) -> None:
        """One log line when trouble begins."""
        self._disconnect()
        with self._changed:
            began, self._ok = self._ok, False
        if began:
            trace = None if isinstance(error, JournalError) else error
            log.error("journal: %s; events are kept in memory", error, exc_info=trace)

    def _disconnect(self) -> None:
        if self._database:
            self._database.close()
            self._database = None
