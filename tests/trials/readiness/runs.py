"""Each case in the lab, one after the other: made, predicted, lost, looked at, put back."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from deploy.lab import galera
from deploy.lab.borrowed import Report
from deploy.lab.errors import Overdue
from deploy.lab.fleet import addresses
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import scrape
from deploy.lab.waiting import until
from tests.trials.readiness.cases import Case, Pair
from tests.trials.readiness.results import Outcome, Prediction, predicted

SETTLE = 6.0  # seconds: a page may still have the answer from before, and does not say so
PREDICTED = 30.0  # seconds in which both pages should know
LOOK = 30.0  # seconds in which the survivor should serve
CONFIGURATION = ("--scope", "configuration")


def all_of(lab: Lab, cases: Sequence[Case], step: Report) -> tuple[Outcome, ...]:
    return tuple(run(lab, case, step) for case in cases)


def run(lab: Lab, case: Case, step: Report) -> Outcome:
    """Returns with the lab whole and the CIB as before."""
    pair = Pair(lab)
    with _configuration_kept(lab):
        case.make(pair)
        lost, survivor = pair.holder, pair.peer
        pages = _predictions(lab, lost.name, case)
        step(f"{case.done}: {lab.fault('node-off', lost.name)}")
        login = _wait_served(lab, survivor)
        outcome = Outcome(case.done, lost.name, pages, _running(lab, survivor), login)
    step(f"healed; the prediction was {'wrong' if outcome.problems else 'right'}")
    return outcome


def _predictions(lab: Lab, lost: str, case: Case) -> Mapping[str, Prediction]:
    """What both pages say once they agree with the case, or after PREDICTED seconds what they say by then."""
    time.sleep(SETTLE)
    pages: dict[str, Prediction] = {}

    def known() -> bool:
        for host in lab.fleet.balancers:
            page = scrape(lab, host.name)
            pages[host.name] = {name: predicted(page, name, lost) for name in lab.topology.primitives}
        every = [one for page in pages.values() for one in page.values()]
        healthy = [all(one.to for one in page.values()) for page in pages.values()]
        return all(one.said for one in every) and all(one == case.healthy for one in healthy)

    with suppress(Overdue):
        until("both pages to know", known, PREDICTED, step=0.5)
    return pages


def _wait_served(lab: Lab, survivor: Host) -> str | None:
    """Seconds until a client logged in through the address, None if none could."""
    began, client = time.monotonic(), lab.fleet.clients[0]
    names = {place.name for place in lab.topology.databases}

    def served() -> bool:
        runs = all(_running(lab, survivor).values())
        return runs and galera.login(client, lab.topology.vip, lab.topology.port) in names

    try:
        until("a login", served, LOOK, step=0.3)
    except Overdue:
        return None
    return f"{time.monotonic() - began:.1f}"


def _running(lab: Lab, survivor: Host) -> dict[str, str]:
    """By its kernel: the address on an interface, and processes of HAProxy."""
    address, proxy = lab.topology.primitives
    held = lab.topology.vip in addresses(survivor)
    return {
        address: survivor.name if held else "",
        proxy: survivor.name if survivor.named("haproxy") else "",
    }


@contextmanager
def _configuration_kept(lab: Lab) -> Iterator[None]:
    """Puts the CIB's configuration back and heals, also after an error."""
    kept = lab.fleet.balancers[0].run("cibadmin", "--query", *CONFIGURATION)
    try:
        yield
    finally:
        alive = next(host for host in lab.fleet.balancers if host.named("pacemakerd"))
        alive.run("cibadmin", "--replace", *CONFIGURATION, "--xml-pipe", stdin=kept)
        lab.heal()
