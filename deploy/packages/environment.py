"""/usr/lib/failover-exporter: the program and its libraries, for the Python of a release."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pip

from deploy.packages import cache, roots
from deploy.packages.errors import CannotBuild
from deploy.packages.releases import Release
from deploy.release.distributions import listed

SCRIPTS = Path(__file__).parent / "scripts"
_GLIBC = (
    28  # no wheel may need a newer one than 2.28, that of Enterprise Linux 8; EL 9 and Debian 12 have newer
)


def build(root: Path, release: Release, epoch: int, out: Path) -> Path:
    """The environment as it is installed, in `out`. `root` is the repository's. Raises CannotBuild."""
    base = roots.clean_root(release.suite)
    libraries = _libraries(root, release, base)
    with tempfile.TemporaryDirectory() as temporary:
        inside = Path(temporary)
        _offer_pip(inside)
        shutil.copytree(libraries / "failover-exporter", inside / "environment", symlinks=True)
        _wheel(root, epoch, inside / "wheels")
        roots.run(base, inside, out, "/in/program.sh", release.python)
    return out / "failover-exporter"


def _libraries(root: Path, release: Release, base: Path) -> Path:
    """The environment without the program, from the cache where nothing has changed."""
    lock = root / "requirements.txt"
    scripts = [SCRIPTS / name for name in ("compile.sh", "libraries.sh", "in-root.sh")]
    version = cache.key(cache.key_of_files([lock, *scripts]), base.name, repr(release), pip.__version__)

    def make(new: Path) -> None:
        new.mkdir()
        with tempfile.TemporaryDirectory() as temporary:
            inside = Path(temporary)
            _offer_pip(inside)
            shutil.copy(lock, inside)
            _download(lock, release, inside / "wheels")
            roots.run(base, inside, new, "/in/libraries.sh", release.python)

    what = (
        f"Installing the libraries for {release.name} (a quarter of a minute, until requirements.txt changes)"
    )
    return cache.kept(f"libraries-{release.name}", version, what, make)


def _download(lock: Path, release: Release, folder: Path) -> None:
    """The wheels for that Python, of which none needs a newer glibc than 2.28, by this machine's own pip."""
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(_GLIBC, 4, -1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
    target = ["--python-version", f"3.{release.minor}", "--implementation", "cp", "--only-binary", ":all:"]
    target += [part for platform in platforms for part in ("--platform", platform)]
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps"]
    _checked([*command, "--require-hashes", "-r", str(lock), *target, "--dest", str(folder)])


def _wheel(root: Path, epoch: int, folder: Path) -> None:
    """The program's own wheel, built of a copy of what git lists by the locked setuptools."""
    with tempfile.TemporaryDirectory() as copy:
        for name in listed(root):
            target = Path(copy, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, target)
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), copy]
        _checked(command, SOURCE_DATE_EPOCH=str(epoch))


def _offer_pip(inside: Path) -> None:
    """This environment's pip, which is locked, and the scripts."""
    shutil.copytree(Path(pip.__file__).parent, inside / "pip", ignore=shutil.ignore_patterns("__pycache__"))
    for script in SCRIPTS.glob("*.sh"):
        shutil.copy(script, inside)


def _checked(command: list[str], **environment: str) -> None:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotBuild(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
