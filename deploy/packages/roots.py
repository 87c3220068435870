"""Clean roots: a minimal Debian of a release, in which nothing of this machine is seen."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from deploy.packages import cache
from deploy.packages.errors import CannotBuild

IN_ROOT = Path(__file__).parent / "scripts" / "in-root.sh"
_APT = Path("/etc/apt")
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# What the package depends on, and systemd, which reads its units.
_PACKAGES = ("adduser", "init-system-helpers", "procps", "python3", "systemd")
_OPTIONS = (
    "--aptopt=Apt::Install-Recommends false",
    "--aptopt=Acquire::Languages none",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    '--customize-hook=rm "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"',  # what is installed later is whole
)


def clean_root(suite: str, *more: str, name: str = "root") -> Path:
    """Made at the first call, kept in the cache; not to be written to. Raises CannotBuild.

    With more packages it is another root and needs another name.
    """
    if os.geteuid() != 0:
        raise CannotBuild("only root can make a clean root: run it as root")
    packages = ",".join((*_PACKAGES, *more))
    version = cache.key(packages, *_OPTIONS)
    return cache.kept(
        f"{name}-{suite}",
        version,
        f"Making a clean root of {suite} (a minute, once)",
        lambda new: _make(suite, packages, new),
    )


def run(root: Path, inside: Path, out: Path, *command: str) -> str:
    """What a command says that is run in a throw-away copy of a root, without a network. Raises CannotBuild.

    The folder `inside` is to be seen there as /in, and what it writes to /out is found in `out`.
    """
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net"]
    with tempfile.TemporaryDirectory(prefix="failover-exporter-root-") as work:
        script = [str(IN_ROOT), str(root), work, str(inside), str(out)]
        return _checked([*namespaces, *script, *command])


def mirror(folder: Path = _APT) -> str:
    """Where this machine's apt gets Debian from: its first source. Raises CannotBuild."""
    for path in [*sorted(folder.glob("sources.list.d/*.sources")), *sorted(folder.glob("sources.list*"))]:
        if path.is_file() and (found := _SOURCE.search(path.read_text())):
            return found[1] or found[2]
    raise CannotBuild(f"no source of packages in {folder}: apt has to be set up, as on Debian")


_SOURCE = re.compile(r"^URIs:\s*(\S+)|^deb\s+(?:\[[^]]*\]\s+)?(\S+)", re.MULTILINE)


def lagging(suite: str) -> list[str]:
    """For mmdebstrap: sid's lists end after a week, and a mirror may lag. Its signature is still checked."""
    return ['--aptopt=Acquire::Check-Valid-Until "false"'] if suite == "sid" else []


def _make(suite: str, packages: str, new: Path) -> None:
    source = f"deb [signed-by={_KEYRING}] {mirror()} {suite} main"
    command = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--format=directory"]
    _checked([*command, *_OPTIONS, *lagging(suite), f"--include={packages}", suite, str(new), source])


def _checked(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CannotBuild(
            f"{command[0]} is missing: deploy/lab/packages.sh deploy/packages/packages.txt"
        ) from None
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise CannotBuild(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout
