"""Observes from a thread of its own, for as long as a `with` lasts."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Observer(ABC):
    def __init__(self, name: str):
        self.stop = threading.Event()
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        self._thread.join()
        if self.failure and error is None:
            raise self.failure

    def _run(self) -> None:
        try:
            self.observe()
        except Exception as error:
            self.failure = error

    @abstractmethod
    def observe(self) -> None:
        """Until `stop` is set. What it raises is raised at the end of the `with`."""
