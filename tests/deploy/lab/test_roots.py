"""Which files a host of the lab begins with."""

import subprocess
from pathlib import Path

import pytest

from deploy.lab import newer_python, preflight, roots
from deploy.lab.errors import Missing
from deploy.lab.fleet import Fleet
from deploy.lab.state import State
from deploy.lab.topologies import TOPOLOGIES
from deploy.packages import releases


def test_without_a_release_a_host_has_this_machines_files() -> None:
    """Nothing has to be made for it."""
    assert roots.root(None) == Path("/")


def test_every_release_of_the_lab_has_a_package() -> None:
    """Of the exporter: `up` installs it."""
    assert roots.RELEASES.keys() <= (releases.RELEASES | releases.FOR_THE_LAB).keys()


def test_who_watches_an_old_release_has_this_machines_files(tmp_path: Path) -> None:
    """Its Prometheus can't read the rules; that of each other one can."""
    for release in roots.RELEASES:
        state = State(tmp_path / release)
        with state.locked("up"):
            state.begin("article", release=release)
        fleet = Fleet(TOPOLOGIES["article"], state)
        assert {fleet.release(host) for host in (*fleet.balancers, *fleet.databases)} == {release}
        client = None if release == "bullseye" else release
        assert {fleet.release(host) for host in fleet.clients} == {client}


def test_where_no_root_can_be_made_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that need it are skipped with the sentence, which CI calls a failure; nothing is left behind."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(roots, "TOOL", "false")
    monkeypatch.setattr(preflight, "PACKAGES", tmp_path / "packages.txt")
    (tmp_path / "packages.txt").write_text("false # /bin/false\n")
    with pytest.raises(Missing, match="no root of trixie could be made; false says:"):
        roots.root("trixie")
    assert [path.name for path in (tmp_path / "failover-exporter").iterdir()] == [".lab-trixie.lock"]


def test_a_newer_python_is_brought_with_its_own_libraries(tmp_path: Path) -> None:
    """At a place of their own; the command runs it by their loader, under the name that it was called by."""
    donor, root = tmp_path / "donor", tmp_path / "root"
    for folder in ("donor/usr/bin", "donor/usr/lib/python3.11", "root/usr/bin", "root/usr/lib"):
        (tmp_path / folder).mkdir(parents=True)
    libraries = donor / "usr/lib/x86_64-linux-gnu"
    libraries.mkdir()
    (donor / "usr/bin/python3").symlink_to("python3.11")
    for path in ("usr/bin/python3.11", "usr/lib/python3.11/os.py"):
        (donor / path).write_text("")
    loader = libraries / "ld-linux-x86-64.so.2"
    loader.write_text('#!/bin/sh\necho "$@"\n')
    loader.chmod(0o755)
    newer_python.bring(donor, root)
    home, program = root / "usr/lib/python3.11", root / "usr/bin/python3.11"
    assert {path.name for path in home.iterdir()} == {"python3.11", "os.py", "libraries"}
    program.write_text(program.read_text().replace("home=/", f"home={root}/"))
    said = subprocess.run([program, "-c", "1"], capture_output=True, text=True, check=True).stdout.split()
    assert said == f"--argv0 {program} --library-path {home}/libraries {home}/python3.11 -c 1".split()
