"""The deb of this very tree, as `make package` builds it: built again when what it is made of has changed.

`python -m deploy.lab.package` prints where it is, for this machine's release.
"""

import subprocess
import sys
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from deploy.lab.roots import codename
from deploy.packages import cache

SOURCES = (
    *("exporter", "alerts", "dashboards", "docs/runbooks"),
    *("deploy/packages", "deploy/systemd", "deploy/release", "deploy/manual"),
    *("pyproject.toml", "requirements.txt", "CHANGELOG.md", "LICENSE", "README.md"),
)


def deb(release: str) -> Path:
    """For a Debian release, by its code name."""
    what = f"Building the package of this tree for {release} (until the tree changes)"
    version = fingerprint(REPOSITORY)
    kept = cache.kept(f"lab-deb-{release}", version, what, lambda folder: _build(release, folder))
    return next(kept.glob("*.deb"))


def fingerprint(repository: Path) -> str:
    """Of every file that the package is made of, by name and content."""
    files = sorted(path for source in SOURCES for path in _files(repository / source))
    return cache.key(cache.key_of_files(files), *(str(path.relative_to(repository)) for path in files))


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    found = (path for path in source.rglob("*") if path.is_file())
    return [path for path in found if "__pycache__" not in path.parts]


def _build(release: str, folder: Path) -> None:
    """Its steps are said on standard error."""
    command = [sys.executable, "-m", "deploy.packages", f"--release={release}", f"--folder={folder}"]
    if subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, check=False).returncode:
        raise LabError(f"no package for {release} could be built (`{' '.join(command[1:4])}`): see above")


if __name__ == "__main__":
    print(deb(codename()))
