"""One package: described for nfpm, and made by it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import yaml

from deploy.packages import contents
from deploy.packages.contents import NAME
from deploy.packages.errors import CannotBuild
from deploy.packages.releases import Release
from deploy.release.distributions import epoch
from deploy.release.readiness import version

_DESCRIPTION = """\
Prometheus exporter for a floating IP in front of a Galera cluster
Runs beside HAProxy, Pacemaker and Corosync, probes the floating IP as a client
would all the time, and tells Prometheus what the cluster did and what its
clients felt. With alert rules, dashboards and runbooks."""


_FOLDERS: list[dict[str, Any]] = [
    {"dst": "/etc/failover-exporter", "type": "dir", "file_info": {"group": NAME, "mode": 0o750}},
    {
        "dst": "/var/lib/failover-exporter",
        "type": "dir",
        "file_info": {"owner": NAME, "group": NAME, "mode": 0o750},
    },
]


def build(root: Path, release: Release, folder: Path) -> Path:
    """Make the package of the tree at `root` in `folder`; its path. Raises CannotBuild."""
    number, when = version(root), epoch(root)
    os.environ["SOURCE_DATE_EPOCH"] = str(when)  # for all that is started, nfpm and the manual
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / release.file_name(number)
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary, "tree")
        tree.mkdir()
        contents.stage(root, release, number, when, tree)
        description = Path(temporary, "nfpm.yaml")
        description.write_text(yaml.safe_dump(describe(release, number, tree), sort_keys=False))
        _nfpm(release, description, target)
    return target


def describe(release: Release, number: str, tree: Path) -> dict[str, Any]:
    """https://nfpm.goreleaser.com/configuration/"""
    return {
        "name": NAME,
        "arch": "amd64",
        "version": number,
        "version_schema": "none",
        "release": release.suffix,
        "section": "net",
        "priority": "optional",
        "maintainer": contents.MAINTAINER,
        "homepage": "https://git.example.com/failover-exporter",
        "license": "Apache-2.0",
        "description": _DESCRIPTION,
        "depends": list(release.depends),
        "contents": _contents(release, tree),
        "scripts": _scripts(release),
    }


def _contents(release: Release, tree: Path) -> list[dict[str, Any]]:
    """Whole folders where they are the package's alone, elsewhere its files: it owns no other folder."""
    whole = [contents.HOME, contents.SHARE, contents.DOC]
    listed: list[dict[str, Any]] = [
        {"src": str(tree / one), "dst": f"/{one}", "type": "tree"} for one in whole
    ]
    if release.packager == "rpm":  # Debian's user isn't there yet when the folders are unpacked
        listed += _FOLDERS
    for path in sorted(tree.rglob("*")):
        place = str(path.relative_to(tree))
        if place.startswith(tuple(f"{one}/" for one in whole)) or place in whole:
            continue
        if path.is_symlink():
            listed.append({"src": str(path.readlink()), "dst": f"/{place}", "type": "symlink"})
        elif path.is_file():
            kind = {"type": "config|noreplace"} if place == contents.DEFAULTS else {}
            listed.append({"src": str(path), "dst": f"/{place}", **kind})
    return listed


def _scripts(release: Release) -> dict[str, str]:
    folder = contents.HERE / release.packager
    return {one.name: str(one) for one in sorted(folder.iterdir())}


def _nfpm(release: Release, description: Path, target: Path) -> None:
    packager = ["package", "--packager", release.packager]
    arguments = [*packager, "--config", str(description), "--target", str(target)]
    done = subprocess.run([nfpm(), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"nfpm ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def nfpm() -> str:
    """Its path, that of the locked one. Raises CannotBuild."""
    command = shutil.which("nfpm", path=sysconfig.get_path("scripts"))
    if command is None:
        raise CannotBuild(f"nfpm is missing beside {sys.executable}: make venv")
    return command
