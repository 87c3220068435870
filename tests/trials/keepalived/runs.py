"""Breaks, waits for what must come of it, heals."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from deploy.lab.borrowed import Report
from deploy.lab.errors import LabError, Overdue
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.monitoring.prometheus import Alert
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until
from exporter.rules.rule import Severity
from tests.trials.common import ground_truth
from tests.trials.common.truth import outages
from tests.trials.keepalived.cases import CALM, HAPPENED, HOLDER, PEER, Case, Told
from tests.trials.keepalived.verdict import Fired, Outcome, complete

MOST = 75.0  # seconds until all must have come
QUIET = 90.0  # seconds until nothing fires any more of what was before
STEP = 1.0
SEVERITIES = (Severity.CRITICAL, Severity.WARNING)


@dataclass(frozen=True)
class Roles:
    """Of the two balancers at the moment of the fault."""

    holder: str
    peer: str

    def of(self, name: str) -> str:
        return {self.holder: HOLDER, self.peer: PEER}.get(name, name)


def run(lab: Lab, case: Case, step: Report) -> Outcome:
    """Returns with the lab whole; LabError if the fault can't be made or healed."""
    _wait_calm(lab)
    holder = lab.holder()
    roles = Roles(holder, lab.topology.peer(holder).name)
    with ground_truth.running(ground_truth.vantage(lab), lab.topology) as client:
        client.wait_quiet()
        begun, began_at = time.monotonic(), time.time()
        did = "nothing" if case.fault == CALM else lab.fault(case.fault)
        placed = time.time()
        step(f"{case.fault}: {did}")
        told, fired = _watch(lab, case, roles, (began_at, placed))
        healing = time.monotonic()
        heal = lab.heal()
        client.wait_quiet()
    spans = [span for span in outages(client.attempts()) if span.start >= begun - 1]
    out = sum(span.duration for span in spans if span.start < healing)
    after = sum(span.duration for span in spans if span.start >= healing)
    return Outcome(case.fault, did, told, fired, round(out, 2), round(heal, 1), round(after, 2))


def _watch(
    lab: Lab, case: Case, roles: Roles, since: tuple[float, float]
) -> tuple[tuple[Told, ...], tuple[Fired, ...]]:
    """What is in the journals once all has come, and what has fired by then. `since` is when the fault began
    and when it was in place, seconds since 1970."""
    began, placed = since
    monitoring = Monitoring(lab.fleet)
    told: list[Told] = []
    fired: dict[tuple[str, str], Fired] = {}

    def enough() -> bool:
        for one in _firing(monitoring, began):
            key = one.name, one.labels.get("cause", "")
            fired.setdefault(key, Fired(one.name, one.severity, key[1], round(time.time() - placed, 1)))
        told[:] = _told(lab, roles, began)
        seen = complete(case, tuple(told), tuple(fired.values()))
        return seen and time.time() - placed >= case.watch

    with suppress(Overdue):  # the verdict says what did not come
        until("all that must come", enough, max(MOST, case.watch), step=STEP)
    return tuple(dict.fromkeys(told)), tuple(fired.values())


def _firing(monitoring: Monitoring, since: float) -> Iterator[Alert]:
    for one in monitoring.alerts():
        if one.state == "firing" and one.severity in SEVERITIES and one.active_at.timestamp() > since:
            yield one


def _told(lab: Lab, roles: Roles, since: float) -> list[Told]:
    """The events of both journals since the fault, with roles for names."""
    found = []
    for host in lab.fleet.balancers:
        try:
            done = lab.exec(host.name, ["failover-exporter", "events", "--json", "--since", "10m"], 15)
        except LabError:
            continue
        for line in done.stdout.splitlines():
            event = json.loads(line)
            if event["at"] > since - 1:
                places = roles.of(event["origin"]), roles.of(event["target"])
                found.append(Told(roles.of(host.name), event["cause"], event["kind"], *places))
    return found


def _wait_calm(lab: Lab) -> None:
    """Until nothing fires but what a failover just healed left, and both exporters show the same holder.

    Prometheus forgets the faults before this one: each by itself is no FailoverFlapping."""
    monitoring = Monitoring(lab.fleet)
    monitoring.reset()

    def calm() -> bool:
        firing = [one for one in monitoring.alerts() if one.severity in SEVERITIES and one.name != HAPPENED]
        pages = [scrape(lab, host.name) for host in lab.fleet.balancers]
        return not firing and all(_holders(page) == {lab.holder()} for page in pages)

    until("nothing that fires", calm, QUIET, step=STEP, log=lambda: str(monitoring.alerts()))


def _holders(page: Page) -> set[str]:
    return {dict(one.labels)["node"] for one, held in page.all("failover_holder").items() if held}
