"""`--check-config` looks at the host too: each finding with file, line, key and what to do."""

import grp
import os
import pwd
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.commands.check_config import checks, command, service_user
from exporter.endpoint import Endpoint
from exporter.errors import Unreachable
from exporter.typed_yaml import key_lines

CONFIG = """\
pacemaker:
  crm_mon_path: {folder}/crm_mon
  cibadmin_path: /bin/sh
readiness:
  crm_simulate_path: /bin/sh
galera:
  client_file: {folder}/galera.cnf
  nodes:
    one: 10.0.0.21:3306
vips:
  - address: 10.0.0.100
    port: 3306
    client_file: {folder}/probe.cnf
journal: {folder}/state/events.db
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """On a host where everything is there."""
    path = tmp_path / "config.yml"
    path.write_text(CONFIG.format(folder=tmp_path))
    (tmp_path / "state").mkdir()
    (tmp_path / "crm_mon").write_text("#!/bin/sh\n")
    (tmp_path / "crm_mon").chmod(0o755)
    for name in ("galera", "probe"):
        account = tmp_path / f"{name}.cnf"
        account.write_text("[client]\nuser = probe\npassword = s3cret\n")
        account.chmod(0o640)
    return path


@pytest.fixture
def said(config: Path, capsys: pytest.CaptureFixture[str]) -> "Said":
    return Said(config, capsys)


class Said:
    def __init__(self, config: Path, capsys: pytest.CaptureFixture[str]):
        self.config, self.folder, self._capsys = config, config.parent, capsys

    def __call__(self) -> tuple[int, list[str]]:
        """Exit code and lines on stderr, without the file's name."""
        code = command.run(self.config, None)
        lines = self._capsys.readouterr().err.splitlines()
        assert all(line.startswith(f"{self.config}: ") for line in lines)
        return code, [line.removeprefix(f"{self.config}: ") for line in lines]


def test_a_host_as_configured_has_no_findings(said: Said) -> None:
    assert said() == (0, [])


def test_what_is_missing_is_named_by_line_and_key(said: Said) -> None:
    """All of it at once, and what to do about each."""
    (said.folder / "crm_mon").unlink()
    (said.folder / "galera.cnf").unlink()
    (said.folder / "state").rmdir()
    code, lines = said()
    assert code == 1
    assert [line.split(": ")[:2] for line in lines] == [
        ["line 2", "pacemaker.crm_mon_path"],
        ["line 7", "galera.client_file"],
        ["line 14", "journal"],
    ]
    assert ["install it" in lines[0], "failover-exporter setup" in lines[1], "install -d" in lines[2]] == [
        True
    ] * 3


def test_a_mistake_in_an_option_file_is_an_error(said: Said) -> None:
    """By the option file's own line, and never with what is in it."""
    (said.folder / "probe.cnf").write_text("user = s3cret\n")
    code, (line,) = said()
    assert code == 1
    assert line.startswith(f"line 13: vips[0].client_file: {said.folder}/probe.cnf: line 1: ")
    assert "s3cret" not in line


def test_a_password_for_everybody_is_a_warning(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """By line and key; not a second time as a log line, which would be on stderr too."""
    (said.folder / "probe.cnf").chmod(0o644)
    code, (line,) = said()
    assert (code, "line 13: vips[0].client_file: warning: " in line, "chmod o-r" in line) == (0, True, True)
    assert not caplog.records


def test_a_tool_has_to_be_executable(said: Said) -> None:
    (said.folder / "crm_mon").chmod(0o644)
    code, (line,) = said()
    assert (code, "can't be executed" in line, "chmod a+rx" in line) == (1, True, True)


def test_keepalived_instead_of_pacemaker(said: Said) -> None:
    """Nothing of Pacemaker is asked for. A folder that is not there may come with Keepalived."""
    folder = said.folder / "dumps"
    text = said.config.read_text().partition("galera:\n")[2]
    head = f"keepalived:\n  keepalived_path: /bin/sh\n  folder: {folder}\n"
    said.config.write_text(f"{head}galera:\n{text}")
    code, (line,) = said()
    assert code == 0
    assert line.startswith(f"line 3: keepalived.folder: warning: {folder} is not there now")
    folder.mkdir()
    assert said() == (0, [])


def test_a_folder_of_dumps_that_the_service_may_not_enter(nobody: pwd.struct_passwd, tmp_path: Path) -> None:
    folder = tmp_path / "dumps"
    folder.mkdir(mode=0o750)
    with service_user.as_service_user() as user:
        (found,) = checks._dumps(folder, user)
    assert (found.key, found.error) == ("keepalived.folder", True)
    assert f"user {nobody.pw_name} may not enter" in found.message


def test_a_haproxy_that_does_not_answer_now_is_a_warning(said: Said) -> None:
    """It may be down for now, and its folder with it: the configuration may be right all the same."""
    said.config.write_text(f"{said.config.read_text()}haproxy:\n  stats: unix:/nowhere/admin.sock\n")
    code, lines = said()
    assert code == 0
    assert [line.split(": ")[:3] for line in lines] == [["line 16", "haproxy.stats", "warning"]]


def test_a_socket_that_lets_the_service_not_in_is_an_error(said: Said, nobody: pwd.struct_passwd) -> None:
    """It stays so until somebody grants it."""
    path = said.folder / "admin.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0o600)
        said.config.write_text(f"vips: [{{address: 10.0.0.100}}]\nhaproxy:\n  stats: unix:{path}\n")
        code, (line,) = said()
    assert code == 1
    assert line.startswith("line 3: haproxy.stats: ")
    assert f"as user {nobody.pw_name}" in line
    assert "failover-exporter setup" in line


def test_a_name_without_an_address_is_a_warning(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that hangs costs seconds, not for ever."""
    said.config.write_text(said.config.read_text().replace("10.0.0.21", "db.invalid"))
    never = threading.Event()

    def hangs(_: Endpoint) -> str:
        never.wait(60)
        raise Unreachable("too late")

    def fails(at: Endpoint) -> str:
        raise Unreachable(f"{at.host}: Name or service not known")

    monkeypatch.setattr(checks, "first_address", fails)
    code, (line,) = said()
    assert (code, "line 9: galera.nodes.one: warning: db.invalid: Name or service" in line) == (0, True)
    monkeypatch.setattr(checks, "first_address", hangs)
    monkeypatch.setattr(checks, "RESOLVE_SECONDS", 0.05)
    code, (line,) = said()
    assert (code, "no answer in time" in line) == (0, True)
    never.set()


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pwd.struct_passwd]:
    """In the place of the service's user, with a way into the test's folder."""
    if os.geteuid() != 0:
        pytest.skip("only root can look as somebody else")
    modes = {folder: folder.stat().st_mode & 0o7777 for folder in (tmp_path, *tmp_path.parents)}
    for folder, mode in modes.items():
        folder.chmod(mode | 0o001)
    monkeypatch.setattr(service_user, "USER", "nobody")
    yield pwd.getpwnam("nobody")
    assert os.geteuid() == 0
    for folder, mode in modes.items():
        folder.chmod(mode)


def test_root_looks_as_the_services_user(said: Said, nobody: pwd.struct_passwd) -> None:
    """What root may read, the service may not: that is found, before the service starts."""
    said.config.chmod(0o600)
    groups = os.getgroups()
    code, lines = said()
    assert code == 1
    assert [line.split(": ")[1] for line in lines[:3]] == [
        "galera.client_file",
        "vips[0].client_file",
        "journal",
    ]
    assert f"chgrp {grp.getgrgid(nobody.pw_gid).gr_name} " in lines[0]
    assert "can't read it" in lines[3]
    for path in (said.config, said.folder / "galera.cnf", said.folder / "probe.cnf"):
        os.chown(path, -1, nobody.pw_gid)
        path.chmod(0o640)
    os.chown(said.folder / "state", nobody.pw_uid, -1)
    assert said() == (0, [])
    assert os.getgroups() == groups


def test_what_root_starts_is_the_services_user_all_through(nobody: pwd.struct_passwd) -> None:
    """Its real user too: Pacemaker and Corosync are told that one; root is itself again then."""
    before = (os.getresuid(), os.getresgid(), os.getgroups())
    with service_user.as_service_user():
        child = subprocess.run(
            ["/bin/cat", "/proc/self/status"], capture_output=True, text=True, check=True
        ).stdout
    ids = {
        line.split()[0]: line.split()[1:] for line in child.splitlines() if line.startswith(("Uid", "Gid"))
    }
    assert ids == {"Uid:": [str(nobody.pw_uid)] * 4, "Gid:": [str(nobody.pw_gid)] * 4}
    assert (os.getresuid(), os.getresgid(), os.getgroups()) == before


def test_lines_of_keys(tmp_path: Path) -> None:
    """Each key, and each entry of a list, by the name that messages have."""
    path = tmp_path / "c.yml"
    path.write_text("a:\n  b: 1\n  c: [x, y]\nd:\n  - e: 1\n    f: 2\n")
    assert key_lines(path) == {
        "a": 1,
        "a.b": 2,
        "a.c": 3,
        "a.c[0]": 3,
        "a.c[1]": 3,
        "d": 4,
        "d[0]": 5,
        "d[0].e": 5,
        "d[0].f": 6,
    }
    path.write_text("")
    assert key_lines(path) == {}
