"""What the lab writes down about itself, and when."""

import fcntl
import os
import subprocess
import time
from pathlib import Path

import pytest

from deploy.lab.errors import LabError
from deploy.lab.host import HERE
from deploy.lab.state import BOOT_ID, USUAL, Process, State, Watching, of_pid, parse_stat
from deploy.lab.waiting import until


def test_a_stat_line_is_read_whatever_the_process_calls_itself() -> None:
    """A name may hold spaces and brackets; the start is the 22nd field."""
    fields = " ".join(str(number) for number in range(4, 53))
    assert parse_stat(f"4711 (a) b (c) S {fields}\n") == Process(4711, 22, "a) b (c", "S")


def test_a_process_is_known_by_its_start_not_by_its_pid_alone() -> None:
    """After a pid was used again, the one recorded is not alive."""
    me = of_pid(os.getpid())
    assert me is not None
    assert me.alive()
    assert not Process(me.pid, me.start - 1, me.name, me.state).alive()


def test_a_host_is_recorded_before_the_lock_is_free(tmp_path: Path) -> None:
    """Even if `up` is killed at once: who gets the lock sees what was started."""
    state = State(tmp_path / "lab")
    with state.locked("up") as lock:
        state.begin("article")
        started = subprocess.Popen(
            ["/bin/sh", str(HERE / "host-begin.sh"), str(state.host_file("mon")), "sleep", "60"], stdin=lock
        )
    try:
        with state.locked("down"):
            outer = state.outers()["mon"]
        assert outer.pid == started.pid
        assert outer.alive()
    finally:
        started.kill()
        started.wait()
    assert not outer.alive()


def test_the_host_does_not_keep_the_lock(tmp_path: Path) -> None:
    """Once a host is recorded, the next command is not held up by it."""
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    begin = ["/bin/sh", str(HERE / "host-begin.sh"), str(tmp_path / "mon"), "sleep", "60"]
    with subprocess.Popen(begin, stdin=lock) as started:
        os.close(lock)
        try:
            until("the record", (tmp_path / "mon").exists, 5, step=0.01)
            other = os.open(tmp_path / "lock", os.O_RDWR)
            until("the lock", lambda: _free(other), 5, step=0.01)
            os.close(other)
        finally:
            started.kill()


def _free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def test_two_changes_at_once_are_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which command is at work."""
    monkeypatch.setattr("deploy.lab.state.LOCK_PATIENCE", 0.0)
    state = State(tmp_path / "lab")
    with state.locked("heal"), pytest.raises(LabError, match=rf"`lab heal` \(pid {os.getpid()}\) is at work"):  # noqa: SIM117
        with state.locked("down"):
            pass


def test_the_lock_of_a_removed_lab_is_not_taken_for_the_lock(tmp_path: Path) -> None:
    """`down` removes the folder while it holds the lock; the next one makes and locks a new one."""
    state = State(tmp_path / "lab")
    with state.locked("down"):
        state.remove()
        began = time.monotonic()
        with state.locked("up"):
            assert (tmp_path / "lab" / "lock").exists()
    assert time.monotonic() - began < 1


def test_what_a_lab_left_before_a_reboot_counts_for_nothing(tmp_path: Path) -> None:
    """Its processes ended with the machine, and their pids may be others' now."""
    state = State(tmp_path)
    state.begin("article", exporters=False)
    state.host_file("mon").write_text(Path("/proc/self/stat").read_text())
    assert (state.topology(), list(state.outers())) == ("article", ["mon"])
    (tmp_path / "boot").write_text("another boot\n")
    assert (state.topology(), state.outers(), state.finished()) == (None, {}, False)
    state.remove_older()
    assert not list(tmp_path.iterdir())
    assert BOOT_ID.exists()


def test_faults_are_remembered_until_healed(tmp_path: Path) -> None:
    """In the order they were injected."""
    state = State(tmp_path)
    state.set_faults(["lan-cut", "haproxy-killed"])
    assert state.faults() == ["lan-cut", "haproxy-killed"]
    state.set_faults([])
    assert state.faults() == []


def test_what_it_is_monitored_with_is_recorded(tmp_path: Path) -> None:
    """`heal`, and a lab in the place of one that did not heal, start the same."""
    state = State(tmp_path / "lab")
    assert state.monitoring() == USUAL
    with state.locked("up"):
        state.begin("article", watching=Watching("victoria-metrics", 15))
    assert state.monitoring() == Watching("victoria-metrics", 15)
    assert str(state.monitoring()) == "victoria-metrics at 15 s"
