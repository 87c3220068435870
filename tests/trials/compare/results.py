"""Everything that one run found, as data."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from tests.trials.compare.figures import Cost, Growth, Target, targets, together
from tests.trials.compare.parity import Parity, Verdict
from tests.trials.compare.processes import busy

PACKAGES = (
    "prometheus-hacluster-exporter",
    "prometheus-haproxy-exporter",
    "prometheus-blackbox-exporter",
    "prometheus-mysqld-exporter",
    "pacemaker",
    "corosync",
    "haproxy",
    "mariadb-server",
    "galera-4",
)
LIBRARIES = ("failover-exporter", "prometheus-client", "aiohttp", "lxml", "PyMySQL")
BUSY_SECONDS = 2.0
THE_SET = "the set together"


@dataclass(frozen=True)
class Circumstances:
    when: datetime
    topology: str
    rounds: int
    machine: str
    busy: float  # the share of the machine's CPU that was in use before the first round
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Results:
    at: Circumstances
    parity: tuple[Parity, ...]
    peers: tuple[Cost, ...]
    ours: Cost
    growth: tuple[Growth, ...]
    how: tuple[tuple[str, str], ...]  # each peer, and how it was run

    @property
    def set(self) -> Cost:
        return together(THE_SET, self.peers)

    @property
    def targets(self) -> list[Target]:
        return targets(self.set, self.ours)

    @property
    def parity_holds(self) -> bool:
        return not any(peer.failures for peer in self.parity)

    def as_json(self) -> dict[str, object]:
        """Seconds and bytes."""
        return {
            "when": self.at.when.isoformat(timespec="seconds"),
            "topology": self.at.topology,
            "rounds": self.at.rounds,
            "machine": self.at.machine,
            "busy": self.at.busy,
            "versions": dict(self.at.versions),
            "parity": [_parity(peer) for peer in self.parity],
            "cost": [_cost(cost) for cost in (*self.peers, self.set, self.ours)],
            "targets": [_target(target) for target in self.targets],
            "growth": [_growth(growth) for growth in self.growth],
        }


def _parity(peer: Parity) -> dict[str, object]:
    counts = {verdict.value: peer.count(verdict) for verdict in Verdict}
    return {"peer": peer.peer, **counts, "failures": [str(failure) for failure in peer.failures]}


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "name": cost.name,
        "cpu_seconds": cost.cpu,
        "idle_cpu": cost.idle,
        "median_seconds": cost.median,
        "worst_seconds": cost.worst,
        "resident_bytes": cost.memory.resident,
        "peak_bytes": cost.memory.peak,
        "proportional_bytes": cost.memory.proportional,
        "series": cost.series,
    }


def _target(target: Target) -> dict[str, object]:
    return {
        "what": target.what,
        "unit": target.unit,
        "theirs": target.theirs,
        "ours": target.ours,
        "met": target.met,
    }


def _growth(growth: Growth) -> dict[str, object]:
    return {
        "what": growth.what,
        "sizes": [{"size": size, **_cost(cost)} for size, cost in growth.costs],
        "cpu_ratio": growth.cpu_ratio,
        "latency_ratio": growth.latency_ratio,
        "flat": growth.flat,
    }


def circumstances(topology: str, rounds: int) -> Circumstances:
    """Of this moment; takes the two seconds in which it looks how busy the machine is."""
    listed = versions(PACKAGES, LIBRARIES)
    return Circumstances(datetime.now(UTC), topology, rounds, machine(), busy(BUSY_SECONDS), listed)


def versions(packages: Sequence[str], libraries: Sequence[str]) -> tuple[tuple[str, str], ...]:
    query = ["dpkg-query", "--show", "--showformat=${Package}\t${Version}\n", *packages]
    listed = subprocess.run(query, capture_output=True, text=True, check=False, timeout=20).stdout
    installed = dict(line.split("\t") for line in listed.splitlines())
    return (
        *((name, installed.get(name, "not installed")) for name in packages),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in libraries),
    )


def machine() -> str:
    """In general words: ``2 cores, 24 GB of memory, Linux 6.1 on x86_64``."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{cores} cores, {memory:.0f} GB of memory, Linux {kernel} on {platform.machine()}"
