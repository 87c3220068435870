"""What the schedule of a prober waits for beside the time: a call, or the end of a session.

A client that got in stays until one gets in to the same server. When it is thrown out, something happens
there: a HAProxy that moves in order refuses clients for tens of milliseconds only, before SYNs are lost.
Where it is asked something it also sees a server stop: a MariaDB with Galera refuses queries with error 1047
from then on, 0.01 s later lets new clients wait for a greeting, and may throw nobody out before its end.
"""

import os
import select
import threading
import weakref
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from exporter.errors import SourceError
from exporter.transports.mysql import Session

# So many others got in since: its server is not chosen any more, and may be waiting for its clients to leave.
LONGEST_STAY = 100


@dataclass
class _KeptSession:
    session: Session
    number: int  # of all who came
    asked: bool = False  # and has not been answered yet


class KeptSessions:
    def __init__(self) -> None:
        self._calls = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._close_calls = weakref.finalize(self, os.close, self._calls)
        self._events = select.epoll()
        self._events.register(self._calls, select.EPOLLIN)
        self._guests: dict[str | None, _KeptSession] = {}  # by server
        self._number = 0
        self._over = False
        self._changing = threading.Lock()  # guards these three

    def wait(self, seconds: float | None) -> bool:
        """Until a call, at most so long, or until a session ends: whether one did."""
        events = dict(self._events.poll(seconds))
        if events.pop(self._calls, None):
            os.eventfd_read(self._calls)
        return bool(events)

    def call(self) -> None:
        """End the wait that is on, or the next one."""
        with self._changing:
            if not self._over:
                os.eventfd_write(self._calls, 1)

    def stay(self, session: Session, server: str | None) -> None:
        """In the place of the one at that server so far, which says goodbye."""
        with self._changing:
            if self._over:
                leaving = [session]
            else:
                self._number += 1
                leaving = self._dismiss({server} & self._guests.keys() | self._tired())
                self._guests[server] = _KeptSession(session, self._number)
                self._events.register(session, select.EPOLLRDHUP | select.EPOLLONESHOT)
        for one in leaving:
            one.close()

    def ask(self, sql: str) -> None:
        """Everybody who stays; hear() has the answers, soon."""
        with self._changing:
            for guest in self._guests.values():
                if not guest.asked:
                    with suppress(SourceError):  # its end: wait() tells that
                        guest.session.ask(sql)
                        guest.asked = True

    def hear(self) -> bool:
        """Whether a server would not answer. Its guest says goodbye."""
        with self._changing:
            leaving = self._dismiss([server for server, guest in self._guests.items() if _refused(guest)])
        for one in leaving:
            one.close()
        return bool(leaving)

    def _tired(self) -> set[str | None]:
        """Where one has stayed too long."""
        return {
            server for server, guest in self._guests.items() if self._number - guest.number > LONGEST_STAY
        }

    def _dismiss(self, servers: Collection[str | None]) -> list[Session]:
        leaving = [self._guests.pop(server).session for server in servers]
        for session in leaving:
            self._events.unregister(session)  # else its goodbye may look like its end
        return leaving

    def close(self) -> None:
        """After the last wait. Who stays says goodbye, and who comes later."""
        with self._changing:
            self._over, leaving = True, self._dismiss(list(self._guests))
            self._events.close()
            self._close_calls()
        for session in leaving:
            session.close()


def _refused(guest: _KeptSession) -> bool:
    with suppress(SourceError):  # its end: wait() tells that
        refused = guest.session.refused() if guest.asked else None
        guest.asked = guest.asked and refused is None
        return bool(refused)
    return False
