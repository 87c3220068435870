"""Which processes run on this host, by /proc: those that this process sees, in its PID namespace."""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PROC = Path("/proc")

# 0000000073196ed6: 00000002 00000000 00010000 0001 01 531266 /run/haproxy/admin.sock.31460.tmp
_LISTENING = re.compile(r"^\S+ \S+ \S+ 00010000 0001 01 +[0-9]+ (/.+)$", re.MULTILINE)

_TICKS = os.sysconf("SC_CLK_TCK")
_CAP_KILL, _CAP_NET_RAW = 5, 13  # linux/capability.h


@dataclass(frozen=True)
class Process:
    pid: int
    name: str  # as the kernel has it: the program's file name, 15 characters at most
    started: float  # seconds since 1970
    parent: int = 0  # its pid


@dataclass(frozen=True)
class Credentials:
    """As whom a process runs."""

    uid: int  # the effective one
    groups: frozenset[int]  # effective and supplementary
    capabilities: int  # the effective ones, a bit each as in linux/capability.h

    @property
    def raw_sockets(self) -> bool:
        return bool(self.capabilities >> _CAP_NET_RAW & 1)

    @property
    def signals(self) -> bool:
        """To processes of other users."""
        return bool(self.capabilities >> _CAP_KILL & 1)


def find(names: Collection[str]) -> Process | None:
    """The one of find_all() that runs longest. None also where /proc shows no other users' processes: see
    hidden()."""
    return min(find_all(names), key=lambda process: process.started, default=None)


def find_all(names: Collection[str]) -> list[Process]:
    """Those with such a name, in this process' network namespace.

    HAProxy in another network namespace (a container, OpenStack's metadata proxies) is no proxy of this
    host's addresses. 200 processes take 2 ms.
    """
    own = _network(PROC / "self")
    return [
        process
        for pid in _pids(names)
        if _network(_path(pid)) == own and (process := by_pid(pid)) and process.name in names
    ]


def credentials(pid: int) -> Credentials | None:
    """None where the process is gone, or /proc hides it. Format of /proc/PID/status: proc(5)."""
    try:
        text = (_path(pid) / "status").read_text(errors="replace")
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    try:  # real, effective, saved, file system
        uid, gid = (int(fields[name].split()[1]) for name in ("Uid", "Gid"))
        groups = {gid, *map(int, fields["Groups"].split())}
        return Credentials(uid, frozenset(groups), int(fields["CapEff"], 16))
    except (KeyError, ValueError, IndexError):
        return None


def by_pid(pid: int) -> Process | None:
    """None where it is not there, or not to be seen."""
    return _read(_path(pid))


def waits(process: Process) -> bool:
    """Whether it is there and sleeps, as a daemon that nobody asks: neither stopped nor held by a disk."""
    name, state, *_ = _stat(_path(process.pid))
    return name == process.name and state == "S"


def command_line(pid: int) -> tuple[str, ...]:
    """Empty where the process is gone, or /proc hides it. Format: proc(5), each argument ends in a NUL."""
    try:
        raw = (_path(pid) / "cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(part.decode(errors="replace") for part in raw.split(b"\0")[:-1])


def variable(pid: int, name: str) -> str | None:
    """Of the environment that a process was started with. None without it, and where this process may not
    look, which takes root for another user's. Format: proc(5), each assignment ends in a NUL."""
    try:
        raw = (_path(pid) / "environ").read_bytes()
    except OSError:
        return None
    assigned = (one.partition(b"=") for one in raw.split(b"\0"))
    return next((value.decode(errors="replace") for key, _, value in assigned if key == name.encode()), None)


def stopped(*pids: int) -> int | None:
    """The first of them that a signal has stopped (SIGSTOP), or a debugger; None without one."""
    return next((pid for pid in pids if _stat(_path(pid))[1] in {"T", "t"}), None)


def hidden() -> bool:
    """Whether /proc hides other users' processes from this one (hidepid, ProtectProc of systemd)."""
    return _read(_path(1)) is None


def listening_paths() -> tuple[str, ...]:
    """The paths of all unix sockets that are listened on in this network namespace, as they were bound.

    Seen whatever /proc hides. A file that was renamed or removed since keeps its first name here.
    """
    try:
        text = (PROC / "self/net/unix").read_text(errors="replace")
    except OSError:
        return ()
    return tuple(_LISTENING.findall(text))


def _pids(names: Collection[str]) -> Iterator[int]:
    """By /proc/PID/comm, which takes half as long to read as /proc/PID/stat."""
    wanted = {f"{name}\n".encode() for name in names}
    for entry in os.listdir(PROC):  # noqa: PTH208  # a string is enough
        if entry.isdigit():
            with suppress(OSError), open(f"{PROC}/{entry}/comm", "rb", buffering=0) as file:  # noqa: PTH123  # faster
                if file.read(32) in wanted:
                    yield int(entry)


def _path(pid: int) -> Path:
    return PROC / str(pid)


def _read(folder: Path) -> Process | None:
    name, *fields = _stat(folder)
    if len(fields) < 20 or fields[0] in "ZX":
        return None
    return Process(int(folder.name), name, psutil.boot_time() + int(fields[19]) / _TICKS, int(fields[1]))


def _stat(folder: Path) -> list[str]:
    """A process' name and its fields from the third on: state, parent, …; two empty words where it ended
    meanwhile, or is hidden.

    Format of /proc/PID/stat: proc(5): `pid (name) state …`, field 22 is its start in ticks since boot.
    """
    try:
        text = (folder / "stat").read_text(errors="replace")
    except OSError:
        return ["", ""]
    name, _, rest = text.partition(" (")[2].rpartition(") ")
    return [name, *(rest.split() or [""])]


def _network(folder: Path) -> int | None:
    """A number that is equal for processes of one network namespace, and needs no rights to read.

    /proc/PID/ns/net needs those of a debugger; the inodes of /proc/PID/net are each namespace's own.
    """
    try:
        return (folder / "net/unix").stat().st_ino
    except OSError:
        return None
