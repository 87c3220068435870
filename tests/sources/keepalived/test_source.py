"""A real Keepalived in namespaces of its own: read, stopped, frozen, closed to those without the right."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from exporter.errors import NotPermitted, TimedOut, Unparsable
from exporter.sources.keepalived import source
from exporter.sources.keepalived.reading import MASTER, Running
from exporter.sources.keepalived.source import KeepalivedSource, Options
from exporter.transports import dump
from exporter.transports.deadline import Deadline
from tests.sources.keepalived.captured import data_dump, json_dump

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]


@pytest.fixture(scope="module")
def story() -> dict[str, Any]:
    """What real.py saw, in its namespaces."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "ip", "keepalived"))):
        pytest.skip("a Keepalived in a network of its own takes root, unshare, ip and keepalived")
    done = subprocess.run(
        [
            shutil.which("unshare") or "",
            "--net",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            sys.executable,
            HERE / "real.py",
        ],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("this root may not make namespaces")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_ok(story: dict[str, Any]) -> None:
    """State, addresses, script; the second reading asks for one dump alone."""
    assert story["ok"] == ["entrance", ["10.4.0.100"], [["haproxy", True]]]
    assert story["dumps"] == 3


def test_denied(story: dict[str, Any]) -> None:
    """What is missing, and where it says what to do; while another's dump is young, that one serves."""
    assert story["young"] == "entrance"
    assert story["denied"].startswith("NotPermitted: keepalived.json: no right to signal process ")
    assert "it takes CAP_KILL; docs/keepalived.md" in story["denied"]
    assert story["closed"].startswith("NotPermitted: keepalived.json: no right to signal process ")


def test_frozen(story: dict[str, Any]) -> None:
    """Not answering in time, with the reason that can be seen from outside."""
    assert story["frozen"].startswith("TimedOut: Keepalived: process ")
    assert "SIGSTOP" in story["frozen"]


def test_another_folder(story: dict[str, Any]) -> None:
    """A dump that goes elsewhere."""
    assert "there is no folder /run/elsewhere: is `folder` Keepalived's TMPDIR?" in story["elsewhere"]


def test_not_running(story: dict[str, Any]) -> None:
    """A reading: up is 0."""
    assert story["stopped"] is None


class Written:
    """In place of a Keepalived: what it would write, and when it was asked for."""

    def __init__(self, **dumps: bytes):
        self.dumps = dumps
        self.asked: list[tuple[int, str]] = []

    def ask(self, _pid: int, number: int, path: Path, deadline: Deadline) -> bytes:
        self.asked.append((number, path.name))
        deadline.remaining(path.name)
        return self.dumps[path.suffix[1:]]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    found = Written(json=json_dump("2.2.7-master"), data=data_dump("2.2.7-master"))
    monkeypatch.setattr(dump, "ask", found.ask)
    monkeypatch.setattr(source, "_running", lambda: Running(23, ((28, 1.0),)))
    return found


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A double of the tool, that knows the number of the signal."""
    path = tmp_path / "keepalived"
    path.write_text("#!/bin/sh\n[ $1 = --signum=JSON ] && echo 36\n")
    path.chmod(0o755)
    return path


def test_the_text_dump_is_asked_for_when_something_changed(written: Written, tool: Path) -> None:
    """It leaves a line in Keepalived's log each time."""
    one = KeepalivedSource(Options(keepalived_path=str(tool)))
    first = one.read(Deadline.after(5))
    assert one.read(Deadline.after(5)) == first
    assert written.asked == [
        (36, "keepalived.json"),
        (signal.SIGUSR1, "keepalived.data"),
        (36, "keepalived.json"),
    ]
    written.dumps = {"json": json_dump("2.2.7-fault-script"), "data": data_dump("2.2.7-fault-script")}
    changed = one.read(Deadline.after(5))
    assert changed.details and [script.good for script in changed.details.scripts] == [False, True]


def test_a_text_dump_that_can_t_be_read_costs_the_scripts_alone(written: Written, tool: Path) -> None:
    """The rest is read, and the failure counted."""
    written.dumps["data"] = b"nothing"
    one = KeepalivedSource(Options(keepalived_path=str(tool)))
    reading = one.read(Deadline.after(5))
    assert [instance.state for instance in reading.instances] == [MASTER]
    assert [type(error) for error in one.failures(reading)] == [Unparsable]


def test_one_that_is_stopping(written: Written, tool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not answer any more, and a moment later it is gone: that is a reading, not a failure."""
    found = iter([Running(23, ((28, 1.0),)), None])
    monkeypatch.setattr(source, "_running", lambda: next(found))

    def silent(*_: object) -> bytes:
        raise TimedOut("keepalived.json: not written in time")

    monkeypatch.setattr(dump, "ask", silent)
    one = KeepalivedSource(Options(keepalived_path=str(tool)))
    assert one.read(Deadline.after(5)).running is None
    assert written.asked == []


def test_unparsable(written: Written, tool: Path) -> None:
    """A dump that is none."""
    written.dumps["json"] = b"nothing"
    with pytest.raises(Unparsable, match=r"keepalived.json is no JSON"):
        KeepalivedSource(Options(keepalived_path=str(tool))).read(Deadline.after(5))


@pytest.mark.parametrize(("prints", "said"), [("", "whole number"), ("70", "70 is no signal")])
def test_a_tool_that_names_no_signal(written: Written, tool: Path, prints: str, said: str) -> None:
    """Nothing is sent then."""
    tool.write_text(f"#!/bin/sh\necho {prints}\n")
    with pytest.raises(Unparsable, match=said):
        KeepalivedSource(Options(keepalived_path=str(tool))).read(Deadline.after(5))
    assert written.asked == []


def test_a_dump_that_was_there_before_does_not_serve(tmp_path: Path) -> None:
    """Only one that was written after the signal; what is too old is said so."""
    path = tmp_path / "keepalived.json"
    path.write_bytes(b"[]")
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    with pytest.raises(TimedOut, match="is an older one"):
        dump.ask(os.getpid(), signal.SIGUSR2, path, Deadline.after(0.05))


def test_a_dump_that_is_written_then_is_returned(tmp_path: Path) -> None:
    """By the handler of the signal, as Keepalived does."""
    path = tmp_path / "keepalived.json"
    signal.signal(signal.SIGUSR2, lambda *_: path.write_bytes(b"[1]"))
    assert dump.ask(os.getpid(), signal.SIGUSR2, path, Deadline.after(5)) == b"[1]"


def test_a_stale_dump_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to ask, one that somebody asked for long ago says nothing of now."""

    def refuse(*_: object) -> bytes:
        raise NotPermitted("keepalived.json: no right to signal process 23")

    monkeypatch.setattr(dump, "ask", refuse)
    monkeypatch.setattr(source, "_running", lambda: Running(23, ((28, 1.0),)))
    path = tmp_path / "keepalived.json"
    path.write_bytes(json_dump("2.2.7-master"))
    (tmp_path / "keepalived.data").write_bytes(data_dump("2.2.7-master"))
    one = KeepalivedSource(Options(folder=str(tmp_path), keepalived_path="true"))
    one._signal = 36
    assert one.read(Deadline.after(5)).addresses == ("10.4.0.100", "10.4.0.101")
    os.utime(path, (0, 0))
    with pytest.raises(NotPermitted, match=r"is \d+ s old"):
        one.read(Deadline.after(5))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"folder": "run"}, "no absolute path"),
        ({"nodes": {"proxy-b": "proxy-b"}}, "is no IP address"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_options_that_are_impossible(changes: dict[str, Any], said: str) -> None:
    """Refused with the key."""
    with pytest.raises(ValueError, match=said):
        Options(**changes)
