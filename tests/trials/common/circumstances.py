"""When, where, and with which versions something was measured."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version

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
    return Circumstances(datetime.now(UTC), command, topology, machine(), versions(packages, libraries))


def versions(packages: Sequence[str], libraries: Sequence[str]) -> Versions:
    command = dpkg_query(packages)
    listed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout
    installed = dpkg_listed(listed)
    return (
        *((name, installed.get(name, "not installed")) for name in packages),
        ("Python", platform.python_version()),
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
