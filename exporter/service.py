"""Tells the service manager how the program does: ready, reloading, stopping, one line of status, watchdog.

Without a service manager nothing of it happens.

The watchdog ends a program that can't help itself any more, so it is fed on what only a restart would repair:
the event loop runs (it is what feeds), and each prober launches its attempts. It is fed whatever is wrong
outside: an address that fails, a server that hangs, a cluster that does not answer, a disk that is full. An
exporter that is restarted in an outage would lose what it was there for.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from exporter.errors import KnownError
from exporter.transports.service_manager import ServiceManager
from exporter.trouble import TroubleLog

log = logging.getLogger(__name__)

FEEDS = 4  # in the time after which the watchdog ends the program
STATUS_SECONDS = 10.0  # between two looks whether the status is another one


class Stuck(KnownError):
    """Something of the program itself works no more."""


class Service:
    """As the service manager sees it. All but the constructor is called in the loop."""

    def __init__(
        self, manager: ServiceManager | None, status: Callable[[], str], stuck: Callable[[float], str]
    ):
        """`status` is one line for `systemctl status`; `stuck` says at a time (monotonic seconds) what does
        not work any more, empty if all is well. Neither may wait."""
        self._manager, self._status, self._stuck = manager, status, stuck
        self._said = ""
        self._task: asyncio.Task[None] | None = None
        self._trouble_log = TroubleLog(
            log,
            "watchdog",
            failing="is not fed, the service manager will start the program again",
            recovered="is fed again",
        )

    def ready(self) -> None:
        """It serves: after the start, and after a reload however that ended."""
        if not self._manager:
            return
        self._said = self._status()
        self._manager.tell(READY=1, STATUS=self._said)
        if not self._task:
            self._task = asyncio.get_running_loop().create_task(
                self._keep_telling(self._manager), name="service"
            )

    def reloading(self) -> None:
        if self._manager:
            self._manager.tell(RELOADING=1, MONOTONIC_USEC=time.monotonic_ns() // 1000)

    def stopping(self) -> None:
        if self._task:
            self._task.cancel()
        if self._manager:
            self._manager.tell(STOPPING=1, STATUS="stopping")

    async def _keep_telling(self, manager: ServiceManager) -> None:
        pause = min(STATUS_SECONDS, manager.watchdog / FEEDS) if manager.watchdog else STATUS_SECONDS
        while True:
            self._tell(manager)
            await asyncio.sleep(pause)

    def _tell(self, manager: ServiceManager) -> None:
        stuck = self._stuck(time.monotonic())
        self._trouble_log.report_all({"stuck": Stuck(stuck)} if stuck else {})
        said = stuck or self._status()
        if said != self._said:
            self._said = said
            manager.tell(STATUS=said)
        if manager.watchdog and not stuck:
            manager.tell(WATCHDOG=1)
