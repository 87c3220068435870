"""Has Keepalived write what it knows (keepalived.json, keepalived.data), and reads it.

Measured with Keepalived 2.2.7: a dump is written 0.5 ms after the signal and takes 0.1 ms of CPU; 600 of
them disturbed nothing. Each leaves a line in Keepalived's log, so the text dump, which has the scripts'
status, is asked for only when the other shows a change, and once a minute: a script that fails changes its
instance's state or priority.

Left out: its D-Bus interface gives every user an instance's state, but no priority and no counter; its FIFO
has one reader, who must have read from the start, and reports a change no earlier than the kernel reports
the address that came or went; SNMP needs an agent, and has no counter that the dump lacks.
"""

import ipaddress
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from prometheus_client.metrics_core import Metric

from exporter.errors import Denied, NotPermitted, SourceError, TimedOut, Unparsable, Unreachable
from exporter.options import check_command, check_seconds
from exporter.parsing import integer
from exporter.scrape import Source
from exporter.sources.keepalived import families as metrics
from exporter.sources.keepalived.parse.data_dump import parse_data
from exporter.sources.keepalived.parse.json_dump import parse_json
from exporter.sources.keepalived.reading import Details, Instance, KeepalivedReading, Running
from exporter.transports import dump, processes
from exporter.transports.command import run
from exporter.transports.deadline import Deadline

FOLDER = "/run/keepalived-state"
NAMES = ("keepalived", "keepalived_vrrp")  # the second with its option `process_names`

JSON, _DATA = "keepalived.json", "keepalived.data"
_DUMP_SECONDS = 1.0
_DETAILS_SECONDS = 60.0
_STALE_SECONDS = 30.0  # a dump that somebody else asked for

_ADVICE = "docs/keepalived.md says how to give the exporter what it needs"


@dataclass(frozen=True)
class Options:
    folder: str = FOLDER  # where Keepalived writes its dumps: its variable TMPDIR
    keepalived_path: str = "keepalived"  # asked for the number of a signal
    nodes: Mapping[str, str] = field(default_factory=dict)  # of the other hosts, name to address
    timeout: float = 5.0  # seconds

    def __post_init__(self) -> None:
        if not self.folder.startswith("/"):
            raise ValueError(f"folder: {self.folder!r} is no absolute path")
        for name, address in self.nodes.items():
            _check_address(name, address)
        check_command("keepalived_path", self.keepalived_path)
        check_seconds("timeout", self.timeout, 0, 60)


def _check_address(name: str, address: str) -> None:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise ValueError(f"nodes: {name}: {address!r} is no IP address") from None


@dataclass(frozen=True)
class _Known:
    """The details as they were read last."""

    shown: object  # by the reading that they belong to
    details: Details
    read_at: float  # monotonic seconds

    def fits(self, shown: object) -> bool:
        return self.shown == shown and time.monotonic() - self.read_at < _DETAILS_SECONDS


class KeepalivedSource(Source[KeepalivedReading]):
    name: ClassVar[str] = "keepalived"

    def __init__(self, options: Options):
        self._options = options
        self._folder = Path(options.folder)
        self._signal: int | None = None
        self._known: _Known | None = None

    @property
    def timeout(self) -> float:
        return self._options.timeout

    def read(self, deadline: Deadline) -> KeepalivedReading:
        running = _running()
        try:
            return self._read(running, deadline)
        except Unreachable:  # a Keepalived that stops writes no dump any more, and takes a second
            if (now := _running()) == running:
                raise
            return self._read(now, deadline)

    def _read(self, running: Running | None, deadline: Deadline) -> KeepalivedReading:
        if running is None:
            return KeepalivedReading(None)
        instances = parse_json(self._dump(running, self._json_signal(deadline), JSON, deadline))
        try:
            details = self._details(running, instances, deadline)
        except SourceError as error:
            return KeepalivedReading(running, instances, details_error=error)
        return KeepalivedReading(running, instances, details)

    def collect(self, reading: KeepalivedReading) -> Iterable[Metric]:
        return metrics.families(reading)

    def failures(self, reading: KeepalivedReading) -> Sequence[Exception]:
        return [reading.details_error] if reading.details_error else []

    def _details(self, running: Running, instances: tuple[Instance, ...], deadline: Deadline) -> Details:
        shown = running, [replace(one, counters={}) for one in instances]
        if self._known and self._known.fits(shown):
            return self._known.details
        details = parse_data(self._dump(running, signal.SIGUSR1, _DATA, deadline))
        self._known = _Known(shown, details, time.monotonic())
        return details

    def _dump(self, running: Running, number: int, name: str, deadline: Deadline) -> bytes:
        """One that is fresh; where the exporter may not ask for it, one that somebody else asked for."""
        path = self._folder / name
        until = Deadline.after(min(_DUMP_SECONDS, deadline.remaining(name)))
        try:
            return dump.ask(running.pid, number, path, until)
        except NotPermitted as error:
            age = dump.age(path)
            if age is not None and age < _STALE_SECONDS:
                return _readable(path)
            stale = f", and {path} is {age:.0f} s old" if age is not None else ""
            raise NotPermitted(f"{error}{stale}: it takes CAP_KILL; {_ADVICE}") from None
        except TimedOut as error:
            if frozen := processes.stopped(running.pid, *(pid for pid, _ in running.children)):
                raise TimedOut(
                    f"Keepalived: process {frozen} is stopped (by SIGSTOP): nothing runs it"
                ) from None
            raise TimedOut(
                f"{error}: is `folder` Keepalived's TMPDIR? Version 2.1 has none; {_ADVICE}"
            ) from None

    def _json_signal(self, deadline: Deadline) -> int:
        """A real-time signal, which the C library numbers: `keepalived --signum=JSON` prints 36."""
        if self._signal is None:
            tool = self._options.keepalived_path
            done = run([tool, "--signum=JSON"], deadline)
            if done.returncode:
                raise Unreachable(f"{tool}: it was built without JSON (`--enable-json`): {done.complaint()}")
            number = integer(done.stdout.decode(errors="replace").strip(), f"{tool} --signum=JSON")
            if not 0 < number < signal.NSIG:
                raise Unparsable(f"{tool} --signum=JSON: {number} is no signal")
            self._signal = number
        return self._signal


def _readable(path: Path) -> bytes:
    try:
        return dump.read(path)
    except Denied as error:
        raise NotPermitted(f"{error}; {_ADVICE}") from None


def _running() -> Running | None:
    """None where no Keepalived runs in this network namespace, or only its parent is left."""
    found = {one.pid: one for one in processes.find_all(NAMES)}
    parents = [one for one in found.values() if one.parent not in found]
    if not parents:
        return None
    parent = min(parents, key=lambda one: one.started)
    children = tuple(sorted((one.pid, one.started) for one in found.values() if one.parent == parent.pid))
    return Running(parent.pid, children) if children else None
