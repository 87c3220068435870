"""Each case in the lab, one after the other, while clients log in and rows are committed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import exporters, haproxy, orders
from deploy.lab.borrowed import Report
from deploy.lab.errors import LabError
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until
from exporter.sources.haproxy.configuration import timers
from tests.trials.common import ground_truth
from tests.trials.drill.cases import Case
from tests.trials.drill.felt import commits, measured, truth
from tests.trials.drill.journal import Event, events, events_since
from tests.trials.drill.results import Outcome

BEFORE = 2.0  # seconds without a fault at the beginning of a case
SETTLE = 8.0  # seconds in which the cluster, and HAProxy's checks, answer a fault
READ_BACK = 90.0  # seconds: after each outage, else once a minute
PROMISE = 90.0  # seconds: after a change, else once a minute
EXPECTED = "failover_expected_seconds"
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
    promised: float | None


def drill(lab: Lab, cases: Sequence[Case], step: Report) -> tuple[Outcome, ...]:
    host, vip = ground_truth.vantage(lab), lab.topology.vip
    if not lab.topology.keepalived:
        _move_once(lab, step)
    with (
        exporters.committing(host, lab.topology),
        ground_truth.running(host, lab.topology) as running,
    ):
        try:
            ran = [_run(lab, host, case, running, step) for case in cases]
        except LabError as error:
            step(str(error))  # putting the lab back may fail too, and must not hide it
            raise
        finally:
            if any(case.timeouts != haproxy.OWN for case in cases):
                _take_configuration(lab, step)
    attempts = running.attempts()
    return tuple(
        Outcome(
            one.case,
            truth(attempts, one.start, one.end),
            measured(one.before, one.after, vip),
            one.events,
            commits(one.before, one.after, vip),
            one.promised,
        )
        for one in ran
    )


def _run(lab: Lab, host: Host, case: Case, running: ground_truth.Client, step: Report) -> _Ran:
    """Returns with the lab whole."""
    if case.timeouts != haproxy.OWN:
        for balancer in lab.fleet.balancers:
            haproxy.configure(balancer, lab.topology, case.timeouts)
        _take_configuration(lab, step)
    promised = _promise(lab, case, step)
    running.wait_quiet()
    before, start, since = scrape(lab, host.name), time.monotonic(), time.time()
    time.sleep(BEFORE)
    where = lab.topology.databases[-1].name if case.on_one else None
    step(f"{case.name}: {lab.fault(case.fault, where)}")
    time.sleep(SETTLE)
    running.wait_quiet()
    _wait_read_back(lab, host, step)
    after, end = scrape(lab, host.name), time.monotonic()
    reported = events_since(events(lab.host(lab.holder())), since)
    if case.on_one:  # woken, it would take itself for Primary still, and `heal` for one of two components
        lab.fault("galera-killed", where)
    lab.heal()
    return _Ran(case, start, end, before, after, reported, promised)


def _move_once(lab: Lab, step: Report) -> None:
    """A stop that was never seen can't be promised."""
    step(f"one move first, so that its times are known: {lab.fault('resource-moved')}")
    lab.heal()


def _take_configuration(lab: Lab, step: Report) -> None:
    """HAProxy started anew, with what its file says."""
    step("HAProxy is started anew with its file")
    orders.restart(lab.host(lab.holder()), lab.topology.primitives[-1])
    lab.wait_whole()


def _promise(lab: Lab, case: Case, step: Report) -> float | None:
    """By the page of the balancer that serves, once it has read the files in force; under Keepalived by that
    of the one in BACKUP, which alone knows how soon it would take over. None: nothing is promised, or it is
    not known."""
    step("waiting for what the exporter promises")
    connect = timers.seconds(case.timeouts.connect)
    phase = "reconnect" if case.connects else "total"
    found: list[float | None] = [None]

    def renewed() -> bool:
        serves = lab.holder()
        tells = lab.topology.peer(serves).name if lab.topology.keepalived else serves
        page = scrape(lab, tells)
        found[:] = [page.get(EXPECTED, fault=case.promised, phase=phase) if case.promised else None]
        # It was in FAULT, or gone, a moment ago.
        known = found != [None] or not (lab.topology.keepalived and case.promised)
        return known and page.get(EXPECTED, fault="server_gone", phase="reconnect") == connect

    until("a promise by the files in force", renewed, PROMISE, step=0.5)
    return found[0]


def _wait_read_back(lab: Lab, host: Host, step: Report) -> None:
    """Until every row that is acknowledged by now was read back."""
    now, vip = time.time(), lab.topology.vip
    step("waiting until all rows are read back")

    def read_back() -> bool:
        return (scrape(lab, host.name).get(FOLLOWS, vip=vip) or 0.0) > now

    until("the rows to be read back", read_back, READ_BACK, log=lambda: exporters.tail(host), step=0.5)
