"""Scrapes all the while, as Prometheus does, from an address other than the attackers'."""

import http.client
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.trials.attack.target import Target

PAUSE = 0.25  # seconds between two scrapes
GIVES_UP = 5.0  # seconds


@dataclass
class Observed:
    """Scrapes while the attack lasted."""

    seconds: list[float] = field(default_factory=list)  # of those that were answered with 200
    failures: list[str] = field(default_factory=list)

    @property
    def slowest(self) -> float:
        return max(self.seconds, default=0.0)

    @property
    def all_answered(self) -> bool:
        return bool(self.seconds) and not self.failures

    def __str__(self) -> str:
        count = len(self.seconds) + len(self.failures)
        said = f"{len(self.seconds)} of {count} scrapes answered, the slowest in {self.slowest:.2f} s"
        return said + (f" ({self.failures[0]})" if self.failures else "")


@contextmanager
def observing(target: Target, headers: Mapping[str, str] | None = None) -> Iterator[Observed]:
    """Until the block ends, and at least twice."""
    observed, stop = Observed(), threading.Event()

    def scrape_on() -> None:
        while True:
            _scrape(target, headers or {}, observed)
            if stop.wait(PAUSE) and len(observed.seconds) + len(observed.failures) > 1:
                return

    thread = threading.Thread(target=scrape_on)
    thread.start()
    try:
        yield observed
    finally:
        stop.set()
        thread.join()


def _scrape(target: Target, headers: Mapping[str, str], observed: Observed) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=GIVES_UP)
    began = time.monotonic()
    try:
        connection.request("GET", "/metrics", headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            observed.seconds.append(time.monotonic() - began)
        else:
            observed.failures.append(f"status {answer.status}")
    except (OSError, http.client.HTTPException) as error:
        observed.failures.append(f"{type(error).__name__}: {error}")
    finally:
        connection.close()
