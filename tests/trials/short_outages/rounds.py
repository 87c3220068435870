"""Makes outages, and notes what the page counted of each."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.lab.borrowed import Report
from tests.trials.short_outages import network
from tests.trials.short_outages.probing import Counted, Exporter
from tests.trials.short_outages.servers import Refusing
from tests.trials.short_outages.verdict import Round

SHORTEST, LONGEST = 0.05, 0.13  # seconds
# Seconds: attempts are as far apart as at rest again, each server has a kept session, the outage is final.
REST = 4.0


@dataclass(frozen=True)
class Kind:
    what: str
    make: Callable[[float], None]  # begins it, and returns when it is over or soon after


def rejected(addresses: Sequence[str]) -> Kind:
    return Kind("rejected", lambda seconds: network.stop("rejected", addresses, seconds))


def kinds(addresses: Sequence[str], refusing: Refusing) -> tuple[Kind, Kind, Kind]:
    def one_refuses(seconds: float) -> None:
        refusing.turn_away(True)
        time.sleep(seconds)
        refusing.turn_away(False)

    return (
        rejected(addresses),
        Kind("one server of three turns clients away", one_refuses),
        Kind("dropped", lambda seconds: network.stop("dropped", addresses, seconds)),
    )


def lengths(count: int) -> list[float]:
    """Evenly from the shortest to the longest."""
    step = (LONGEST - SHORTEST) / max(count - 1, 1)
    return [SHORTEST + number * step for number in range(count)]


def make(
    kind: Kind, count: int, exporter: Exporter, probes: Sequence[tuple[str, slice]], step: Report
) -> list[Round]:
    """`probes`: names of kinds of probes, and which endpoints are of it."""
    rounds = []
    before = exporter.counted()
    for seconds in lengths(count):
        began = time.monotonic()
        kind.make(seconds)
        over = time.monotonic() + seconds
        time.sleep(REST + random.uniform(0, 0.2))  # noqa: S311  # the next one begins anywhere between attempts
        exporter.wait_answered()  # else it goes on, and is no short one
        after = exporter.counted()
        rounds += [_noted(kind, name, (began, over), before[which], after[which]) for name, which in probes]
        before = after
    step(f"{kind.what}: {count} times")
    return rounds


def _noted(
    kind: Kind, probe: str, when: tuple[float, float], before: Sequence[Counted], after: Sequence[Counted]
) -> Round:
    """`when`: its beginning and its end, by the monotonic clock."""
    counted = tuple(now.outages - then.outages for now, then in zip(after, before, strict=True))
    return Round(kind.what, probe, *when, counted, tuple(now.last for now in after))
