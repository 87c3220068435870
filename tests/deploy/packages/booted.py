"""A host with systemd as its first process: a throw-away copy of a clean root, in namespaces of its own.

No container engine is needed, only root and a cgroup2 file system, in which the host has a group of its own.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

SCRIPT = Path(__file__).with_name("boot-root.sh")
NAMESPACES = ["--cgroup", "--mount", "--pid", "--fork", "--kill-child", "--net", "--uts", "--ipc"]
DEADLINE = 60.0  # seconds; what is awaited takes a second or two
_ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TERM=dumb"]


class Host:
    """`init` is its first process, by its number on this machine."""

    def __init__(self, init: int):
        namespaces = ["--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--root", "--wd"]
        self._enter = ["nsenter", f"--target={init}", *namespaces, *_ENVIRONMENT]

    def run(self, command: str, *, fails: bool = False) -> str:
        """What a shell command says, errors included; it has to succeed, or to fail."""
        shell = [*self._enter, "sh", "-euc", command]
        done = subprocess.run(shell, capture_output=True, text=True, timeout=120, check=False)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, f"{command} ended with {done.returncode}:\n{said}"
        return said.strip()

    def property(self, unit: str, name: str) -> str:
        """By systemd's own account."""
        return self.run(f"systemctl show --value --property={name} {unit}")

    def until(self, command: str, wanted: Callable[[str], bool]) -> str:
        """What the command says once that is what is wanted."""
        deadline = time.monotonic() + DEADLINE
        while not wanted(said := self.run(f"{command} || true")):
            assert time.monotonic() < deadline, f"{command} still says:\n{said}"
            time.sleep(0.2)
        return said


@contextmanager
def booted(root: Path, inside: Path, work: Path) -> Iterator[Host]:
    """Up when systemd is; `inside` is its /in. `work` is an empty folder."""
    group = _control_groups() / f"failover-exporter-{os.getpid()}"
    group.mkdir()
    (work / "mounts").mkdir()
    join = f'echo $$ >"{group}/cgroup.procs"; exec unshare "$@"'
    command = [*NAMESPACES, str(SCRIPT), str(root), str(work / "mounts"), str(inside)]
    with (work / "console").open("w") as console:
        process = subprocess.Popen(["/bin/sh", "-c", join, "sh", *command], stdout=console, stderr=console)
        try:
            host = Host(_first_process(process, work / "console"))
            state = host.until("systemctl is-system-running --wait", lambda said: said != "")
            assert state in ("running", "degraded"), (work / "console").read_text()
            yield host
        finally:
            _end(process, group)


def _control_groups() -> Path:
    """Where cgroup2 is mounted: alone, or beside the older hierarchies."""
    for folder in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")):
        if (folder / "cgroup.controllers").exists() and os.geteuid() == 0:
            return folder
    pytest.skip("systemd can't be booted here: that takes root and a cgroup2 file system")


def _first_process(process: "subprocess.Popen[bytes]", console: Path) -> int:
    """Once it is systemd and answers."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        for child in psutil.Process(process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.name() == "systemd" and _answers(child.pid):
                    return child.pid
        time.sleep(0.1)
    raise AssertionError(f"systemd did not come up:\n{console.read_text()}")


def _answers(init: int) -> bool:
    private = Path(f"/proc/{init}/root/run/systemd/private")
    return private.is_socket()


def _end(process: "subprocess.Popen[bytes]", group: Path) -> None:
    """Every process of the host ends with its first one; then its control groups can go."""
    for child in psutil.Process(process.pid).children() if process.poll() is None else []:
        child.send_signal(signal.SIGKILL)
    process.wait(30)
    for folder in sorted((one for one in group.rglob("*") if one.is_dir()), reverse=True):
        folder.rmdir()
    group.rmdir()
