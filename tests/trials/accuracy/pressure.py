"""Whether the schedule is kept while the exporter makes pages of a large HAProxy without a pause."""

import time
from dataclasses import dataclass

from deploy.lab.exporters import vantage
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import parse
from tests.trials.accuracy.verdict import Target
from tests.trials.accuracy.watch import counts
from tests.trials.common import large
from tests.trials.common.page_client import LIKE_PROMETHEUS

SERVERS = 1000
SCRAPES, SHORT_SCRAPES = 60, 10


@dataclass(frozen=True)
class Pressure:
    scrapes: int
    seconds: float  # all of them took
    slowest: float  # seconds
    attempts: int
    late: int

    @property
    def targets(self) -> list[Target]:
        what = f"late attempts during scrapes of {SERVERS} servers"
        return [Target(what, "0", str(self.late), self.late == 0)]


def press(lab: Lab, host: Host, *, short: bool) -> Pressure:
    """With an exporter of its own, which probes every address of the lab too."""
    vip = lab.topology.vip
    with large.running(large.SERVERS, SERVERS, lab, host, vantage(lab.topology)) as member:
        client = member.client()
        try:
            before, began = counts(parse(client.scrape().text), vip), time.monotonic()
            took = [
                client.scrape(LIKE_PROMETHEUS).seconds for _ in range(SHORT_SCRAPES if short else SCRAPES)
            ]
            seconds, after = time.monotonic() - began, counts(parse(client.scrape().text), vip)
        finally:
            client.close()
    return Pressure(len(took), seconds, max(took), after.attempts - before.attempts, after.late - before.late)
