"""When, where, and with which versions something was measured."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from deploy.lab.exporters import PYTHON
from deploy.lab.lab import Lab, on

# Debian packages of the cluster, and the exporter with the library that its probes use.
PACKAGES = ("pacemaker", "corosync", "haproxy", "mariadb-server", "galera-4")
LIBRARIES = ("failover-exporter", "PyMySQL")

Versions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Circumstances:
    when: datetime
    command: str  # that measures the same again
    topology: str
    machine: str
    versions: Versions

    def as_json(self) -> dict[str, object]:
        return {
            **asdict(self),
            "when": self.when.isoformat(timespec="seconds"),
            "versions": dict(self.versions),
        }


def now(
    command: str, topology: str, packages: Sequence[str] = PACKAGES, libraries: Sequence[str] = LIBRARIES
) -> Circumstances:
    query = dpkg_query(packages)
    listed = subprocess.run(query, capture_output=True, text=True, check=False, timeout=20).stdout
    found = versions(packages, listed, platform.python_version(), libraries)
    return Circumstances(datetime.now(UTC), command, topology, machine(), found)


def of(lab: Lab, command: str) -> Circumstances:
    """As now(), with what the lab's hosts have, which may be of another release."""
    host, topology = lab.fleet.balancers[0], lab.topology.name + on(lab.state.release())
    python = host.run(PYTHON, "-c", "import platform; print(platform.python_version())").strip()
    found = versions(PACKAGES, host.exec(dpkg_query(PACKAGES)).stdout, python, LIBRARIES)
    return Circumstances(datetime.now(UTC), command, topology, machine(), found)


def versions(packages: Sequence[str], listed: str, python: str, libraries: Sequence[str]) -> Versions:
    """`listed` is of dpkg_query(); the libraries are locked, so those that this program has."""
    installed = dpkg_listed(listed)
    return (
        *((name, installed.get(name, "not installed")) for name in packages),
        ("Python", python),
        *((name, version(name)) for name in libraries),
    )


def dpkg_query(packages: Sequence[str]) -> list[str]:
    """The command that lists those of them that are installed, as dpkg_listed() reads it."""
    return ["dpkg-query", "--show", "--showformat=${Package}\t${Version}\n", *packages]


def dpkg_listed(output: str) -> dict[str, str]:
    """Versions by package."""
    return dict(line.split("\t") for line in output.splitlines())


def machine() -> str:
    """In general words: ``2 cores, 24 GB of memory, Linux 6.1 on x86_64``."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{cores} cores, {memory:.0f} GB of memory, Linux {kernel} on {platform.machine()}"
