"""Takes the recordings: real clusters in the lab, their exporters' pages before and after each fault."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from deploy.lab.borrowed import Report, whole_lab
from deploy.lab.errors import LabError
from deploy.lab.exporters import PORT
from deploy.lab.lab import Lab
from deploy.lab.page import scrape
from deploy.lab.waiting import until
from tests.trials.common.page_client import LIKE_PROMETHEUS, PageClient
from tests.trials.fleet.faults import FAULTS, Fault
from tests.trials.fleet.recording import EVERY, Recording, joined, restless

CALM = 7  # frames: they are repeated until the fault, the last one only leads to it
AFTER = 19  # frames: what the slowest rules need at 15 s, and what is repeated from then on
# What happened before is told for a minute: exporter/rules/failover.py and vip.py.
RECENT = 65.0  # seconds
LATEST = ("failover_last_event_timestamp_seconds", "vip_outage_last_end_timestamp_seconds")
QUIET_WITHIN = 90.0  # seconds
TRIES = 4

Frame = dict[str, str | None]  # by host


def record_all(folder: Path, step: Report) -> None:
    for topology in sorted({one.topology for one in FAULTS}):
        faults = [one for one in FAULTS if one.topology == topology]
        with whole_lab(topology, folder, step) as lab, lab_clients(lab) as clients:
            for number, fault in enumerate(faults):
                if number:
                    lab.heal()
                _good(lab, clients, fault, step).save()


@contextmanager
def lab_clients(lab: Lab) -> Iterator[list[PageClient]]:
    clients = [PageClient(host, PORT, "/metrics") for host in lab.fleet.exporters]
    try:
        yield clients
    finally:
        for client in clients:
            client.close()


def _good(lab: Lab, clients: Sequence[PageClient], fault: Fault, step: Report) -> Recording:
    """One of a cluster that was at rest before; this machine may be busy with something else."""
    for _ in range(TRIES):
        until("the last failover and outage to be old", lambda: _quiet(lab), QUIET_WITHIN, step=1)
        found = record(lab, clients, fault, step)
        if not (why := restless(found, brief=not fault.page)):
            return found
        step(f"{fault.name}: once more, for this machine is busy: {why}")
        lab.heal()
    raise LabError(
        f"{fault.name}: {TRIES} times this machine was too busy to record it; try again when it is not"
    )


def record(lab: Lab, clients: Sequence[PageClient], fault: Fault, step: Report) -> Recording:
    hosts = [host.name for host in lab.fleet.exporters]
    frames: list[Frame] = []
    times: list[float] = []
    with ThreadPoolExecutor(len(clients)) as pool:
        due = time.monotonic()
        for number in range(CALM + AFTER):
            if number == CALM:
                did = lab.fault(fault.name)
                step(f"{fault.name}: {did}")
                due = max(due, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            times.append(time.time())
            frames.append(dict(zip(hosts, pool.map(_page, clients), strict=True)))
            due += EVERY
    pages = {host: joined([frame[host] for frame in frames]) for host in hosts}
    names = tuple(host.name for host in lab.topology.hosts)
    step(f"{fault.name}: {CALM} frames before it, {AFTER} after")
    return Recording(lab.topology.name, fault.name, did, CALM, tuple(times), names, pages)


def _quiet(lab: Lab) -> bool:
    pages = [scrape(lab, host.name) for host in lab.fleet.exporters]
    latest = (value for page in pages for name in LATEST for value in page.all(name).values())
    return max(latest, default=0.0) < time.time() - RECENT


def _page(client: PageClient) -> str | None:
    try:
        return client.scrape(LIKE_PROMETHEUS).text
    except LabError:
        return None
