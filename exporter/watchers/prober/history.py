"""The last hour of one address and port: when it was probed, and when clients were out (pure).

The metrics have totals; the hour as it was is for who looks at the status page without a Prometheus. A time
in which no attempt ended is kept apart from one in which all was well: nobody knows what clients felt then.
"""

from collections import deque
from dataclasses import dataclass, field

HOUR_SECONDS = 3600.0
MOST = 512  # stretches, and outages: more than a line of some hundred points can show; the oldest go first


@dataclass(frozen=True)
class Stretch:
    """From one time to another; seconds of the clock that its owner says."""

    start: float
    end: float


@dataclass(slots=True)
class History:
    """Times are monotonic seconds."""

    _probed: deque[Stretch] = field(default_factory=lambda: deque(maxlen=MOST))
    _outages: deque[Stretch] = field(default_factory=lambda: deque(maxlen=MOST))

    def add_result(self, at: float, apart: float) -> None:
        """An attempt ended then, well or not; more than `apart` seconds after the one before it, the time
        between them was not probed."""
        latest = self._probed[-1] if self._probed else None
        if latest and at - latest.end <= apart:
            self._probed[-1] = Stretch(latest.start, max(at, latest.end))
        else:
            self._probed.append(Stretch(at, at))

    def add_outage(self, start: float, end: float) -> None:
        self._outages.append(Stretch(start, end))

    def probed(self, now: float) -> tuple[Stretch, ...]:
        """Of the last hour, the oldest first."""
        return _since(self._probed, now - HOUR_SECONDS)

    def outages(self, now: float) -> tuple[Stretch, ...]:
        """Those that are over and ended within the last hour, the oldest first."""
        return _since(self._outages, now - HOUR_SECONDS)


def _since(stretches: deque[Stretch], begin: float) -> tuple[Stretch, ...]:
    while stretches and stretches[0].end < begin:
        stretches.popleft()
    return tuple(stretches)
