"""The files that a host begins with: this machine's own, or those of a Debian release, made once and kept."""

import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path

from deploy.lab import preflight
from deploy.lab.errors import LabError
from deploy.packages import cache
from deploy.packages.roots import lagging, mirror

RELEASES = {"bookworm": "Debian 12", "trixie": "Debian 13", "sid": "Debian unstable"}
MACHINE = Path("/")
USUAL = ("mount", "python3", "adduser", "init-system-helpers")  # on every Debian; not in so small a root
TOOL = "mmdebstrap"  # of the lab's packages the one that makes roots
OPTIONS = (
    "--mode=root",
    "--variant=apt",
    "--format=directory",
    "--components=main",
    '--aptopt=Apt::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    '--customize-hook=rm "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"',  # what is installed later is whole
)
MAKING = 900.0  # seconds


def root(release: str | None, more: Collection[str] = ()) -> Path:
    """Of this machine without a release; else a clean one with the lab's packages, from the cache. `more` are
    packages that one topology needs: its root is another one."""
    if release is None:
        return MACHINE
    packages = [*USUAL, *preflight.packages(preflight.PACKAGES.read_text()), *more]
    packages.remove(TOOL)

    also = f" and {', '.join(more)}" if more else ""
    what = f"Making a root of {RELEASES[release]} with the lab's packages{also} (a minute or two, once)"
    version = cache.key(*OPTIONS, *packages)
    name = "-".join(["lab", *more, release])  # none begins with another's: the cache keeps one of each name
    return cache.kept(name, version, what, lambda target: _make(release, packages, target))


def codename() -> str:
    """Of the Debian that this machine runs."""
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line).get("VERSION_CODENAME", "").strip('"')


def _make(release: str, packages: list[str], target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    command = [
        TOOL,
        *OPTIONS,
        *lagging(release),
        f"--include={','.join(packages)}",
        release,
        str(target),
        mirror(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MAKING, check=False)
    if done.returncode:
        raise LabError(f"no root of {release} could be made; {TOOL} says:\n{done.stderr[-2000:].strip()}")
