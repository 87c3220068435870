"""What exists, written down before it exists, so that `down` finds all of it after any kind of end.

A folder holds the topology's name, the boot it belongs to, the faults injected and one file for each host.
That file is written by the host's own first process, about itself, before it makes any namespace; until it
has done so it keeps the folder's lock open. So whoever gets the lock sees every process ever started.
Everything else (mounts, interfaces, files of the hosts) is in the hosts' namespaces and ends with them.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.lab.errors import LabError

FOLDER = Path("/run/failover-lab")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
LOCK_PATIENCE = 10.0  # seconds


@dataclass(frozen=True)
class Watching:
    """What the lab is monitored with."""

    engine: str = "prometheus"  # one of monitoring.engines
    interval: int = 5  # seconds between two scrapes

    def __str__(self) -> str:
        return f"{self.engine} at {self.interval} s"


USUAL = Watching()


@dataclass(frozen=True)
class Process:
    """A process that can't be mistaken for another: `start` is in clock ticks since boot."""

    pid: int
    start: int
    name: str
    state: str

    def alive(self) -> bool:
        now = of_pid(self.pid)
        return now is not None and now.start == self.start and now.state not in "ZX"


def parse_stat(line: str) -> Process:
    """One line of /proc/PID/stat, see proc(5): ``4711 (my (odd) name) S 1 …``, the start is field 22."""
    head, _, tail = line.rpartition(")")
    pid, _, name = head.partition(" (")
    fields = tail.split()
    return Process(int(pid), int(fields[19]), name, fields[0])


def of_pid(pid: int, proc: Path = Path("/proc")) -> Process | None:
    try:
        return parse_stat((proc / str(pid) / "stat").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return None


class State:
    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder

    @contextmanager
    def locked(self, verb: str) -> Iterator[int]:
        """One changing verb at a time; yields the lock's file descriptor."""
        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if self._take(lock):
                    os.ftruncate(lock, 0)
                    os.pwrite(lock, f"`lab {verb}` (pid {os.getpid()})".encode(), 0)
                    yield lock
                    return
                if time.monotonic() > deadline:
                    raise LabError(f"{self._owner()} is at work on the lab: wait for it, or end it")
            finally:
                os.close(lock)
            time.sleep(0.1)

    def _take(self, lock: int) -> bool:
        """False also if a `down` that held the lock has removed the file meanwhile."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.fstat(lock).st_ino == (self.folder / "lock").stat().st_ino
        except (BlockingIOError, FileNotFoundError):
            return False

    def _owner(self) -> str:
        try:
            return (self.folder / "lock").read_text() or "another command"
        except FileNotFoundError:
            return "another command"

    def begin(
        self,
        topology: str,
        *,
        exporters: bool = True,
        release: str | None = None,
        watching: Watching = USUAL,
    ) -> None:
        (self.folder / "hosts").mkdir(exist_ok=True)
        self._write("watching", json.dumps(asdict(watching)))
        if release:
            self._write("release", release)
        if not exporters:
            self._write("without-exporters", "")
        self._write("boot", BOOT_ID.read_text())
        self._write("topology", topology)

    def topology(self) -> str | None:
        """The name of the topology that was begun since this machine booted."""
        return self._read("topology") if self._read("boot") == BOOT_ID.read_text() else None

    def finished(self) -> bool:
        return self.topology() is not None and self._read("up") is not None

    def finish(self) -> None:
        self._write("up", time.strftime("%Y-%m-%dT%H:%M:%S%z"))

    def exporters(self) -> bool:
        """Whether this lab runs the project's exporter."""
        return self._read("without-exporters") is None

    def release(self) -> str | None:
        """The Debian release whose files the hosts have; without one, this machine's."""
        return self._read("release")

    def monitoring(self) -> Watching:
        return Watching(**json.loads(self._read("watching") or "{}"))

    def host_file(self, host: str) -> Path:
        return self.folder / "hosts" / host

    def outer(self, host: str) -> Process | None:
        line = self._read(f"hosts/{host}")
        return parse_stat(line) if line else None

    def outers(self) -> dict[str, Process]:
        """The recorded first process of every host that was ever begun; nothing from before a reboot."""
        if self.topology() is None:
            return {}
        names = [path.name for path in (self.folder / "hosts").glob("*") if "." not in path.name]
        return {name: process for name in names if (process := self.outer(name))}

    def faults(self) -> list[str]:
        return list(json.loads(self._read("faults") or "[]"))

    def set_faults(self, faults: list[str]) -> None:
        self._write("faults", json.dumps(faults))

    def remove_older(self) -> None:
        """What a lab that was up before a reboot left; the lock, which is held, stays."""
        shutil.rmtree(self.folder / "hosts", ignore_errors=True)
        for path in self.folder.iterdir():
            if path.name != "lock":
                path.unlink()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _write(self, name: str, text: str) -> None:
        fresh = self.folder / f"{name}.new"
        fresh.write_text(text)
        fresh.replace(self.folder / name)
