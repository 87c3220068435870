"""CPU and memory of a process, from the kernel: proc(5), clock_getcpuclockid(3)."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from deploy.lab.errors import LabError

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # a second
KIB = 1024

T = TypeVar("T")


@dataclass(frozen=True)
class Cpu:
    """Seconds of user and system time so far."""

    own: float
    children: float  # those that ended and were waited for

    @property
    def total(self) -> float:
        return self.own + self.children


@dataclass(frozen=True)
class Memory:
    """Bytes."""

    resident: int
    peak: int
    proportional: int  # pages that several processes share are split among them

    def __add__(self, other: "Memory") -> "Memory":
        return Memory(
            self.resident + other.resident, self.peak + other.peak, self.proportional + other.proportional
        )


NO_MEMORY = Memory(0, 0, 0)


def parse_stat(line: str) -> Cpu:
    """One line of /proc/PID/stat: utime, stime, cutime and cstime are fields 14 to 17."""
    fields = line.rpartition(")")[2].split()
    utime, stime, cutime, cstime = (int(field) / TICKS for field in fields[11:15])
    return Cpu(utime + stime, cutime + cstime)


def parse_kib(text: str, key: str) -> int:
    """The bytes of a line like ``VmRSS:      3512 kB`` of /proc/PID/status or smaps_rollup."""
    for line in text.splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * KIB
    raise LabError(f"no {key} in:\n{text}")


@dataclass(frozen=True)
class Watched:
    """The processes of one program, by their pids on this machine."""

    pids: tuple[int, ...]
    standing: bool = False  # whether the processes that they started and keep are theirs too

    def cpu(self) -> Cpu:
        """The kernel counts its own time by the nanosecond; what children used, by the tick (10 ms).

        What a standing child used is its parent's once it has ended and was waited for.
        """
        children = sum(parse_stat(_read(pid, "stat")).children for pid in self.pids)
        living = sum(self._of_standing(_cpu_so_far))
        return Cpu(sum(time.clock_gettime(cpu_clock(pid)) for pid in self.pids), children + living)

    def memory(self) -> Memory:
        return sum((*map(_memory, self.pids), *self._of_standing(_memory)), NO_MEMORY)

    def _of_standing(self, measure: Callable[[int], T]) -> Iterator[T]:
        """Of each such process, unless it ends at this moment."""
        for parent in self.pids if self.standing else ():
            for pid in descendants(parent):
                with suppress(LabError, OSError):
                    yield measure(pid)


def descendants(parent: int) -> Iterator[int]:
    """The living ones: children of all threads (proc(5), children), and theirs."""
    for listed in PROC.glob(f"{parent}/task/*/children"):
        with suppress(OSError):
            for pid in map(int, listed.read_text().split()):
                yield pid
                yield from descendants(pid)


def _cpu_so_far(pid: int) -> float:
    return time.clock_gettime(cpu_clock(pid)) + parse_stat(_read(pid, "stat")).children


def cpu_clock(pid: int) -> int:
    """The clock of all threads of a process, those that ended included (kernel: posix-cpu-timers)."""
    return (~pid << 3) | 2


def _memory(pid: int) -> Memory:
    status, rollup = _read(pid, "status"), _read(pid, "smaps_rollup")
    return Memory(parse_kib(status, "VmRSS"), parse_kib(status, "VmHWM"), parse_kib(rollup, "Pss"))


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text()
    except (FileNotFoundError, ProcessLookupError):
        raise LabError(f"process {pid} ended while it was measured") from None


def outside(init: int, inside: Iterable[int]) -> tuple[int, ...]:
    """The pids on this machine of processes that a host, whose first process is `init`, calls `inside`."""
    namespace = (PROC / str(init) / "ns/pid").readlink()
    found = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            if (folder / "ns/pid").readlink() == namespace:
                found[_innermost(folder)] = int(folder.name)
        except OSError:  # it ended, or is none of ours
            continue
    return tuple(found[pid] for pid in inside)


def _innermost(folder: Path) -> int:
    """``NSpid:\t4711\t23``: the pid in each namespace, this machine's first."""
    lines = (folder / "status").read_text().splitlines()
    return next(int(line.split()[-1]) for line in lines if line.startswith("NSpid:"))


def parse_busy(line: str) -> tuple[int, int]:
    """Ticks in use and ticks in all, from /proc/stat: ``cpu  user nice system idle iowait irq …``."""
    ticks = [int(field) for field in line.split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def busy(seconds: float) -> float:
    """The share of this machine's CPU that is in use."""
    before = parse_busy(_machine())
    time.sleep(seconds)
    after = parse_busy(_machine())
    return (after[0] - before[0]) / (after[1] - before[1])


def _machine() -> str:
    return (PROC / "stat").read_text().splitlines()[0]
