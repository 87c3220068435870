"""What the hosts' `systemctl` makes of a unit. That it does so with real users, the lab shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.lab.host import REPOSITORY
from deploy.lab.standin import service, systemctl
from deploy.lab.standin.unit import (
    HONOURED,
    LEFT_OUT,
    argv,
    assignments,
    parse,
    parse_environment,
    privileges,
)

OURS = (REPOSITORY / "deploy/systemd/failover-exporter.service").read_text()


def test_every_setting_of_our_unit_is_done_or_left_out_for_a_reason() -> None:
    """A new one in the unit has somebody decide whether the lab must do it."""
    asked = parse(OURS).keys
    assert asked - HONOURED - set(LEFT_OUT) == set()
    assert HONOURED & set(LEFT_OUT) == set()


def test_our_service_gets_its_user_and_one_capability() -> None:
    """And can get no other: not by a program with rights of its own, not by a bounding set with more."""
    assert privileges(parse(OURS)) == [
        *("setpriv", "--reuid=failover-exporter", "--regid=failover-exporter", "--init-groups"),
        *("--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"),
        "--no-new-privs",
    ]


def test_a_unit_without_a_user_runs_as_root() -> None:
    """As systemd has it; no capability is in the ambient set, since root needs none there."""
    assert privileges(parse("[Service]\nExecStart=/bin/true\n")) == [
        *(
            "setpriv",
            "--reuid=root",
            "--regid=root",
            "--init-groups",
            "--inh-caps=-all",
            "--ambient-caps=-all",
        )
    ]


def test_values_add_up_and_an_empty_one_takes_them_back() -> None:
    """Over the unit and its drop-ins, with comments and lines that go on."""
    unit = parse(
        "[Service]\n# no\nEnvironment=A=1\nEnvironment=B=2 \\\n  C=3\nTimeoutStopSec=2min\n",
        "[Service]\nExecStart=/bin/one\n",
        "[Service]\nExecStart=\nExecStart=/bin/two\n[Install]\nExecStart=/bin/three\n",
    )
    assert unit.words("Environment") == ["A=1", "B=2", "C=3"]
    assert unit.one("ExecStart") == "/bin/two"
    assert unit.seconds("TimeoutStopSec", 90) == 120
    assert unit.seconds("TimeoutStartSec", 90) == 90


def test_several_assignments_in_one_setting() -> None:
    """As HAProxy's unit has them, with blanks in one of them."""
    assert assignments('"CONFIG=/etc/haproxy.cfg" "OPTS=-S /run/haproxy.sock" MODE=1 A="b c"') == {
        "CONFIG": "/etc/haproxy.cfg",
        "OPTS": "-S /run/haproxy.sock",
        "MODE": "1",
        "A": "b c",
    }


def test_variables_of_the_command_line() -> None:
    """A variable that is a word gives its words, or none; one in braces stays within its word."""
    environment = parse_environment(
        "# no\nARGS=\"--log.level=debug --config.file='/etc/a b.yml'\"\nNONE=\nPID=7\n"
    )
    command = "-/bin/program $ARGS $NONE --pid=${PID} $UNKNOWN"
    assert argv(command, environment) == [
        *("/bin/program", "--log.level=debug", "--config.file=/etc/a b.yml", "--pid=7")
    ]


def test_a_service_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, as systemd's, and exit code 1."""
    monkeypatch.setattr(sys, "argv", ["systemctl", "start", "--no-block", "of-nobody"])
    assert systemctl.main() == 1
    assert capsys.readouterr().err == "Unit of-nobody.service could not be found.\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of a host for itself, without a unit."""
    monkeypatch.setattr(service, "PLACES", (tmp_path / "units",))
    monkeypatch.setattr(service, "RUN", tmp_path / "run")
    monkeypatch.setattr(systemctl, "WANTED", tmp_path / "wants")
    for folder in ("units", "run", "wants"):
        (tmp_path / folder).mkdir()
    return tmp_path


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["systemctl", *words])
    return systemctl.main(), capsys.readouterr().out


def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    code, out = said(monkeypatch, capsys, "show", "one")
    assert code == 0
    return dict(line.split("=", 1) for line in out.splitlines())


def test_what_comes_before_the_start(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its order; one with a `-` may fail, any other keeps the service from starting."""
    monkeypatch.setattr(service, "LOGS", root / "logs")
    made, one = root / "made", service.Service("one")
    before = f"ExecStartPre=-/bin/false\nExecStartPre=/bin/touch {made}\n"
    assert one._spawn(parse(f"[Service]\n{before}ExecStart=/bin/true\n"), {}).wait() == 0
    assert made.exists()
    (root / "run/one.pid").unlink()
    with pytest.raises(subprocess.CalledProcessError):
        one._spawn(parse("[Service]\nExecStartPre=/bin/false\nExecStart=/bin/true\n"), {})
    assert not (root / "run/one.pid").exists()


def test_show_of_a_unit_that_is_not_there(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No error, as with systemd: `not-found` says it, by which Ansible knows."""
    assert root.exists()
    assert shown(monkeypatch, capsys) == {
        **{"Id": "one.service", "LoadState": "not-found", "UnitFileState": ""},
        **{"ActiveState": "inactive", "SubState": "dead", "MainPID": "0"},
    }


def test_show_of_a_unit_before_and_while_it_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Ansible decides by whether there is something to start, reload and enable."""
    (root / "units/one.service").write_text("[Service]\nExecStart=/bin/true\n")
    stopped = {"LoadState": "loaded", "ActiveState": "inactive", "SubState": "dead", "MainPID": "0"}
    assert shown(monkeypatch, capsys).items() >= {**stopped, "UnitFileState": "disabled"}.items()
    (root / "run/one.pid").write_text(f"{os.getpid()}\n")
    assert said(monkeypatch, capsys, "enable", "one") == (0, "")
    running = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running"}
    now = {**running, "MainPID": str(os.getpid()), "UnitFileState": "enabled"}
    assert shown(monkeypatch, capsys).items() >= now.items()


def test_is_enabled_as_ansible_asks_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an option behind the unit, and exit code 1 while it is not."""
    (root / "units/one.service").touch()
    assert said(monkeypatch, capsys, "is-enabled", "one", "-l") == (1, "disabled\n")
    said(monkeypatch, capsys, "enable", "one")
    assert said(monkeypatch, capsys, "is-enabled", "one", "-l") == (0, "enabled\n")
    assert said(monkeypatch, capsys, "is-active", "one") == (3, "inactive\n")
    assert said(monkeypatch, capsys, "daemon-reload") == (0, "")
