"""What the hosts' `systemctl` makes of a unit. That it does so with real users, the lab shows."""

import sys

import pytest

from deploy.lab.host import REPOSITORY
from deploy.lab.standin import systemctl
from deploy.lab.standin.unit import HONOURED, LEFT_OUT, argv, parse, parse_environment, privileges

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
