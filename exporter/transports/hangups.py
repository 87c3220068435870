"""Waiting for whichever comes first: a time, a wake-up from another thread, a peer that hangs up."""

import os
import select
import weakref
from typing import Protocol


class HasFileno(Protocol):
    def fileno(self) -> int: ...


class Hangups:
    """epoll(7) and eventfd(2), two descriptors. watch(), forget(), wake() and close() need a lock around them
    where several threads call them; wait() may be under way meanwhile."""

    def __init__(self) -> None:
        self._wakeups = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._close_wakeups = weakref.finalize(self, os.close, self._wakeups)
        self._events = select.epoll()
        self._events.register(self._wakeups, select.EPOLLIN)

    def wait(self, seconds: float | None) -> bool:
        """Until a wake-up, a hang-up, or `seconds` are over (None: no limit): whether a peer hung up."""
        events = dict(self._events.poll(seconds))
        if events.pop(self._wakeups, None):
            os.eventfd_read(self._wakeups)
        return bool(events)

    def wake(self) -> None:
        """End the wait() that is under way, or the next one."""
        os.eventfd_write(self._wakeups, 1)

    def watch(self, connection: HasFileno) -> None:
        """wait() reports once that its peer has hung up."""
        self._events.register(connection, select.EPOLLRDHUP | select.EPOLLONESHOT)

    def forget(self, connection: HasFileno) -> None:
        """Before it is closed from here."""
        self._events.unregister(connection)

    def close(self) -> None:
        """After the last wait()."""
        self._events.close()
        self._close_wakeups()
