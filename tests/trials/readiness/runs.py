"""Each case in the lab, one after the other: made, predicted, lost, looked at, put back."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from deploy.lab import galera
from deploy.lab.borrowed import Report, anew
from deploy.lab.errors import LabError, Overdue
from deploy.lab.fleet import addresses
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import scrape
from deploy.lab.waiting import until
from tests.trials.common.kept import Kept
from tests.trials.readiness.cases import Case
from tests.trials.readiness.foretold import Foretold, failed, predicted
from tests.trials.readiness.pair import Pair
from tests.trials.readiness.results import Outcome, Row, keep

SETTLE = 10.0  # seconds: a page may still have the answer from before, and does not say so
PREDICTED = 30.0  # seconds in which both pages should know
LOOK = 30.0  # seconds in which the survivor should serve
CONFIGURATION = ("--scope", "configuration")


def all_of(lab: Lab, cases: Sequence[Case], kept: Kept[Row], step: Report) -> tuple[Row, ...]:
    """Those that `kept` has already, which were right, are not run again.

    What goes wrong with one case is its row's trouble; those that follow have a whole lab again.
    """
    rows = kept.load()
    left = [case for case in cases if case.name not in rows]
    for number, case in enumerate(left, 1):
        rows[case.name] = row = _row(lab, case, step)
        keep(kept, case.name, row)
        said = "; ".join(row.problems) or "right"
        step(f"{number} of {len(left)} ({row.seconds:.0f} s): {case.name}: {said}")
    return tuple(rows[case.name] for case in cases)


def _row(lab: Lab, case: Case, step: Report) -> Row:
    """Returns with the lab whole and the CIB as before."""
    outcome, troubles, began = None, list[str](), time.monotonic()
    with _put_back(lab, troubles, step) as undo:
        try:
            outcome = _outcome(Pair(lab, undo), case, step)
        except LabError as error:
            troubles.append(str(error))
    return Row(case.done, case.why, outcome, tuple(troubles), time.monotonic() - began)


def _outcome(pair: Pair, case: Case, step: Report) -> Outcome:
    case.make(pair)
    lab, lost, survivor = pair.lab, pair.holder, pair.peer
    foretold = _foretold(lab, lost, survivor, case)
    step(f"{case.done}: {lab.fault('node-off', lost.name)}")
    login = _wait_served(lab, survivor)
    return Outcome(foretold, _running(lab, survivor), login)


def _foretold(lab: Lab, lost: Host, survivor: Host, case: Case) -> Foretold:
    """What both pages say once they agree with the case, or after PREDICTED seconds what they say by then."""
    time.sleep(SETTLE)
    runs = {resource: bool(node) for resource, node in _running(lab, lost).items()}
    said: list[Foretold] = []

    def known() -> bool:
        pages = {host.name: scrape(lab, host.name) for host in lab.fleet.balancers}
        takeovers = {
            name: {resource: predicted(page, resource, lost.name) for resource in runs}
            for name, page in pages.items()
        }
        checks = {name: failed(page) for name, page in pages.items()}
        said[:] = [Foretold(lost.name, survivor.name, runs, takeovers, checks)]
        return said[0].complete and all(case.agrees(said[0], name) for name in pages)

    with suppress(Overdue):
        until("both pages to know", known, PREDICTED, step=0.5)
    return said[0]


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


def _running(lab: Lab, host: Host) -> dict[str, str]:
    """Its name for each resource that it runs by its kernel: an interface's address, HAProxy's processes."""
    address, proxy = lab.topology.primitives
    held = lab.topology.vip in addresses(host)
    return {
        address: host.name if held else "",
        proxy: host.name if host.named("haproxy") else "",
    }


@contextmanager
def _put_back(lab: Lab, troubles: list[str], step: Report) -> Iterator[ExitStack]:
    """Undoes what was done, puts the CIB's configuration back and heals, also after an error."""
    kept = lab.fleet.balancers[0].run("cibadmin", "--query", *CONFIGURATION)
    undo = ExitStack()
    try:
        yield undo
    finally:
        try:
            undo.close()
            alive = next(host for host in lab.fleet.balancers if host.named("pacemakerd"))
            alive.run("cibadmin", "--replace", *CONFIGURATION, "--xml-pipe", stdin=kept)
            lab.heal()
        except LabError as error:
            troubles.append(f"the lab was not whole again, and was built anew: {error}")
            anew(lab, step)
