"""The lab as a Python object: what the tests, the matrix and the drill use."""

import contextlib
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.lab import faults, health, preflight, repair
from deploy.lab.build import build
from deploy.lab.errors import LabError, NotUp, Overdue
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.state import FOLDER, USUAL, Process, State, Watching, of_pid
from deploy.lab.topologies import TOPOLOGIES
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

HEAL = 120.0  # seconds


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Lab:
    def __init__(self, folder: Path = FOLDER, report: Callable[[str], object] = str) -> None:
        self.state = State(folder)
        self.report = report

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Lab":
        """The lab that is up on this machine; NotUp if there is none."""
        lab = cls(folder)
        _ = lab.fleet
        return lab

    def up(
        self,
        name: str,
        *,
        exporters: bool = True,
        release: str | None = None,
        watching: Watching = USUAL,
    ) -> None:
        """Builds the topology; returns when the cluster is whole. Harmless if that very topology is up.

        Its hosts have the files of a Debian release, one of roots.RELEASES, or of this machine.
        """
        topology = find(name)
        preflight.check_for(topology)
        begun = False
        try:
            with self.state.locked(f"up {name}") as lock:
                if self._is_up(topology, release, watching):
                    self.report(f"{name} is up already")
                    return
                begun = True
                self.state.remove_older()
                self.state.begin(name, exporters=exporters, release=release, watching=watching)
                self._build(topology, lock)
        except BaseException:
            if begun:
                self.down()  # takes the lock anew, and so sees also what was being started just now
            raise

    def _build(self, topology: Topology, lock: int) -> None:
        fleet = Fleet(topology, self.state)
        try:
            build(fleet, lock, self.report)
        except BaseException:
            fleet.abort.set()
            raise
        self.state.finish()

    def down(self) -> bool:
        """Ends everything that was recorded; False if there was nothing."""
        with self.state.locked("down"):
            existed = self.state.topology() is not None
            self._end()
        return existed

    def _is_up(self, topology: Topology, release: str | None, watching: Watching) -> bool:
        name = self.state.topology()
        if name is None:
            return False
        if not self.state.finished():
            raise LabError(f"an `up {name}` was interrupted: run `lab down` first")
        if (name, self.state.release()) != (topology.name, release):
            raise LabError(f"{name} is up{on(self.state.release())}: run `lab down` first")
        if self.state.monitoring() != watching:
            raise LabError(f"{name} is up with {self.state.monitoring()}: run `lab down` first")
        return True

    def _end(self) -> None:
        outers = self.state.outers()
        threads = [threading.Thread(target=_end, args=(Host(name, self.state),)) for name in outers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        left = [name for name, outer in outers.items() if outer.alive()]
        if left:
            raise LabError(f"could not end {', '.join(left)}: run `lab down` again")
        self.state.remove()
        with contextlib.suppress(Overdue):  # init reaps them in its own time
            until("the ended processes to be reaped", lambda: not any(map(_there, outers.values())), 5)

    @property
    def fleet(self) -> Fleet:
        name = self.state.topology()
        if name is None:
            raise NotUp("no lab is up: run `lab up` (article) or `lab up TOPOLOGY`")
        return Fleet(find(name), self.state)

    @property
    def topology(self) -> Topology:
        return self.fleet.topology

    def host(self, name: str) -> Host:
        return self.fleet.host(name)

    def holder(self) -> str:
        """The balancer that has the VIP and serves."""
        return self.fleet.holder().name

    def exec(  # noqa: PLR0913 - as subprocess.run
        self,
        host: str,
        argv: Sequence[str],
        timeout: float = 30,
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = False,
    ) -> "subprocess.CompletedProcess[str]":
        return self.host(host).exec(argv, timeout, stdin=stdin, env=env, check=check)

    def http_get(
        self, host: str, url: str, timeout: float = 15, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """What an HTTP client on that host gets; LabError if it gets no answer in time."""
        fields = [
            word for name, value in (headers or {}).items() for word in ("--header", f"{name}: {value}")
        ]
        limit = ["--max-time", f"{timeout:g}"]
        curl = ["curl", "--silent", "--show-error", "--include", *limit, *fields, url]
        return parse_answer(self.host(host).output(curl, timeout + 5))

    def fault(self, name: str, host: str | None = None) -> str:
        """Injects a fault, on the host named or where it matters; says what it did."""
        with self.state.locked(f"fault {name}"):
            fleet = self.fleet
            fault = faults.find(name, fleet.topology)
            before = self.state.faults()
            self.state.set_faults([*before, name])
            try:
                return fault.inject(fleet, host)
            except LabError:
                self.state.set_faults(before)
                raise

    def heal(self, seconds: float = HEAL) -> float:
        """Brings back a whole cluster; gives the seconds it took."""
        with self.state.locked("heal"):
            began = time.monotonic()
            fleet = self.fleet
            repair.repair(fleet)
            self.report("everything is started and connected; waiting for the cluster")
            repair.wait_whole(fleet, seconds, tidy=True)
            self.state.set_faults([])
            return time.monotonic() - began

    def problems(self) -> list[str]:
        """What keeps the cluster from being whole, in sentences; none when it is."""
        return health.diagnose(self.fleet)

    def wait_whole(self, seconds: float = 60) -> None:
        repair.wait_whole(self.fleet, seconds)


def _end(host: Host) -> None:
    with contextlib.suppress(Overdue):  # the others go on; whoever is left is named at the end
        host.end()


def _there(process: Process) -> bool:
    now = of_pid(process.pid)
    return now is not None and now.start == process.start


def on(release: str | None) -> str:
    return f" on {release}" if release else ""


def find(name: str) -> Topology:
    if name not in TOPOLOGIES:
        raise LabError(f"no topology {name!r}: there is {', '.join(TOPOLOGIES)}")
    return TOPOLOGIES[name]


def parse_answer(raw: bytes) -> Answer:
    """`curl --include`: status line, fields, empty line, body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    match = re.match(r"HTTP/\S+ (\d+)", first)
    if match is None:
        raise LabError(f"not an HTTP answer: {first[:80]!r}")
    fields = (line.partition(":") for line in lines)
    return Answer(int(match[1]), {name.lower(): value.strip() for name, _, value in fields}, body)
