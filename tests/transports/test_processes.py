"""Processes of this machine, real ones."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from exporter.transports import processes

NAME = "failover-sleep"  # 15 characters at most, as the kernel keeps them


@pytest.fixture
def program(tmp_path: Path) -> str:
    """A program of that name which runs until it is ended."""
    sleep = shutil.which("sleep")
    assert sleep
    shutil.copy(sleep, tmp_path / NAME)
    return str(tmp_path / NAME)


def await_program(pid: int) -> None:
    """The kernel closes what exec() closes, which subprocess waits for, before it sets the new name, and
    writes the arguments and the environment after that."""
    end = time.monotonic() + 20
    while not ((there := processes.by_pid(pid)) and there.name == NAME and psutil.Process(pid).environ()):
        assert time.monotonic() < end


@pytest.fixture
def running(program: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([program, "1000"]) as process:
        await_program(process.pid)
        yield process
        process.kill()


def test_a_process_is_found_by_its_name(running: subprocess.Popen[bytes]) -> None:
    """With its pid and since when it runs."""
    found = processes.find([NAME, "another"])
    assert found
    assert (found.pid, found.name) == (running.pid, NAME)
    assert abs(time.time() - found.started) < 30
    assert processes.by_pid(running.pid) == found


def test_the_one_that_runs_longest_is_found(program: str, running: subprocess.Popen[bytes]) -> None:
    """A worker that was just started is no measure of how long the service runs."""
    assert processes.find([NAME])
    with subprocess.Popen([program, "1000"]) as later:
        found = processes.find([NAME])
        later.kill()
    assert found
    assert found.started <= time.time()
    assert found.pid in (running.pid, later.pid)  # the kernel's clock has a tick of 10 ms


def test_a_process_that_ended_is_not_there(running: subprocess.Popen[bytes]) -> None:
    """Nor one that waits for its parent (a zombie)."""
    os.kill(running.pid, 9)
    os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
    assert processes.find([NAME]) is None
    assert processes.by_pid(running.pid) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to make a network namespace")
def test_another_network_namespace_is_another_host(program: str) -> None:
    """A process in a container's network is no proxy of this host."""
    with subprocess.Popen(["unshare", "--net", program, "1000"]) as process:  # noqa: S607  # a test's tool
        await_program(process.pid)
        assert processes.find([NAME]) is None
        process.kill()


def test_what_is_hidden_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where /proc shows not even the first process, others are hidden; nothing is found, nothing raised."""
    assert not processes.hidden()
    monkeypatch.setattr(processes, "PROC", tmp_path)
    assert processes.hidden()
    assert processes.find(["haproxy"]) is None
    assert processes.listening_paths() == ()


def test_sockets_that_are_listened_on_are_listed(tmp_path: Path) -> None:
    """By the path they were bound to, though the file was renamed; not those that are only bound."""
    first, second = str(tmp_path / "a b.sock.1.tmp"), str(tmp_path / "bound")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as bound:
        listener.bind(first)
        listener.listen()
        bound.bind(second)
        Path(first).rename(tmp_path / "a b.sock")
        found = processes.listening_paths()
    assert first in found
    assert second not in found


def test_a_variable_of_a_process(program: str) -> None:
    """As it was started, whatever its name begins with; none of one that is gone."""
    with subprocess.Popen([program, "60"], env={"TMPDIR": "/run/a b", "MYTMPDIR": "/no"}) as process:
        try:
            await_program(process.pid)
            assert processes.variable(process.pid, "TMPDIR") == "/run/a b"
            assert processes.variable(process.pid, "HOME") is None
        finally:
            process.kill()
    assert processes.variable(process.pid, "TMPDIR") is None


def test_as_whom_a_process_runs(running: subprocess.Popen[bytes]) -> None:
    """Its user, all of its groups, and whether it may open raw sockets: a child has those of its parent."""
    found = processes.credentials(running.pid)
    assert found
    assert found.uid == os.geteuid()
    assert found.groups == {os.getegid(), *os.getgroups()}
    assert found.raw_sockets == processes.credentials(os.getpid()).raw_sockets  # type: ignore[union-attr]
    assert found in [processes.credentials(one.pid) for one in processes.find_all({NAME})]
    assert processes.credentials(2**22 + 1) is None
