"""The outages on the exporter's page, read while they happen: it shows only the last one."""

import time
from dataclasses import dataclass

from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.observer import Observer
from deploy.lab.page import Page, scrape
from tests.trials.common.truth import Span

STEP = 0.3  # seconds; outages that the page counts are more than a second apart


@dataclass(frozen=True)
class Counts:
    outages: int
    seconds: float
    late: int
    attempts: int


def counts(page: Page, vip: str) -> Counts:
    return Counts(
        int(page.need("vip_outages_total", vip=vip)),
        page.need("vip_outage_seconds_total", vip=vip),
        int(page.need("vip_probe_late_total", vip=vip)),
        int(page.need("vip_probe_attempts_total", vip=vip)),
    )


class Watch(Observer):
    """Reads the page every STEP seconds within its `with`."""

    def __init__(self, lab: Lab, host: str):
        super().__init__("page")
        self.spans: list[Span] = []
        self.unread = 0  # outages that came and went between two readings
        self._lab, self._host, self._vip = lab, host, lab.topology.vip
        self.first = self.latest = counts(scrape(lab, host), self._vip)

    def observe(self) -> None:
        while not self.stop.wait(STEP):
            self.read()

    def read(self) -> Counts:
        """The counts now. Outside of the `with`, once more after its end."""
        page = scrape(self._lab, self._host)
        now = counts(page, self._vip)
        if now.attempts < self.latest.attempts:
            raise LabError(f"the exporter on {self._host} was restarted meanwhile")
        new, self.latest = now.outages - self.latest.outages, now
        if new:
            self.unread += new - 1
            self.spans.append(last(page, self._vip, time.monotonic() - time.time()))
        return now


def last(page: Page, vip: str, offset: float) -> Span:
    """The last outage; `offset` is the monotonic clock minus the wall clock."""
    end = page.need("vip_outage_last_end_timestamp_seconds", vip=vip) + offset
    return Span(end - page.need("vip_outage_last_duration_seconds", vip=vip), end)
