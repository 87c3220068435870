"""The outages that the exporter's page tells, looked at while they happen: it shows the last one only."""

import threading
import time
from dataclasses import dataclass

from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.page import Page, scrape
from tests.trials.accuracy.truth import Span

STEP = 0.3  # seconds; outages that the page counts are more than a second apart


@dataclass(frozen=True)
class Counts:
    outages: int
    seconds: float
    late: int
    attempts: int


def counts(page: Page, vip: str) -> Counts:
    def value(name: str) -> float:
        found = page.get(name, vip=vip)
        if found is None:
            raise LabError(f"the exporter's page has no {name} of {vip}")
        return found

    return Counts(
        int(value("vip_outages_total")),
        value("vip_outage_seconds_total"),
        int(value("vip_probe_late_total")),
        int(value("vip_probe_attempts_total")),
    )


class Watch:
    """A thread that reads the page every now and then, from begin() to end()."""

    def __init__(self, lab: Lab, host: str):
        self.spans: list[Span] = []
        self.unread = 0  # outages that came and went between two looks
        self._lab, self._host, self._vip = lab, host, lab.topology.vip
        self._stop = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    def begin(self) -> Counts:
        self.first = self.latest = counts(self._page(), self._vip)
        self._thread.start()
        return self.first

    def end(self) -> Counts:
        """The counts after a last look. Raises what kept the thread from looking."""
        self._stop.set()
        self._thread.join()
        if self._failure:
            raise self._failure
        self._look()
        return self.latest

    def _run(self) -> None:
        try:
            while not self._stop.wait(STEP):
                self._look()
        except Exception as error:
            self._failure = error

    def _page(self) -> Page:
        return scrape(self._lab, self._host)

    def _look(self) -> None:
        page = self._page()
        now = counts(page, self._vip)
        if now.attempts < self.latest.attempts:
            raise LabError(f"the exporter on {self._host} was restarted meanwhile")
        new, self.latest = now.outages - self.latest.outages, now
        if new:
            self.unread += new - 1
            self.spans.append(last(page, self._vip, time.monotonic() - time.time()))


def last(page: Page, vip: str, offset: float) -> Span:
    """`offset` is what the monotonic clock is more than the wall clock."""
    duration = page.get("vip_outage_last_duration_seconds", vip=vip)
    end = page.get("vip_outage_last_end_timestamp_seconds", vip=vip)
    if duration is None or end is None:
        raise LabError("the page counts an outage and tells no last one")
    return Span(end + offset - duration, end + offset)
