"""Makes the checks side by side, each in a thread and with a deadline of its own."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from exporter.errors import SourceError, TimedOut
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.metrics import Checked, ConfigFile

GRACE_SECONDS = 0.5  # from a check's deadline to its outcome
SPARE_THREADS = 4  # for what the checks are told

T = TypeVar("T")


@dataclass(frozen=True)
class Results:
    """Of one time. `errors`: what could not be asked, and why; each begins with the check's name."""

    checks: tuple[Checked, ...] = ()
    files: tuple[ConfigFile, ...] = ()
    errors: tuple[Exception, ...] = ()


class Runner:
    def __init__(self, checks: Sequence[Check]):
        self._checks = checks
        self._executor = ThreadPoolExecutor(len(checks) + SPARE_THREADS, thread_name_prefix="check")
        self._under_way: dict[str, asyncio.Future[Any]] = {}

    async def run(self, known: Known) -> Results:
        """All of them, at the latest after the longest deadline; never raises."""
        outcomes = await asyncio.gather(
            *(self.guarded(one.name, one.seconds, partial(one.ask, known)) for one in self._checks)
        )
        return Results(
            checks=tuple(one for one in outcomes if isinstance(one, Checked)),
            files=tuple(one for one in outcomes if isinstance(one, ConfigFile)),
            errors=tuple(one for one in outcomes if isinstance(one, Exception)),
        )

    async def guarded(self, name: str, seconds: float, work: Callable[[Deadline], T]) -> T | Exception:
        """What blocking work returns, or why it returned nothing in time.

        Work that did not return, as on a disk that hangs, is not begun again before it has.
        """
        asked = self._under_way.get(name)
        if asked is None or asked.done():
            deadline = Deadline.after(seconds)
            asked = asyncio.get_running_loop().run_in_executor(self._executor, work, deadline)
            asked.add_done_callback(_retrieve)
            self._under_way[name] = asked
        await asyncio.wait({asked}, timeout=seconds + GRACE_SECONDS)
        if not asked.done():
            return TimedOut(f"{name}: not done within {seconds:g} s: does a disk or a tool hang?")
        try:
            done: T = asked.result()
        except SourceError as error:
            return type(error)(f"{name}: {error}")
        except Exception as error:
            return error
        return done

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def _retrieve(asked: "asyncio.Future[Any]") -> None:
    """So that asyncio does not report an error of which nobody waits any more."""
    if not asked.cancelled():
        asked.exception()
