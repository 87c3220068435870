"""The loop: a prober in its threads, a line each second, a summary at the end."""

import ipaddress
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import NoReturn, TextIO

from exporter.commands.watch.lines import Json, Text
from exporter.commands.watch.record import FinishedOutage, Record
from exporter.endpoint import Endpoint
from exporter.errors import SourceError
from exporter.transports.mysql_account import AccountFile
from exporter.transports.names import first_address
from exporter.watchers.prober.counters import ProbeReading
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.outages import Outage
from exporter.watchers.prober.prober import Prober
from exporter.watchers.prober.result import AttemptResult

ENDS = {signal.SIGINT, signal.SIGTERM}
TICK = 0.1  # seconds: how late the end of `count` is noticed, how often the terminal is rewritten
_ERASE = "\r\x1b[K"

# What a person may expect of `watch` and does not get without an account.
_HANDSHAKE_ONLY = (
    "handshake only: --client-file shows who answers; without it a server whose max_connections are taken, "
    "and a proxy (ProxySQL, MaxScale) with no server behind it, seem to be in order"
)

ANSWERED, NOTHING_ANSWERED, USAGE = 0, 1, 2  # as ping's


class CannotWatch(Exception):
    """What was asked for can't be done; the text says why."""


@dataclass(frozen=True)
class WatchOptions:
    target: Endpoint  # name or address, and port
    interval: float
    timeout: float
    client_file: str | None
    count: int | None  # attempts
    duration: float | None  # seconds
    json: bool


def watch(options: WatchOptions, out: TextIO) -> int:
    """Until a signal, or the count or duration is reached: the exit code. Raises CannotWatch."""
    logging.getLogger("exporter").setLevel(logging.ERROR)  # failures are in the lines
    vip = _vip(options)
    # Blocked before the first thread starts, so in each of them: the loop alone receives them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        return _Watching(vip, options, out).run()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _vip(options: WatchOptions) -> Vip:
    try:
        address, port = first_address(options.target), options.target.port
        vip = Vip(address, port, options.interval, options.client_file, options.timeout)
        if vip.client_file:
            AccountFile(vip.client_file).account()
    except (ValueError, SourceError) as error:
        raise CannotWatch(str(error)) from None
    return vip


class _Watching:
    """A listener of its prober, which calls from threads of its own."""

    def __init__(self, vip: Vip, options: WatchOptions, out: TextIO):
        self._options, self._out = options, out
        terminal = out.isatty()
        self._lines = Json() if options.json else Text(colour=terminal and not os.environ.get("NO_COLOR"))
        self._live = self._lines if terminal and isinstance(self._lines, Text) else None
        endpoint, host = Endpoint(vip.address, options.target.port), options.target.host
        self._name = str(endpoint) if _is_address(host) else f"{host} ({endpoint})"
        self._record = Record()
        self._queue: SimpleQueue[AttemptResult | Outage | None] = SimpleQueue()
        self._ended = 0  # attempts, also those that could not be made
        self._prober = Prober(vip, [self], self._queue.put)

    def failing(self, endpoint: Endpoint) -> None:
        """The next line shows it."""

    def recovered(self, endpoint: Endpoint) -> None:
        """Likewise."""

    def outage(self, _endpoint: Endpoint, outage: Outage) -> None:
        self._queue.put(outage)

    def run(self) -> int:
        started = time.monotonic()
        self._greet()
        self._prober.start()
        try:
            self._loop(started)
            self._prober.stop()
            self._prober.conclude()
            self._take()
            self._sum_up(time.monotonic() - started)
        except BrokenPipeError:  # `| head` has seen enough; Python would complain once more at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())
            self._prober.stop()
        code = ANSWERED if self._record.answered else NOTHING_ANSWERED
        if self._waiting(self._prober.reading().attempts):
            self._leave(code)
        return code

    def _leave(self, code: int) -> NoReturn:
        """Python's own end would wait for attempts that wait for a frozen server."""
        self._out.flush()
        os._exit(code)

    def _greet(self) -> None:
        if self._options.json:
            return
        who = "with login" if self._options.client_file else _HANDSHAKE_ONLY
        self._write(f"watching {self._name} every {self._options.interval:g} s, {who}\n")

    def _loop(self, started: float) -> None:
        """A signal, the count or the duration ends it."""
        second, end = started + 1, started + (self._options.duration or float("inf"))
        while (now := time.monotonic()) < end and not self._seen_enough():
            if signal.sigtimedwait(ENDS, max(0.0, min(TICK, second - now, end - now))):
                return
            self._take()
            if time.monotonic() >= second:
                second += max(1, int(time.monotonic() - second) + 1)
                self._show_second()
            elif self._live:
                self._show_live(self._live)

    def _seen_enough(self) -> bool:
        return self._options.count is not None and self._record.attempts >= self._options.count

    def _take(self) -> None:
        """What the prober has reported since the last call."""
        offset = time.time() - time.monotonic()
        while True:
            try:
                reported = self._queue.get_nowait()
            except Empty:
                return
            if isinstance(reported, Outage):
                start = reported.start + offset
                outage = FinishedOutage(start, reported.duration, reported.slowest_connect)
                self._record.add_outage(outage)
                self._write(self._lines.outage(outage))
                continue
            self._ended += 1
            if reported and not self._seen_enough():
                self._record.add_result(reported)

    def _waiting(self, launched: int) -> int:
        return max(0, launched - self._ended)

    def _show_second(self) -> None:
        reading = self._prober.reading()
        self._take()
        waiting, trouble = self._waiting(reading.attempts), self._prober.trouble
        second = self._record.second(time.time(), waiting, _out(reading), str(trouble or ""))
        self._write(self._lines.second(second))

    def _show_live(self, text: Text) -> None:
        out = _out(self._prober.reading())
        self._out.write(_ERASE + (text.present_outage(out) if out else ""))
        self._out.flush()

    def _sum_up(self, seconds: float) -> None:
        reading = self._prober.reading()
        summary = self._record.summary(seconds, self._waiting(reading.attempts), reading.active_seconds)
        self._write(self._lines.summary(self._name, summary))

    def _write(self, text: str) -> None:
        self._out.write(_ERASE + text if self._live else text)
        self._out.flush()


def _out(reading: ProbeReading) -> float:
    """Age of the present outage. One that may be over counts as over: no line waits for the second without
    failures that makes it certain."""
    return 0.0 if reading.up else reading.active_seconds


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def run(options: WatchOptions) -> int:
    try:
        return watch(options, sys.stdout)
    except CannotWatch as error:
        print(f"failover-exporter watch: {error}", file=sys.stderr)  # noqa: T201  # for a person
        return USAGE
