"""A point in monotonic time by which everything done for one reading has ended."""

import time
from dataclasses import dataclass

from exporter.errors import TimedOut


@dataclass(frozen=True)
class Deadline:
    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def remaining(self, what: str) -> float:
        """Seconds left, always more than 0; TimedOut when there are none. `what` is being waited for."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimedOut(f"{what}: no answer in time")
        return left
