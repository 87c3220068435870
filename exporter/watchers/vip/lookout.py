"""What the schedule of a prober waits for beside the time: a call, or the end of a session.

A client that got in stays until the next one does. When it is thrown out, the next is launched at once: a
HAProxy that moves in order refuses clients for tens of milliseconds only, before their SYNs are lost.
"""

import os
import select
import threading
import weakref

from exporter.transports.mysql import Session


class Lookout:
    def __init__(self) -> None:
        self._calls = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._close_calls = weakref.finalize(self, os.close, self._calls)
        self._events = select.epoll()
        self._events.register(self._calls, select.EPOLLIN)
        self._guest: Session | None = None
        self._over = False
        self._changing = threading.Lock()  # guards these two

    def wait(self, seconds: float | None) -> bool:
        """Until a call, at most so long, or until the session ends: whether it did."""
        events = dict(self._events.poll(seconds))
        if events.pop(self._calls, None):
            os.eventfd_read(self._calls)
        return bool(events)

    def call(self) -> None:
        """End the wait that is on, or the next one."""
        with self._changing:
            if not self._over:
                os.eventfd_write(self._calls, 1)

    def stay(self, session: Session) -> None:
        """In the place of the one that stayed so far, which says goodbye."""
        with self._changing:
            if self._over:
                leaving: Session | None = session
            else:
                leaving, self._guest = self._guest, session
                self._events.register(session, select.EPOLLRDHUP | select.EPOLLONESHOT)
        if leaving:
            leaving.close()

    def close(self) -> None:
        """After the last wait. Who stays says goodbye, and who comes later."""
        with self._changing:
            self._over, leaving, self._guest = True, self._guest, None
            self._events.close()
            self._close_calls()
        if leaving:
            leaving.close()
