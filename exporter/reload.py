"""Reads the configuration again: at SIGHUP, and at POST /-/reload where that is allowed."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable

from prometheus_client.metrics_core import Metric

from exporter.errors import KnownError
from exporter.families import gauge
from exporter.typed_yaml import ConfigError

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0  # at the end of the program, for a reload that is under way


class ReloadFailed(KnownError):
    """The new configuration is not in force. One problem a line."""


class LastReload:
    """How it went; the start counts as the first one, as in Prometheus."""

    def __init__(self) -> None:
        self.failed = ""  # why; empty: it succeeded
        self._succeeded = time.time()

    def note(self, failed: str = "") -> None:
        self.failed = failed
        if not failed:
            self._succeeded = time.time()

    def collect(self) -> Iterable[Metric]:
        successful = gauge(
            "failover_exporter_config_last_reload_successful",
            "0 if the configuration was refused when it was read again; the one before goes on.",
        )
        successful.add(float(not self.failed))
        timestamp = gauge(
            "failover_exporter_config_last_reload_success_timestamp_seconds",
            "When the configuration in force was read.",
        )
        timestamp.add(self._succeeded)
        return [successful, timestamp]


class Reloader:
    """One reload at a time. A request that comes meanwhile is done after it: the file may have changed."""

    def __init__(
        self,
        apply: Callable[[], Awaitable[str]],
        last: LastReload,
        begins: Callable[[], None] = lambda: None,
        ended: Callable[[], None] = lambda: None,
    ):
        """`apply` reads the files and puts them in force: what has changed, in words. It raises ConfigError
        or KnownError where they can't be. `begins` and `ended` are called around each reload."""
        self._apply, self._last = apply, last
        self._begins, self._ended = begins, ended
        self._lock = asyncio.Lock()
        self._signalled = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def start(self) -> None:
        """Take signals; those that came before are done now."""
        self._spawn(self._follow_signals())

    def signal(self) -> None:
        """Reload soon. Several signals while one reload is under way: one more."""
        self._signalled.set()

    async def reload(self) -> None:
        """Raises ReloadFailed. Goes on when the caller leaves."""
        await asyncio.shield(self._spawn(self._reload()))

    async def stop(self) -> None:
        """No more reloads; the one under way may end."""
        self._stopping = True
        if self._lock.locked():
            log.info("waiting for the reload that is under way")
            try:
                async with asyncio.timeout(STOP_SECONDS), self._lock:
                    pass
            except TimeoutError:
                log.warning("the reload that is under way did not end within %g s", STOP_SECONDS)
        for task in self._tasks:
            task.cancel()

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: "asyncio.Task[None]") -> None:
        """Its exception is in the log already, whether the one who asked has left or not."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def _follow_signals(self) -> None:
        while True:
            await self._signalled.wait()
            self._signalled.clear()
            try:
                await self._reload()
            except ReloadFailed:
                continue  # it is in the log

    async def _reload(self) -> None:
        async with self._lock:
            if self._stopping:
                raise ReloadFailed("the program is about to end")
            self._begins()
            try:
                changed = await self._apply()
            except Exception as error:
                self._last.note(_explain(error))
                raise ReloadFailed(self._last.failed) from None
            else:
                self._last.note()
                log.info("configuration read again: %s", changed)
            finally:
                self._ended()


def _explain(error: Exception) -> str:
    """Logs why it failed, and returns it."""
    if not isinstance(error, ConfigError | KnownError):
        log.error("reload: a defect", exc_info=error)
        return f"a defect, its trace is in the log: {type(error).__name__}: {error}"
    for line in str(error).splitlines():
        log.error("reload: the configuration before goes on: %s", line)
    return str(error)
