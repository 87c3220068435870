"""How soon the next attempt is launched (pure: times are monotonic seconds and come as arguments).

At rest: every `interval`. Around a change, where it makes an outage's measured duration more accurate,
faster:

    begin        a sign of trouble: a failure, a slow attempt, a kept session that is cut off or refused; a
                 failure at another port of the address has one attempt made at once, which may be a sign
    fast         every 0.02 s for 3 s (0.005 s for the first 0.04 s after a kept session's sign)
    backing off  then every 1/150 of the trouble's age, until that is the interval: at 0.1 s after 15 s
    again        when attempts begin to end in another way (refused, handshake, success…): a failover's steps
    end          no sign for a second

So an outage's end is found within a hundredth of its duration, and no later than at rest. A server that
refuses for hours gets about 390 attempts in the first 15 s, and as many as at rest from then on. Slow
attempts that come again within SLOW_AGAIN_SECONDS are the same trouble, which grows old: servers that are
slow now and then, as a busy machine makes them, get no more attempts for that.

Two limits hold whatever happens. While CROWD attempts hang, or SESSIONS of them that are connected, the next
ones wait for CROWDED_INTERVAL, and longer the more they are, or as long as at rest: with the defaults an
address that swallows everything takes less than 130 descriptors and threads, and servers that accept and do
not answer have less than 70 sessions of a prober; 50 with the attempts made at rest alone. And never are more
than EXTRA attempts made above those at rest, of which EXTRA_RATE a second come back: for trouble that comes
and goes for hours.
"""

import random

from exporter.watchers.prober.options import SHORTEST_INTERVAL

# Three probers in step, in front of three servers in turn, would each meet the same server for ever: seen on
# an idle cluster. So each interval is a little longer or shorter, by this share of it.
WANDER = 0.2

# Where one server of three fails, one launch in three meets it: fast attempts after the first sign find it
# before the usual ones would. A stopping MariaDB cuts off its clients within 0.03 s, and makes those that
# come after that wait for a greeting until it has ended, 1 s later.
SUSPICION_SECONDS = 0.3
HURRY_SECONDS, HURRY_INTERVAL = 0.04, 0.005  # at first, as the outage may have begun already
SLOW_SECONDS = 0.05  # an attempt that takes longer is a sign too: through HAProxy, 3 ms are usual

FAST_SECONDS = 3.0
BACK_OFF = SHORTEST_INTERVAL / FAST_SECONDS  # share of the trouble's age
CALM_SECONDS = 1.0
CROWD, CROWDED_INTERVAL = 75, 0.1  # attempts in flight; twice that interval with each CROWD_STEP more
CROWD_STEP = 25
# A connected one takes a place of those that HAProxy and the servers have (max_connections). The servers'
# answer to it, or its end, shows when they are well again, so few are enough.
SESSIONS, SESSIONS_STEP = 20, 10
SLOW_AGAIN_SECONDS = 15.0  # after that long, trouble of that age has the usual interval

EXTRA = 3000.0  # launches: 75 s of fast attempts where 0.1 s is usual
EXTRA_RATE = 10.0  # of them in a second


class Schedule:
    """Of one prober."""

    def __init__(self, interval: float):
        self._interval = self._spacing = interval
        self._suspected = self._queried = self._hinted = float("-inf")
        self._since = self._until = float("-inf")  # of the present trouble; it ends unless a sign comes
        self._slow_since = self._slow_until = float("-inf")  # of slowness that comes and goes
        self._expected: dict[str | None, float] = {}  # by how attempts end: until when that is nothing new
        self._extra, self._counted = EXTRA, float("-inf")

    def suspect(self, now: float) -> bool:
        """A kept session was cut off or refused: whether the next attempt is to be launched at once."""
        at_once = now - self._suspected >= SHORTEST_INTERVAL
        if now - self._suspected >= FAST_SECONDS:
            self._until = now  # a change, whatever is slow all the time
        self._suspected = now
        self._sign(now, now)
        return at_once and now - self._since < FAST_SECONDS and self._spend(now, 1.0)

    def hint(self, now: float) -> bool:
        """Another port of the address fails: whether the next attempt is to be launched at once."""
        at_once = now - self._hinted >= self._interval
        self._hinted = now if at_once else self._hinted
        return at_once and self._spend(now, 1.0)

    def ended(self, reason: str | None, now: float) -> bool:
        """How an attempt ended (None: it was answered): whether the next one is to be launched at once."""
        new = now >= self._expected.get(reason, float("-inf"))
        self._expected[reason] = now + max(FAST_SECONDS, 3 * self._spacing)
        if reason is not None:
            self._slow_until = now  # what was slow before was an outage
        trouble = now < self._until
        # A timeout is nothing new: the attempt was slow all the time.
        if not new or (reason is None and not trouble) or (reason == "timeout" and trouble):
            return False
        self._until = now  # so that the trouble begins again
        self._sign(now, now)
        return reason is not None and self._spend(now, 1.0)

    def interval(
        self, now: float, *, outage: bool, oldest: float | None, in_flight: int, sessions: int
    ) -> float:
        """Seconds from the launch at `now` to the next.

        `outage`: one lasts, or ended within a second; `oldest`: the launch of the oldest attempt in flight;
        `sessions`: how many of those in flight are connected.
        """
        slow = oldest is not None and now - oldest > SLOW_SECONDS
        suspected = now - self._suspected
        self._spacing = self._interval
        if outage or slow or suspected < SUSPICION_SECONDS:
            self._sign(now, self._slow(now) if slow else now)
            hurry = suspected < HURRY_SECONDS and not (outage or slow)
            spacing = HURRY_INTERVAL if hurry else max(SHORTEST_INTERVAL, BACK_OFF * (now - self._since))
            crowd = max((in_flight - CROWD) / CROWD_STEP, (sessions - SESSIONS) / SESSIONS_STEP)
            if crowd >= 0:
                spacing = max(spacing, CROWDED_INTERVAL * 2**crowd)
            if spacing < self._interval and self._spend(now, 1 - spacing / self._interval):
                self._spacing = spacing
            self._until = max(self._until, now + 3 * self._spacing)
        return self._spacing * random.uniform(1 - WANDER, 1 + WANDER)  # noqa: S311  # no secret

    def queries(self, now: float) -> bool:
        """Whether kept sessions are to be queried now: as often as attempts are launched at rest."""
        due = now - self._queried >= self._interval * (1 - WANDER)
        self._queried = now if due else self._queried
        return due

    def _sign(self, now: float, since: float) -> None:
        """Of trouble that began then, unless one lasts already."""
        if now >= self._until:
            self._since = since
        self._until = max(self._until, now + CALM_SECONDS)

    def _slow(self, now: float) -> float:
        """Since when attempts are slow, again and again."""
        if now >= self._slow_until:
            self._slow_since = now
        self._slow_until = now + SLOW_AGAIN_SECONDS
        return self._slow_since

    def _spend(self, now: float, launches: float) -> bool:
        self._extra = min(EXTRA, self._extra + EXTRA_RATE * (now - self._counted))
        self._counted = now
        if self._extra < launches:
            return False
        self._extra -= launches
        return True
