"""The sdist and the wheel; `python -m deploy.release.distributions FOLDER` builds both.

They are built of a copy of what git lists, so that nothing else gets in, with the locked setuptools; the
wheel is made of the sdist.
"""

import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from deploy.release.readiness import version

# Written by setuptools into each sdist.
_GENERATED = ("PKG-INFO", "setup.cfg", "failover_exporter.egg-info/")
_SHARE = "share/failover-exporter"


class NotWhole(Exception):
    """Something is missing in what was built, or there is too much in it."""


def build(root: Path, folder: Path) -> tuple[Path, Path]:
    """The paths of sdist and wheel. Raises NotWhole, CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    files, when = listed(root), epoch(root)
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary, "tree")
        for name in files:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, copy / name)
            (copy / name).chmod(_mode((root / name).stat().st_mode))
        _python(copy, when, "build", "--no-isolation", "--quiet", "--outdir", str(folder.resolve()), ".")
    stem = folder / f"failover_exporter-{version(root)}"
    sdist, wheel = Path(f"{stem}.tar.gz"), Path(f"{stem}-py3-none-any.whl")
    normalise(sdist, when)
    with tarfile.open(sdist) as archive:
        found = {one.name.partition("/")[2] for one in archive if one.isfile()}
    compare(sdist, files, {name for name in found if not name.startswith(_GENERATED)})
    with zipfile.ZipFile(wheel) as opened:
        compare(wheel, in_wheel(files, version(root)), _without_metadata(opened.namelist()))
    _python(root, when, "twine", "check", "--strict", str(sdist), str(wheel))
    return sdist, wheel


def listed(root: Path) -> set[str]:
    """The files that git knows or would add."""
    git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(git, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name for name in names if name and (root / name).is_file()}


def epoch(root: Path) -> int:
    """SOURCE_DATE_EPOCH, or when the commit was made: seconds since 1970."""
    git = ["git", "log", "-1", "--format=%ct"]
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or subprocess.run(git, cwd=root, capture_output=True, text=True, check=True).stdout)


def shared(files: Iterable[str]) -> set[str]:
    """Where rules, dashboards and runbooks are installed, below share/failover-exporter."""
    return {
        name.removeprefix("docs/")
        for name in files
        if name.startswith(("alerts/", "dashboards/", "docs/runbooks/")) and not name.endswith(".py")
        if not name.startswith("alerts/src/")  # templates of what is there as made
    }


def in_wheel(files: Iterable[str], number: str) -> set[str]:
    """The names that a wheel of these files has, its metadata left out but for the licence."""
    names = list(files)
    stem = f"failover_exporter-{number}"
    return {
        *(name for name in names if name.startswith("exporter/")),
        *(f"{stem}.data/data/{_SHARE}/{place}" for place in shared(names)),
        f"{stem}.dist-info/licenses/LICENSE",
    }


def _without_metadata(names: Iterable[str]) -> set[str]:
    return {one for one in names if ".dist-info/" not in one or "/licenses/" in one}


def compare(built: Path, wanted: Iterable[str], found: Iterable[str]) -> None:
    """Raises NotWhole with every name."""
    wanted, found = set(wanted), set(found)
    if wanted != found:
        missing, more = sorted(wanted - found), sorted(found - wanted)
        raise NotWhole(
            f"{built.name}: missing {missing}, too many {more}: see MANIFEST.in and pyproject.toml"
        )


def normalise(sdist: Path, when: int) -> None:
    """Its bytes no longer depend on who built it, where and when."""
    content = io.BytesIO()
    with (
        tarfile.open(sdist) as archive,
        tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(archive, key=lambda one: one.name):
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mtime, member.pax_headers = when, {}
            member.mode = 0o755 if member.isdir() else _mode(member.mode)
            new.addfile(member, archive.extractfile(member) if member.isfile() else None)
    sdist.write_bytes(gzip.compress(content.getvalue(), mtime=when))


def _mode(found: int) -> int:
    """That of git, whatever the umask was."""
    return 0o755 if found & 0o100 else 0o644


def _python(folder: Path, when: int, *module: str) -> None:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(when)}
    subprocess.run([sys.executable, "-m", *module], cwd=folder, env=environment, umask=0o022, check=True)


if __name__ == "__main__":
    print(*build(Path(__file__).parents[2], Path(sys.argv[1])), sep="\n")
