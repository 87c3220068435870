"""Each case in the lab, one after the other, while clients log in and rows are committed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import exporters
from deploy.lab.borrowed import Report
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until
from tests.trials.common import ground_truth
from tests.trials.drill.cases import Case
from tests.trials.drill.felt import commits, measured, truth
from tests.trials.drill.journal import Event, events, events_since
from tests.trials.drill.results import Outcome

BEFORE = 2.0  # seconds without a fault at the beginning of a case
SETTLE = 8.0  # seconds in which the cluster, and HAProxy's checks, answer a fault
READ_BACK = 90.0  # seconds: after each outage, else once a minute
FOLLOWS = "vip_commits_read_back_timestamp_seconds"


@dataclass(frozen=True)
class _Ran:
    """A case, before the clients' log is there."""

    case: Case
    start: float  # monotonic seconds
    end: float
    before: Page
    after: Page
    events: tuple[Event, ...]


def drill(lab: Lab, cases: Sequence[Case], step: Report) -> tuple[Outcome, ...]:
    host, vip = ground_truth.vantage(lab), lab.topology.vip
    with (
        exporters.committing(host, lab.topology),
        ground_truth.running(host, lab.topology) as running,
    ):
        ran = [_run(lab, host, case, running, step) for case in cases]
    attempts = running.attempts()
    return tuple(
        Outcome(
            one.case,
            truth(attempts, one.start, one.end),
            measured(one.before, one.after, vip),
            one.events,
            commits(one.before, one.after, vip),
        )
        for one in ran
    )


def _run(lab: Lab, host: Host, case: Case, running: ground_truth.Client, step: Report) -> _Ran:
    """Returns with the lab whole."""
    running.wait_quiet()
    before, start, since = scrape(lab, host.name), time.monotonic(), time.time()
    time.sleep(BEFORE)
    step(f"{case.name}: {lab.fault(case.fault)}")
    time.sleep(SETTLE)
    running.wait_quiet()
    _wait_read_back(lab, host, step)
    after, end = scrape(lab, host.name), time.monotonic()
    reported = events_since(events(lab.host(lab.holder())), since)
    lab.heal()
    return _Ran(case, start, end, before, after, reported)


def _wait_read_back(lab: Lab, host: Host, step: Report) -> None:
    """Until every row that is acknowledged by now was read back."""
    now, vip = time.time(), lab.topology.vip
    step("waiting until all rows are read back")

    def read_back() -> bool:
        return (scrape(lab, host.name).get(FOLLOWS, vip=vip) or 0.0) > now

    until("the rows to be read back", read_back, READ_BACK, log=lambda: exporters.tail(host), step=0.5)
