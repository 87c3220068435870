"""Sets Keepalived up, reads what is promised, breaks, measures what clients waited, heals."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from deploy.lab import vrrp
from deploy.lab.borrowed import Report
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until
from tests.trials.common import ground_truth
from tests.trials.common.truth import Attempt, outages
from tests.trials.keepalived.promised.cases import Case

MOVED = 30.0  # seconds
MASTER = 40.0  # seconds until the host of the higher priority is it again
READ = 30.0  # seconds until its page shows what it was configured with


@dataclass(frozen=True)
class Round:
    promised: float  # seconds
    waited: float


@dataclass(frozen=True)
class Outcome:
    case: str
    rounds: tuple[Round, ...]


def run(lab: Lab, case: Case, rounds: int, step: Report) -> Outcome:
    """Returns with the lab whole; LabError if something can't be made or healed."""
    found = []
    for _ in range(rounds):
        found.append(_round(lab, case))
        step(f"{case.name}: {found[-1].promised:.1f} s promised, {found[-1].waited:.2f} waited")
    return Outcome(case.name, tuple(found))


def _round(lab: Lab, case: Case) -> Round:
    holder, peer = _configure(lab, case)
    promised = _promised(lab, peer.name, case)
    with ground_truth.running(ground_truth.vantage(lab), lab.topology) as client:
        client.wait_quiet()
        begun = time.monotonic()
        lab.fault(case.fault, holder.name)
        until(f"{peer.name} alone to hold the address", partial(_holds_alone, lab, peer), MOVED)
        client.wait_quiet()
        over = time.monotonic()
    found = waited(client.attempts(), begun, over)
    lab.heal()
    return Round(promised, found)


def _configure(lab: Lab, case: Case) -> tuple[Host, Host]:
    """The host that holds the address then, and the other. That one is started anew first: so it has had the
    address for a moment, and has looked at its Keepalived when it gave it back."""
    first, second = lab.fleet.balancers
    for host in (second, first):
        vrrp.stop(host)
        vrrp.set_up(host, lab.fleet, **case.settings)
        vrrp.start(host)
        until(f"Keepalived on {host.name} to answer", partial(_answers, host), MASTER)

    def settled() -> bool:
        views = [vrrp.view(host) for host in (first, second)]
        return [one and one.state for one in views] == ["MASTER", "BACKUP"]

    until(f"{first.name} to be MASTER", settled, MASTER, step=0.5)
    return first, second


def _holds_alone(lab: Lab, host: Host) -> bool:
    return [one.name for one in lab.fleet.holders()] == [host.name]


def _answers(host: Host) -> bool:
    return vrrp.view(host) is not None


def _promised(lab: Lab, host: str, case: Case) -> float:
    """By the page of the host that would take over."""
    pages: list[Page] = []

    def shown() -> bool:
        pages[:] = [scrape(lab, host)]
        return pages[0].get("failover_expected_seconds", fault=case.promise, phase="total") is not None

    until(f"{host} to promise {case.promise}", shown, READ)
    return pages[0].need("failover_expected_seconds", fault=case.promise, phase="total")


def waited(attempts: Sequence[Attempt], since: float, until_then: float) -> float:
    """The longest that a client waited, through refused and slow logins: seconds. Times are monotonic.

    An outage, or a login that succeeded and took long, as where its SYN was lost.
    """
    out = [span.duration for span in outages(attempts) if since - 1 <= span.start <= until_then]
    slow = [
        one.end - one.launch
        for one in attempts
        if not one.failed and since - 1 <= one.launch <= until_then and one.end >= since
    ]
    return max([*out, *slow], default=0.0)
