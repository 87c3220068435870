"""Everything that the package brings, as a tree of files with the names that it has on a host."""

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

from deploy.manual.completion import PLACES, completions
from deploy.manual.page import page
from deploy.packages import environment
from deploy.packages.copyright import copyright_file
from deploy.packages.releases import Release

NAME = "failover-exporter"
MAINTAINER = "failover-exporter developers <failover-exporter@example.com>"
HOME = f"usr/lib/{NAME}"
SHARE = f"usr/share/{NAME}"
DOC = f"usr/share/doc/{NAME}"
UNITS = "usr/lib/systemd/system"
DEFAULTS = f"etc/default/{NAME}"
HERE = Path(__file__).parent


def stage(root: Path, release: Release, version: str, epoch: int, tree: Path) -> None:
    """Fill the empty folder `tree`; every file in it has the time `epoch`. Raises CannotBuild."""
    home = tree / HOME
    home.parent.mkdir(parents=True)
    environment.build(root, release, epoch, home.parent)
    (tree / SHARE).parent.mkdir(parents=True)
    (home / "share" / NAME).rename(tree / SHARE)  # where the wheel has rules, dashboards and runbooks
    (home / "share").rmdir()
    command = tree / "usr/bin" / NAME
    command.parent.mkdir(parents=True)
    command.symlink_to(f"../lib/{NAME}/bin/{NAME}")
    for unit in sorted((root / "deploy/systemd").glob(f"{NAME}.*")):
        _write(tree / UNITS / unit.name, unit.read_bytes())
    _write(tree / SHARE / "installed.txt", (HERE / "files/installed.txt").read_bytes())
    _write(tree / DEFAULTS, (HERE / "files/default").read_bytes())
    _manual(tree, release)
    _documents(root, release, version, epoch, tree)
    _same_time(tree, epoch)


def _manual(tree: Path, release: Release) -> None:
    _write(tree / f"usr/share/man/man1/{NAME}.1.gz", _gzip(page()))
    texts = completions()
    zsh = "vendor-completions" if release.packager == "deb" else "site-functions"
    for shell, place in (
        ("bash", f"usr/share/bash-completion/completions/{NAME}"),
        ("zsh", f"usr/share/zsh/{zsh}/_{NAME}"),
        ("fish", f"usr/share/fish/vendor_completions.d/{NAME}.fish"),
    ):
        _write(tree / place, texts[PLACES[shell]].encode())


def _documents(root: Path, release: Release, version: str, epoch: int, tree: Path) -> None:
    doc = tree / DOC
    _write(doc / "config.yml", (HERE / "files/config.yml").read_bytes())
    _write(doc / "changelog.gz", _gzip((root / "CHANGELOG.md").read_text()))
    _write(doc / "copyright", copyright_file(tree / HOME).encode())
    if release.packager == "deb":
        entry = _changelog_entry(f"{version}-{release.suffix}", release.suite, epoch)
        _write(doc / "changelog.Debian.gz", _gzip(entry))
        _write(tree / "usr/share/lintian/overrides" / NAME, (HERE / "files/lintian-overrides").read_bytes())


def _changelog_entry(version: str, suite: str, epoch: int) -> str:
    """deb-changelog(5)."""
    when = f"{datetime.fromtimestamp(epoch, UTC):%a, %d %b %Y %H:%M:%S +0000}"
    return (
        f"{NAME} ({version}) {suite}; urgency=medium\n\n  * See changelog.gz.\n\n -- {MAINTAINER}  {when}\n"
    )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)


def _gzip(text: str) -> bytes:
    return gzip.compress(text.encode(), 9, mtime=0)


def _same_time(tree: Path, epoch: int) -> None:
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (epoch, epoch), follow_symlinks=False)
