"""What the schedule of a prober waits for beside the time: a wake-up, or the end of a kept session.

The session of a successful attempt is kept until the next one to the same server. When it is cut off,
something happens there: a HAProxy that is moved in order refuses clients for tens of milliseconds only,
before SYNs are lost. A query on it also shows a server that stops: a MariaDB with Galera refuses queries with
error 1047 from then on, 0.01 s later makes new clients wait for a greeting, and may cut nobody off before it
ends.
"""

import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from exporter.errors import SourceError
from exporter.transports.hangups import Hangups
from exporter.watchers.prober.result import OpenSession

# A session is closed when so many newer ones came from other servers: its own is not chosen any more, and may
# be waiting for its clients to leave.
MOST_NEWER = 100


@dataclass
class _Kept:
    session: OpenSession
    number: int  # of all that were kept
    queried: bool = False  # and the answer is not there yet


class KeptSessions:
    """One for each server, of one prober. Safe to call from several threads; one at a time waits."""

    def __init__(self) -> None:
        self._hangups = Hangups()
        self._kept: dict[str | None, _Kept] = {}  # by server
        self._number = 0
        self._closed = False
        self._lock = threading.Lock()  # guards all of the above

    def wait(self, seconds: float | None) -> bool:
        """Until a wake-up, at most `seconds`, or until a session is cut off: whether one was."""
        return self._hangups.wait(seconds)

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""
        with self._lock:
            if not self._closed:
                self._hangups.wake()

    def keep(self, session: OpenSession, server: str | None) -> None:
        """In place of the one to that server so far, which is closed."""
        with self._lock:
            if self._closed:
                leaving = [session]
            else:
                self._number += 1
                leaving = self._remove({server} & self._kept.keys() | self._outdated())
                self._kept[server] = _Kept(session, self._number)
                self._hangups.watch(session)
        for one in leaving:
            one.close()

    def query(self, sql: str) -> None:
        """Send it on every kept session; any_refused() takes the answers, soon."""
        with self._lock:
            for kept in self._kept.values():
                if not kept.queried:
                    with suppress(SourceError):  # it was cut off: wait() reports that
                        kept.session.ask(sql)
                        kept.queried = True

    def any_refused(self) -> bool:
        """Whether a server answered a query with an error. Its session is closed."""
        with self._lock:
            leaving = self._remove([server for server, kept in self._kept.items() if _refused(kept)])
        for one in leaving:
            one.close()
        return bool(leaving)

    def _outdated(self) -> set[str | None]:
        return {server for server, kept in self._kept.items() if self._number - kept.number > MOST_NEWER}

    def _remove(self, servers: Collection[str | None]) -> list[OpenSession]:
        removed = [self._kept.pop(server).session for server in servers]
        for session in removed:
            self._hangups.forget(session)  # else closing it may look like a hang-up
        return removed

    def close(self) -> None:
        """After the last wait. Kept sessions are closed, and those that come later."""
        with self._lock:
            self._closed, leaving = True, self._remove(list(self._kept))
            self._hangups.close()
        for session in leaving:
            session.close()


def _refused(kept: _Kept) -> bool:
    with suppress(SourceError):  # it was cut off: wait() reports that
        refused = kept.session.refused() if kept.queried else None
        kept.queried = kept.queried and refused is None
        return bool(refused)
    return False
