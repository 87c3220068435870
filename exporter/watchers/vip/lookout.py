"""What the schedule of a prober waits for beside the time: a call, or the end of a session.

A client that got in stays until one gets in to the same server. When it is thrown out, something happens
there: a HAProxy that moves in order refuses clients for tens of milliseconds only, before SYNs are lost.
"""

import os
import select
import threading
import weakref

from exporter.transports.mysql import Session

# So many others got in since: its server is not chosen any more, and would throw it out for its idleness.
LONGEST_STAY = 100


class Lookout:
    def __init__(self) -> None:
        self._calls = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._close_calls = weakref.finalize(self, os.close, self._calls)
        self._events = select.epoll()
        self._events.register(self._calls, select.EPOLLIN)
        self._guests: dict[str | None, tuple[int, Session]] = {}  # by server, numbered, the oldest first
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
                leaving = self._take_leave(server)
                self._guests[server] = self._number, session
                self._events.register(session, select.EPOLLRDHUP | select.EPOLLONESHOT)
        for one in leaving:
            one.close()

    def _take_leave(self, server: str | None) -> list[Session]:
        """Who has to go when one comes to this server."""
        self._number += 1
        leaving = []
        if server in self._guests:
            leaving.append(self._guests.pop(server)[1])
        if self._guests:
            oldest, (number, session) = next(iter(self._guests.items()))
            if self._number - number > LONGEST_STAY:
                del self._guests[oldest]
                leaving.append(session)
        for session in leaving:
            self._events.unregister(session)  # else its goodbye may look like its end
        return leaving

    def close(self) -> None:
        """After the last wait. Who stays says goodbye, and who comes later."""
        with self._changing:
            self._over, leaving = True, [session for _, session in self._guests.values()]
            self._guests.clear()
            self._events.close()
            self._close_calls()
        for session in leaving:
            session.close()
