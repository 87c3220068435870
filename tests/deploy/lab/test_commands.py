"""The verbs without a lab: usage, and the message on a machine that can't run it."""

import threading
from pathlib import Path

import pytest

from deploy.lab import preflight
from deploy.lab.cli import main
from deploy.lab.errors import Aborted, Missing, Overdue
from deploy.lab.faults import EVERY
from deploy.lab.waiting import until


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["up", "triple"],
        ["up", "--release", "potato"],
        ["up", "--engine", "nagios"],
        ["up", "--scrape-interval", "7"],
        ["fault", "nothing-known"],
        ["raise"],
    ],
)
def test_wrong_usage_is_exit_code_2(argv: list[str]) -> None:
    """As every command line tool does."""
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2


def test_without_root_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """And the exit code is 1; nothing is made."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert main(["--folder", str(tmp_path / "lab"), "up"]) == 1
    assert capsys.readouterr().err == "lab: the lab makes network namespaces and mounts: run it as root\n"
    assert not (tmp_path / "lab").exists()


def test_a_missing_package_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the package's name, not by the file's."""
    listing = tmp_path / "packages.txt"
    listing.write_text(f"tini # {tmp_path}/tini\ncorosync # {tmp_path}/corosync\n")
    (tmp_path / "tini").touch()
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(preflight, "PACKAGES", listing)
    with pytest.raises(Missing, match=r"^not installed: corosync \(`make demo` installs what is missing\)$"):
        preflight.check()


def test_faults_are_listed_with_where_they_apply(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, without a lab and without root."""
    assert main(["fault"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(EVERY) + 1
    assert any(line.startswith("lan-cut") and "article twin" in line for line in lines)


def test_what_does_not_come_true_in_time_is_said_with_its_log() -> None:
    """What was waited for, for how long, and what was last seen."""
    with pytest.raises(Overdue, match=r"(?s)the sun: not within 0 s; last seen:\nclouds"):
        until("the sun", lambda: False, 0, log=lambda: "clouds", step=0.001)


def test_waiting_ends_when_another_part_failed() -> None:
    """So that one failure doesn't wait for every other deadline."""
    abort = threading.Event()
    abort.set()
    with pytest.raises(Aborted):
        until("the sun", lambda: False, 60, abort=abort)
