"""One log line when trouble begins, changes or ends: not one for each failed attempt."""

import logging
import threading
from collections.abc import Callable, Hashable, Mapping

from exporter.errors import KnownError


class TroubleLog:
    """The troubles of one subject: a source, an address, a file. May be called from any thread."""

    def __init__(
        self,
        logger: logging.Logger,
        subject: str,
        *,
        failing: str = "",
        recovered: str,
        describe: Callable[[Exception], str] = str,
    ):
        """A line is `subject: failing: what happened`, and `subject: recovered` when no trouble is left."""
        self._logger = logger
        self._begin = f"{subject}: {failing}: " if failing else f"{subject}: "
        self._end = f"{subject}: {recovered}"
        self._describe = describe
        self._current: frozenset[Hashable] = frozenset()
        self._lock = threading.Lock()

    def report(self, error: Exception | None) -> None:
        """The one trouble there is now, logged if its text differs from the last one's; None: no trouble."""
        self.report_all({self._describe(error): error} if error else {})

    def report_all(self, troubles: Mapping[Hashable, Exception]) -> None:
        """All troubles there are now. Those with a key that is known already are not logged again."""
        with self._lock:  # while the lines are logged too, so that they are in the order of what happened
            before, self._current = self._current, frozenset(troubles)
            for key, error in troubles.items():
                if key not in before:
                    # What is no KnownError is a defect of this program: its trace is needed.
                    trace = None if isinstance(error, KnownError) else error
                    self._logger.warning("%s%s", self._begin, self._describe(error), exc_info=trace)
            if before and not troubles:
                self._logger.info("%s", self._end)
