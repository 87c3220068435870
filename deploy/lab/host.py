"""One host: a network, mount, host name, IPC and process namespace, kept by a `tini` that reaps."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.lab.errors import LabError, NotUp, Overdue
from deploy.lab.state import Process, State, of_pid, parse_stat
from deploy.lab.waiting import until
from deploy.packages import cache

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/run/root",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",  # nothing is written into the repository from inside
}
PYTHON = "/usr/bin/python3"  # of the host's own release: what runs there has the standard library alone
NAMESPACES = ["--net", "--mount", "--uts", "--ipc", "--pid"]
# The daemon's parent writes down its pid and ends, so that the host's tini adopts the daemon.
DAEMON = 'setsid "$@" </dev/null >>/var/log/lab/$0.log 2>&1 & echo $! >/run/lab/$0.pid'


class Host:
    def __init__(self, name: str, state: State, abort: threading.Event | None = None) -> None:
        self.name = name
        self.state = state
        self.abort = abort or threading.Event()
        self._init: Process | None = None

    def begin(self, lock: int, root: Path) -> None:
        """Starts the host's first process, which records itself; `lock` stays held until it has. `root` has
        the files that the host finds; what it changes is its own.
        """
        unshare = ["unshare", *NAMESPACES, "--fork", "--kill-child", "--"]
        # Roots for what runs on another Debian are in the cache.
        shown = [str(REPOSITORY), str(cache.folder())]
        inside = ["sh", str(HERE / "host-init.sh"), self.name, str(root), *shown]
        begin_recorded(self.state.host_file(self.name), self._init_log(), lock, [*unshare, *inside])

    def wait_ready(self, seconds: float = 15) -> None:
        log = self._init_log().read_text
        until(f"{self.name}'s namespaces", self._ready, seconds, log=log, abort=self.abort, step=0.02)

    def _init_log(self) -> Path:
        return self.state.host_file(f"{self.name}.log")

    def _ready(self) -> bool:
        outer, init = self.state.outer(self.name), self.init()
        if outer and not outer.alive():
            raise LabError(f"{self.name} could not be made: {self._init_log().read_text().strip()}")
        return init is not None and init.name == "tini" and self.path("/run/lab/ready").exists()

    def init(self) -> Process | None:
        """The process that is pid 1 inside, seen from outside."""
        if self._init is None or not self._init.alive() or self._init.name != "tini":
            outer = self.state.outer(self.name)
            self._init = _child(outer) if outer and outer.alive() else None
        return self._init

    def alive(self) -> bool:
        return self.init() is not None

    def pid(self) -> int:
        init = self.init()
        if init is None:
            raise NotUp(f"{self.name} is not running")
        return init.pid

    def end(self) -> None:
        """Kills pid 1 inside, with which the kernel ends every process of the host, then its launcher."""
        outer = self.state.outer(self.name)
        if outer is None or not outer.alive():
            return
        os.kill(outer.pid, signal.SIGSTOP)  # so that it can't make the child that was just looked for
        until(f"{self.name}'s launcher to stop", lambda: _stopped(outer), 5, step=0.002)
        child = _child(outer)
        if child is not None:
            os.kill(child.pid, signal.SIGKILL)
            until(f"the processes of {self.name} to end", lambda: not child.alive(), 20, step=0.01)
        os.kill(outer.pid, signal.SIGKILL)
        until(f"the launcher of {self.name} to end", lambda: not outer.alive(), 5, step=0.005)
        _reap(outer.pid)

    def enter(self) -> list[str]:
        return ["nsenter", f"--target={self.pid()}", *NAMESPACES, "--"]

    def in_network(self, *argv: str) -> None:
        """Runs a command with this machine's files and process ids, but in the host's network."""
        command = ["nsenter", f"--target={self.pid()}", "--net", "--", *argv]
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, timeout=20, check=False)
        if done.returncode:
            raise _failed(self.name, argv, done.returncode, done.stderr)

    def exec(
        self,
        argv: Sequence[str],
        timeout: float = 30,
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = False,
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a command inside and gives back its text; past `timeout` it and its children are killed."""
        raw = self._communicate(argv, timeout, stdin, env)
        if check and raw.returncode:
            raise _failed(self.name, argv, raw.returncode, raw.stderr or raw.stdout)
        out, err = raw.stdout.decode(errors="replace"), raw.stderr.decode(errors="replace")
        return subprocess.CompletedProcess(list(argv), raw.returncode, out, err)

    def _communicate(
        self,
        argv: Sequence[str],
        timeout: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        fds: Sequence[int] = (),
    ) -> "subprocess.CompletedProcess[bytes]":
        with subprocess.Popen(
            [*self.enter(), *argv],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, **(env or {})},
            cwd="/",
            start_new_session=True,
            pass_fds=fds,
        ) as process:
            try:
                out, err = process.communicate(stdin.encode() if stdin is not None else None, timeout)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    late = f"{self.name}: `{' '.join(argv)}` did not end within {timeout:g} s"
                    raise Overdue(late) from None
                raise
        return subprocess.CompletedProcess(list(argv), process.returncode, out, err)

    def output(self, argv: Sequence[str], timeout: float, fds: Sequence[int] = ()) -> bytes:
        """What a command that must succeed prints, byte for byte; it inherits the files `fds`."""
        done = self._communicate(argv, timeout, fds=fds)
        if done.returncode:
            raise _failed(self.name, argv, done.returncode, done.stderr)
        return done.stdout

    def run(
        self,
        *argv: str,
        timeout: float = 30,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Like exec, for a command that must succeed: its output."""
        return self.exec(argv, timeout, stdin=stdin, env=env, check=True).stdout

    def spawn(self, daemon: str, argv: Sequence[str], fds: Sequence[int] = ()) -> None:
        """Starts a daemon that stays in the foreground, unless it runs; its output goes to /var/log/lab."""
        if not self.daemon(daemon):
            self.output(["sh", "-c", DAEMON, daemon, *argv], 30, fds)

    def path(self, inside: str) -> Path:
        """A file of the host, for reading and writing from outside."""
        return Path(f"/proc/{self.pid()}/root{inside}")

    def write(self, inside: str, text: str | bytes, mode: int = 0o644) -> None:
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)

    def processes(self) -> list[Process]:
        """Every living process of the host, by the pid it has inside."""
        found = []
        for path in self.path("/proc").glob("[0-9]*/stat"):
            try:
                found.append(parse_stat(path.read_text()))
            except (FileNotFoundError, ProcessLookupError):
                continue
        return [process for process in found if process.state not in "ZX"]

    def named(self, name: str) -> list[Process]:
        """The kernel keeps 15 characters of a name."""
        return [process for process in self.processes() if process.name == name[:15]]

    def daemon(self, name: str) -> Process | None:
        """The running daemon that `spawn` started under this name."""
        try:
            pid = int(self.path(f"/run/lab/{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        process = of_pid(pid, self.path("/proc"))
        return process if process and process.state not in "ZX" else None

    def signal(self, which: str, processes: Sequence[Process]) -> None:
        if processes:
            self.exec(["kill", f"-{which}", *(str(process.pid) for process in processes)])

    def tail(self, log: str, lines: int = 12) -> str:
        return self.exec(["tail", f"--lines={lines}", log]).stdout


def begin_recorded(record: Path, log: Path, lock: int, argv: Sequence[str], **more: str) -> None:
    """Starts a process that writes itself down in `record`, so that `down` ends it; `lock` stays held until
    it has. `more` is of its environment."""
    command = ["sh", str(HERE / "host-begin.sh"), str(record), *argv]
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    files = [(os.POSIX_SPAWN_DUP2, lock, 0), (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
    os.posix_spawn("/bin/sh", command, {**ENVIRONMENT, **more}, file_actions=files, setsid=True)
    os.close(out)


def _failed(host: str, argv: Sequence[str], code: int, said: bytes) -> LabError:
    return LabError(f"{host}: `{' '.join(argv)}` ended with {code}: {said.decode(errors='replace').strip()}")


def _child(outer: Process) -> Process | None:
    try:
        pids = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return of_pid(int(pids[0])) if pids else None


def _stopped(process: Process) -> bool:
    now = of_pid(process.pid)
    return now is None or now.state in "TZX"


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # begun by an earlier run of the lab: init reaps it
        os.waitpid(pid, 0)
