"""The releases that there are packages for, and what differs between them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """One of RELEASES, or of FOR_THE_LAB.

    suite    the Debian whose root it is built in; one with the same Python at the same place
    python   the interpreter in /usr/bin that the environment's links lead to
    minor    of Python 3; compiled libraries are bound to it
    packager deb or rpm
    suffix   of the package's version
    depends  in the packager's words
    """

    name: str
    suite: str
    python: str
    minor: int
    packager: str
    suffix: str
    depends: tuple[str, ...]

    def file_name(self, version: str) -> str:
        """By the packager's own convention."""
        if self.packager == "deb":
            return f"failover-exporter_{version}-{self.suffix}_amd64.deb"
        return f"failover-exporter-{version}-{self.suffix}.x86_64.rpm"


def _debian(suite: str, number: int, minor: int) -> Release:
    python = (f"python3 (>= 3.{minor})", f"python3 (<< 3.{minor + 1})")
    return Release(suite, suite, "python3", minor, "deb", f"1~deb{number}", (*python, *_DEBIAN))


_DEBIAN = ("libc6 (>= 2.28)", "adduser", "procps", "init-system-helpers (>= 1.54~)")
_EL9 = ("python3.11", "shadow-utils", "procps-ng", "systemd")

RELEASES = {
    one.name: one
    for one in (
        _debian("bookworm", 12, 11),
        _debian("trixie", 13, 13),
        Release("el9", "bookworm", "python3.11", 11, "rpm", "1.el9", _EL9),
    )
}

# What becomes the next Debian, to see what will be different there. And Debian 11, whose own Python is too
# old: the lab brings it one (deploy/lab/newer_python.py).
FOR_THE_LAB = {
    one.name: one
    for one in (
        _debian("sid", 14, 14),
        Release("bullseye", "bookworm", "python3.11", 11, "deb", "1~deb11", _DEBIAN),
    )
}
