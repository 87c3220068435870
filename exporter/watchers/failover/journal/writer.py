"""Writes the journal in a thread of its own: no trouble with the file ever reaches the rest of the program.

What can't be written waits in memory and is tried again. A damaged file is put aside and a new one begun; a
new one is begun too where the file was deleted, replaced or emptied while it was in use.
"""

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from exporter.trouble import TroubleLog
from exporter.watchers.failover.events import Event
from exporter.watchers.failover.journal.database import MOST_EVENTS, Database, JournalReader
from exporter.watchers.failover.journal.files import JournalDamaged, JournalError, put_aside
from exporter.watchers.failover.journal.health import JournalHealth
from exporter.watchers.failover.journal.totals import Totals, from_json, is_version_1, to_json

log = logging.getLogger(__name__)

LOAD_SECONDS = 10.0  # a disk that hangs delays the start no longer
RETRY_SECONDS = 30.0
RECENT = 20  # events that the status page may show
LOOK_SECONDS = 60.0  # so soon a file that was deleted or replaced is noticed when nothing happens


class JournalWriter:
    def __init__(self, path: Path):
        self._path = path
        self._trouble_log = TroubleLog(
            log, "journal", failing="events are kept in memory", recovered=f"{path}: is written again"
        )
        self._database: Database | None = None
        self._written: dict[str, Any] | None = None  # totals, by load() or flush()
        self._gave_up = float("-inf")  # monotonic seconds
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._changed = threading.Condition()  # guards the following; the above is the thread's own
        self._restored: Totals | None = None
        self._recent: dict[str, Event] = {}  # the latest, in no order
        self._waiting: dict[str, Event] = {}
        self._totals: dict[str, Any] | None = None  # to be written
        self._ok, self._dropped, self._aside = True, 0, 0
        self._stopping = False

    def start(self) -> Totals:
        """What the last run left, nothing if there is none. Blocks for LOAD_SECONDS at most, never raises."""
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._restored is not None or self._stopping, LOAD_SECONDS)
            restored, late = self._restored, self._restored is None and not self._stopping
        if late:
            self._report(
                JournalError(f"{self._path}: not read within {LOAD_SECONDS:g} s, counters begin at 0")
            )
        return restored or Totals()

    def keep(self, events: Iterable[Event], totals: Totals) -> None:
        """Have them written soon. Never waits, never raises."""
        kept = to_json(totals)
        with self._changed:
            fresh = {event.id: event for event in events}
            self._add(fresh)
            self._remember(fresh)
            self._totals = kept
            self._changed.notify_all()

    def recent(self) -> tuple[Event, ...]:
        """The latest events, the oldest first; also those that are not in the file yet."""
        with self._changed:
            return tuple(sorted(self._recent.values(), key=_by_time))

    def health(self) -> JournalHealth:
        with self._changed:
            return JournalHealth(self._ok, len(self._waiting), self._dropped, self._aside)

    def close(self, patience: float = 2.0) -> None:
        """Write what there is, and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(patience)

    # What follows runs in the thread.

    def _run(self) -> None:
        restored = self.load()
        with self._changed:
            self._restored = restored
            self._changed.notify_all()
        while self._wait():
            self.flush()
        self.flush()
        self._disconnect()

    def _wait(self) -> bool:
        """Until there is something to do; after trouble, until it is time to try again. False at the end."""
        with self._changed:
            if not self._ok:
                self._changed.wait_for(lambda: self._stopping, RETRY_SECONDS)
            else:
                self._changed.wait_for(lambda: self._stopping or self._totals is not None, LOOK_SECONDS)
            return not self._stopping

    def load(self) -> Totals:
        """What the last run left; never raises."""
        totals = Totals()
        try:
            totals = self._load()
        except JournalDamaged as error:
            totals = self._salvage()
            self._give_up(error)
        except Exception as error:  # a defect of ours must not end the thread
            self._trouble(error)
        self._written = to_json(totals)
        return totals

    def _load(self) -> Totals:
        try:
            self._database = Database(self._path)
        except JournalDamaged:
            raise
        except JournalError as error:  # it may be readable all the same
            self._trouble(error)
            return self._salvage()
        return self._totals_of(self._database)

    def _recall(self, journal: Database | JournalReader) -> None:
        """The latest events, for the status page; without them it shows those of this run."""
        try:
            latest = {event.id: event for event in journal.latest(RECENT)}
        except JournalError:
            return
        with self._changed:
            self._remember(latest | self._recent)

    def _remember(self, events: dict[str, Event]) -> None:
        """With the lock held."""
        newest = sorted((self._recent | events).values(), key=_by_time)[-RECENT:]
        self._recent = {event.id: event for event in newest}

    def _salvage(self) -> Totals:
        """Of a file that can't be written, or whose damage may be elsewhere."""
        try:
            with closing(JournalReader(self._path)) as reader:
                return self._totals_of(reader)
        except JournalError:
            return Totals()

    def _totals_of(self, journal: Database | JournalReader) -> Totals:
        self._recall(journal)
        kept = journal.totals()
        if kept is None:
            return Totals()
        try:
            return from_json(kept, journal.events() if is_version_1(kept) else ())
        except ValueError as error:
            raise JournalDamaged(f"{self._path}: totals that this program did not write: {error}") from None

    def flush(self) -> None:
        """Write what waits; keep it if that fails."""
        try:
            self._begin_anew_if_gone()
            with self._changed:
                events, totals = dict(self._waiting), self._totals
            self._database = self._database or Database(self._path)
            if totals is not None:
                self._database.write(events.values(), totals)
        except JournalDamaged as error:
            self._give_up(error)
        except Exception as error:  # JournalError; a defect of ours must not end the thread
            self._trouble(error)
        else:
            self._wrote(events, totals)

    def _begin_anew_if_gone(self) -> None:
        """A file that was deleted or replaced can still be read while it is open: its events are kept."""
        if self._database is None or self._database.in_place():
            return
        try:
            events = {event.id: event for event in self._database.events()}
        except JournalError:
            events = {}
        self._disconnect()
        log.error(
            "journal: %s was deleted, replaced or emptied while in use; %d events of it are written again",
            *(self._path, len(events)),
        )
        with self._changed:
            later, self._waiting = self._waiting, {}
            self._add(events | later)
            self._totals = self._totals or self._written

    def _wrote(self, events: dict[str, Event], totals: dict[str, Any] | None) -> None:
        self._written = totals or self._written
        with self._changed:
            for id_, event in events.items():
                if self._waiting.get(id_) is event:
                    del self._waiting[id_]
            if self._totals is totals:
                self._totals = None
            self._ok = True
        self._trouble_log.report(None)

    def _add(self, events: dict[str, Event]) -> None:
        """With the lock held."""
        for id_, event in events.items():
            self._waiting.pop(id_, None)
            self._waiting[id_] = event
        while len(self._waiting) > MOST_EVENTS:
            del self._waiting[next(iter(self._waiting))]
            self._dropped += 1

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
        log.error("journal: %s; put aside as %s, a new one is begun", error, aside.name)
        with self._changed:
            self._aside += 1
            self._ok = True  # what waits is written into the new one, at once

    def _trouble(self, error: Exception) -> None:
        self._disconnect()
        self._report(error)

    def _report(self, error: Exception) -> None:
        with self._changed:
            self._ok = False
        self._trouble_log.report(error)

    def _disconnect(self) -> None:
        if self._database:
            self._database.close()
            self._database = None


def _by_time(event: Event) -> tuple[float, str]:
    return event.at, event.id
