"""How soon the next attempt is launched (pure: times are monotonic seconds and come as arguments)."""

import random

from exporter.watchers.prober.options import SHORTEST_INTERVAL

# Three probers in step, in front of three servers in turn, would each meet the same server for ever: seen on
# an idle cluster. So each interval is a little longer or shorter, by this share of it.
WANDER = 0.2

# Where one server of three fails, one launch in three meets it: the fast pace after the first sign finds it
# before the slow one would. A stopping MariaDB throws out who is in within 0.03 s, and lets who comes after
# that wait for a greeting until it has ended, 1 s later.
SUSPICION_SECONDS = 0.3
HURRY_SECONDS, HURRY_INTERVAL = 0.04, 0.005  # at first, as the outage may have begun already
SLOW_SECONDS = 0.05  # an attempt that takes longer is a sign too: through HAProxy, 3 ms are usual

# A sign is no failure: what always shows it, as a server that is far away, is met by few launches more.
SPARE = 500.0  # launches: ten seconds of the fast pace
SPARE_RATE = 4.0  # of them in a second


class Schedule:
    def __init__(self, interval: float):
        self._interval = interval
        self._suspected = self._asked = float("-inf")
        self._spare, self._counted = SPARE, float("-inf")

    def suspect(self, now: float) -> bool:
        """A client that was in is thrown out or refused: whether the next launch is to be made at once."""
        self._suspected = now
        return self._spend(now)

    def interval(self, now: float, outage: bool, oldest: float | None) -> float:
        """Seconds from a launch to the next. `oldest` is the launch of the oldest attempt in flight."""
        slow = oldest is not None and now - oldest > SLOW_SECONDS
        suspected = now - self._suspected
        fast = outage or ((slow or suspected < SUSPICION_SECONDS) and self._spend(now))
        hurried = fast and not (outage or slow) and suspected < HURRY_SECONDS
        pace = HURRY_INTERVAL if hurried else SHORTEST_INTERVAL if fast else self._interval
        return pace * random.uniform(1 - WANDER, 1 + WANDER)  # noqa: S311  # no secret

    def ask(self, now: float) -> bool:
        """Whether clients that are in are to ask their servers something: at the fast pace no more often."""
        asks = now - self._asked >= self._interval * (1 - WANDER)
        self._asked = now if asks else self._asked
        return asks

    def _spend(self, now: float) -> bool:
        self._spare = min(SPARE, self._spare + SPARE_RATE * (now - self._counted))
        self._counted = now
        if self._spare < 1:
            return False
        self._spare -= 1
        return True
