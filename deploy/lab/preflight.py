"""Whether this machine can run the lab; if not, one sentence that says what to do."""

import os
import sys
from collections.abc import Collection
from pathlib import Path

from deploy.lab import loop
from deploy.lab.errors import Missing
from deploy.lab.topology import Topology

PACKAGES = Path(__file__).with_name("packages.txt")
MORE_PACKAGES = Path(__file__).with_name("topologies") / "packages.txt"  # that only some topologies need
PEERS = Path(__file__).with_name("peers.txt")  # the exporters in common use; the lab needs none of them


def packages(text: str) -> dict[str, Path]:
    """Package name to the file it is known by, from lines like ``tini    # /usr/bin/tini``."""
    found = {}
    for line in text.splitlines():
        name, _, proof = (part.strip() for part in line.partition("#"))
        if name:
            found[name] = Path(proof)
    return found


def check() -> None:
    if not sys.platform.startswith("linux"):
        raise Missing(f"the lab is made of network namespaces: it needs Linux, not {sys.platform}")
    if os.geteuid() != 0:
        raise Missing("the lab makes network namespaces and mounts: run it as root")
    need(PACKAGES, "demo")


def check_for(topology: Topology) -> None:
    """As check(), and for what this topology needs beside that."""
    check()
    need(MORE_PACKAGES, "packages", topology.packages)
    if topology.fencing == "disk" and not loop.CONTROL.exists():
        raise Missing(f"there is no {loop.CONTROL}: the disk that the balancers share is a loop device")


def need(listed: Path, target: str, names: Collection[str] | None = None) -> None:
    """The packages of that file, or these of them; `target` is who of the Makefile installs them."""
    found = packages(listed.read_text())
    absent = [name for name in (found if names is None else names) if not found[name].exists()]
    if absent:
        raise Missing(f"not installed: {' '.join(absent)} (`make {target}` installs what is missing)")
