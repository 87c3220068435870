"""A newer Python in the root of a release whose own is too old for the exporter, beside that one.

It comes from another Debian with that one's C library, which nothing else there uses. Whoever runs the
exporter on such a host has to bring a Python too, by pyenv or in a container.
"""

import shutil
from pathlib import Path

LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")  # one and the same on a merged /usr
WRAPPER = """\
#!/bin/sh
# {name} of another Debian, with that one's C library.
home=/usr/lib/{name}
exec "$home/libraries/ld-linux-x86-64.so.2" --argv0 "$0" --library-path "$home/libraries" "$home/{name}" "$@"
"""


def bring(donor: Path, root: Path) -> None:
    """What `python3` is in `donor`, a clean root, becomes /usr/bin/python3.N in `root`."""
    name = (donor / "usr/bin/python3").readlink().name
    home = root / "usr/lib" / name
    shutil.copytree(donor / "usr/lib" / name, home, symlinks=True)
    shutil.copy2(donor / "usr/bin" / name, home / name)
    (home / "libraries").mkdir()
    for folder in LIBRARIES:
        for library in (donor / folder).glob("*.so*"):
            shutil.copy2(library, home / "libraries" / library.name)
    program = root / "usr/bin" / name
    program.write_text(WRAPPER.format(name=name))
    program.chmod(0o755)
