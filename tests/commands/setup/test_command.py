"""The command as a person calls it: what it prints, and its exit code."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from exporter import cli
from exporter.commands.setup import command
from exporter.commands.setup.facts import Facts
from exporter.commands.setup.rights import Acl
from tests.commands.setup.cases import FRESH


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host is a fresh balancer."""

    def look(_: Path) -> Facts:
        return replace(FRESH, acl=Acl(enabled=True, granted=False))

    monkeypatch.setattr(command, "look", look)


@pytest.mark.usefixtures("seen")
def test_by_default_it_says_what_it_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each step, below them commands that can be copied, and how to have them done."""
    assert cli.main(["setup"]) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert [line.split("  ")[0] for line in lines[:6]] == [
        "configuration",
        "Pacemaker",
        "Pacemaker's ACLs",
        "Corosync",
        "HAProxy's socket",
        "accounts",
    ]
    for one in ("usermod -a -G haclient failover-exporter", "corosync-cfgtool -R", "pacemaker: {}"):
        assert one in lines
    assert any(line.startswith("cibadmin --modify") and line.endswith("</acls>'") for line in lines)
    assert "`failover-exporter setup --apply`" in lines[-1]
    assert "\x1b" not in said
    assert cli.main(["setup", "--dry-run"]) == 0
    assert capsys.readouterr().out == said


@pytest.mark.usefixtures("seen")
def test_json_has_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["setup", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert not said["changed"]
    assert {step["state"] for step in said["steps"]} == {"to do", "by hand"}
    assert set(said["steps"][0]) == {"step", "state", "reason", "commands", "changed"}


def test_only_root_may_apply(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert cli.main(["setup", "--apply"]) == 1
    assert "as root" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [["--apply", "--dry-run"], ["--remove", "--no-rights"]])
def test_flags_that_contradict_are_refused(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["setup", *flags])
    assert ended.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_a_configuration_with_mistakes_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is to be watched is not known then."""
    path = tmp_path / "config.yml"
    path.write_text("vips: 3\n")
    assert cli.main(["setup", f"--config.file={path}"]) == 1
    assert f"{path}: line 1: vips: expected a list" in capsys.readouterr().err


def test_without_grants_there_is_nothing_to_remove(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["setup", "--remove"]) == 0
    assert "none that setup granted is left" in capsys.readouterr().out
