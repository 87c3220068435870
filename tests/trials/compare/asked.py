"""What the programs that exporters ask spend: on answering, and on this exporter while nobody scrapes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.lab import exporters
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from tests.trials.common.processes import Watched, outside
from tests.trials.compare.peers import haproxies

REST = 15.0  # seconds of each look, with the exporter and without
TURNS = 2
CALM = 8.0  # seconds after the exporter started or ended


@dataclass(frozen=True)
class Asked:
    """By the program's name; what its agents and other children use is not in it."""

    programs: Mapping[str, Watched]

    def cpu(self) -> dict[str, float]:
        """Seconds so far."""
        return {name: watched.cpu().own for name, watched in self.programs.items()}

    def since(self, before: Mapping[str, float]) -> dict[str, float]:
        return {name: cpu - before[name] for name, cpu in self.cpu().items()}


NOBODY = Asked({})


def asked_in(lab: Lab) -> Asked:
    """Of the balancer that holds the address, and MariaDB of all its nodes."""
    balancer = lab.host(lab.holder())
    inside = {
        "Corosync": [one.pid for one in balancer.named("corosync")],
        "Pacemaker": [one.pid for one in balancer.processes() if one.name.startswith("pacemaker")],
        "HAProxy": haproxies(balancer),
    }
    programs = {name: Watched(outside(balancer.pid(), pids)) for name, pids in inside.items()}
    databases = [_mariadbd(lab.host(place.name)) for place in lab.topology.databases]
    return Asked({**programs, "MariaDB": Watched(tuple(pid for pids in databases for pid in pids))})


def _mariadbd(host: Host) -> tuple[int, ...]:
    return outside(host.pid(), [one.pid for one in host.named("mariadbd")])


def at_rest(lab: Lab, asked: Asked) -> dict[str, float]:
    """CPU seconds in a second that this exporter costs each program while nobody scrapes it: its probes, its
    looks. With it running, less without it, in turns."""
    balancer, found = lab.host(lab.holder()), dict.fromkeys(asked.programs, 0.0)
    for _ in range(TURNS):
        running = _look(asked)
        exporters.stop(balancer)
        try:
            stopped = _look(asked)
        finally:
            exporters.start(balancer)
        for name in found:
            found[name] += (running[name] - stopped[name]) / TURNS
    return {name: max(rate, 0.0) for name, rate in found.items()}


def _look(asked: Asked) -> dict[str, float]:
    time.sleep(CALM)
    before, began = asked.cpu(), time.monotonic()
    time.sleep(REST)
    seconds = time.monotonic() - began
    return {name: cpu / seconds for name, cpu in asked.since(before).items()}
