"""What is kept between builds, each under a key of all that it is made of."""

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def folder() -> Path:
    """The cache's folder, which is made."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(base, "failover-exporter")
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def key(*parts: str | bytes) -> str:
    """A digest of the parts, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts:
        one = part.encode() if isinstance(part, str) else part
        digest.update(len(one).to_bytes(8, "big") + one)
    return digest.hexdigest()[:16]


def key_of_files(paths: Iterable[Path]) -> str:
    """A digest of contents and modes, in the order given."""
    return key(*(part for path in paths for part in (path.read_bytes(), str(path.stat().st_mode & 0o111))))


def kept(name: str, version: str, what: str, make: Callable[[Path], None]) -> Path:
    """`make` fills the folder that it is given, unless it was made before; other versions of it are removed.

    `what` is said on standard error when it has to be made.
    """
    place = folder() / f"{name}-{version}"
    with lock(name):
        if not place.is_dir():
            print(f"{what} …", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory(dir=folder(), prefix=f".{name}-") as temporary:
                new = Path(temporary, "new")
                make(new)
                new.rename(place)
            for old in folder().glob(f"{name}-*"):
                if old != place:
                    shutil.rmtree(old)
    return place


@contextmanager
def lock(name: str) -> Iterator[None]:
    """Held by one process at a time, of all that use this cache."""
    with (folder() / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
