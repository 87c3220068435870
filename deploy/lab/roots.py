"""The files that a host begins with: this machine's own, or those of a Debian release, made once and kept.

`python -m deploy.lab.roots RELEASE...` makes those that are not there yet, and prints where they are.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.lab import newer_python, preflight
from deploy.lab.errors import Missing
from deploy.packages import cache
from deploy.packages.errors import CannotBuild
from deploy.packages.roots import clean_root, lagging, mirror

RELEASES = {
    "bullseye": "Debian 11",
    "bookworm": "Debian 12",
    "trixie": "Debian 13",
    "sid": "Debian unstable",
}
# The cluster of an old one is read as any. Its Python can't run the exporter, so it gets that of another
# release; its Prometheus (2.24) and Alertmanager (0.21) can't read our files, so clients are as this machine.
OLD = {"bullseye": "bookworm"}
MACHINE = Path("/")
NEWER = ("fence-agents-sbd",)  # what releases with Pacemaker 3 have in place of a part of cluster-glue
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


def root(release: str | None) -> Path:
    """Of this machine without a release; else a clean one, from the cache, with all that a topology may need
    and the exporters in common use, as far as the release has them. Missing where none can be made.
    """
    if release is None:
        return MACHINE
    what = f"Making a root of {RELEASES[release]} with the lab's packages (a minute or two, once)"
    included = [*USUAL, *_listed(preflight.PACKAGES), *_listed(preflight.MORE_PACKAGES)]
    included.remove(TOOL)
    options = [
        *OPTIONS,
        f"--include={','.join(included)}",
        f"--include={_those_there([*_listed(preflight.PEERS), *NEWER])}",
    ]
    brought = Path(newer_python.__file__).read_text() if release in OLD else ""
    version = cache.key(*options, brought)
    return cache.kept(f"lab-{release}", version, what, lambda target: _make(release, options, target))


def _listed(file: Path) -> list[str]:
    return list(preflight.packages(file.read_text()))


def _those_there(packages: list[str]) -> str:
    """apt-patterns(7): a name that a release does not have is no error."""
    return f"?or({','.join(f'?exact-name({one})' for one in packages)})"


def codename() -> str:
    """Of the Debian that this machine runs."""
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line).get("VERSION_CODENAME", "").strip('"')


def watching(release: str | None) -> str | None:
    """The release of the hosts outside the cluster, of one whose balancers and databases have that one."""
    return None if release in OLD else release


def _make(release: str, options: list[str], target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    try:
        source, python = mirror(), clean_root(OLD[release]) if release in OLD else None
    except CannotBuild as error:
        raise Missing(f"no root of {release} can be made: {error}") from None
    command = [TOOL, *options, *lagging(release), release, str(target), source]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MAKING, check=False)
    except subprocess.TimeoutExpired:
        raise Missing(f"no root of {release} could be made within {MAKING:g} s") from None
    if done.returncode:
        raise Missing(f"no root of {release} could be made; {TOOL} says:\n{done.stderr[-2000:].strip()}")
    if python:
        newer_python.bring(python, target)


def main() -> int:
    top = argparse.ArgumentParser(
        prog="python -m deploy.lab.roots", description="Make the roots of releases (as root)."
    )
    top.add_argument("release", nargs="+", choices=list(RELEASES))
    top.add_argument(
        "--if-possible",
        action="store_true",
        help="one that can't be made is no error: tests that need it are skipped",
    )
    options = top.parse_args()
    try:
        preflight.check()
        for release in options.release:
            print(root(release), flush=True)
    except Missing as missing:
        print(f"roots: {missing}", file=sys.stderr)
        return 0 if options.if_possible else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
