"""Whether this machine can run the lab; if not, one sentence that says what to do."""

import os
import sys
from pathlib import Path

from deploy.lab.errors import Missing

PACKAGES = Path(__file__).with_name("packages.txt")


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


def need(listed: Path, target: str) -> None:
    """The packages of that file; `target` is who of the Makefile installs them."""
    absent = [name for name, proof in packages(listed.read_text()).items() if not proof.exists()]
    if absent:
        raise Missing(f"not installed: {' '.join(absent)} (`make {target}` installs what is missing)")
