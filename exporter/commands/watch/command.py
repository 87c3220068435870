"""The loop: a prober in its threads, a line each second, a summary at the end."""

import logging
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import NoReturn, TextIO

from exporter.commands.watch.lines import Json, Text
from exporter.commands.watch.record import Out, Record
from exporter.endpoint import Endpoint
from exporter.errors import SourceError
from exporter.transports.mysql_account import AccountFile
from exporter.watchers.prober.attempt import AttemptResult
from exporter.watchers.prober.counters import ProbeReading
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.outages import Outage
from exporter.watchers.prober.prober import Prober

ENDS = {signal.SIGINT, signal.SIGTERM}
TICK = 0.1  # seconds: so late the end of `count` is noticed, so often the terminal is written anew
_ERASE = "\r\x1b[K"

ANSWERED, NOTHING_ANSWERED, USAGE = 0, 1, 2  # as ping's


class CannotWatch(Exception):
    """What was asked for can't be done; the text says why."""


@dataclass(frozen=True)
class Wish:
    host: str  # name or address
    port: int
    interval: float
    timeout: float
    client_file: str | None
    count: int | None  # attempts
    duration: float | None  # seconds
    json: bool


def watch(wish: Wish, out: TextIO) -> int:
    """Until a signal, or what was wished for has been seen: the exit code. Raises CannotWatch."""
    logging.getLogger("exporter").setLevel(logging.ERROR)  # failures are in the lines
    vip = _vip(wish)
    # Blocked before the first thread is there, so in each of them: the loop alone takes them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        return _Watching(vip, wish, out).run()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _vip(wish: Wish) -> Vip:
    try:
        found = socket.getaddrinfo(wish.host, wish.port, type=socket.SOCK_STREAM)
        address = str(found[0][4][0])
        vip = Vip(address, wish.port, wish.interval, wish.client_file, wish.timeout)
        if vip.client_file:
            AccountFile(vip.client_file).account()
    except OSError as error:
        raise CannotWatch(f"{wish.host}: {error.strerror or error}") from None
    except (ValueError, SourceError) as error:
        raise CannotWatch(str(error)) from None
    return vip


class _Watching:
    """Listens to its prober, which calls from threads of its own."""

    def __init__(self, vip: Vip, wish: Wish, out: TextIO):
        self._wish, self._out = wish, out
        terminal = out.isatty()
        self._lines = Json() if wish.json else Text(colour=terminal and not os.environ.get("NO_COLOR"))
        self._live = self._lines if terminal and isinstance(self._lines, Text) else None
        address = str(Endpoint(vip.address, wish.port))
        self._name = address if wish.host in (vip.address, address) else f"{wish.host} ({address})"
        self._record = Record()
        self._heard: SimpleQueue[AttemptResult | Outage | None] = SimpleQueue()
        self._ended = 0  # also those that could not be made
        self._prober = Prober(vip, [self], self._answered)

    def failing(self, endpoint: Endpoint) -> None:
        """In the lines soon enough."""

    def recovered(self, endpoint: Endpoint) -> None:
        """Likewise."""

    def outage(self, _endpoint: Endpoint, outage: Outage) -> None:
        self._heard.put(outage)

    def _answered(self, answer: AttemptResult | None) -> None:
        self._heard.put(answer)

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
        if self._wish.json:
            return
        who = "with login" if self._wish.client_file else "handshake only: --client-file shows who answers"
        self._write(f"watching {self._name} every {self._wish.interval:g} s, {who}\n")

    def _loop(self, started: float) -> None:
        """A signal, the count or the duration ends it."""
        second, end = started + 1, started + (self._wish.duration or float("inf"))
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
        return self._wish.count is not None and self._record.attempts >= self._wish.count

    def _take(self) -> None:
        """What the prober told since."""
        offset = time.time() - time.monotonic()
        while True:
            try:
                heard = self._heard.get_nowait()
            except Empty:
                return
            if isinstance(heard, Outage):
                out = Out(heard.start + offset, heard.duration, heard.slowest_connect)
                self._record.outage(out)
                self._write(self._lines.outage(out))
                continue
            self._ended += 1
            if heard and not self._seen_enough():
                self._record.answer(heard)

    def _waiting(self, launched: int) -> int:
        return max(0, launched - self._ended)

    def _show_second(self) -> None:
        reading = self._prober.reading()
        self._take()
        waiting, out = self._waiting(reading.attempts), _out(reading)
        self._write(self._lines.second(self._record.second(time.time(), waiting, out)))

    def _show_live(self, text: Text) -> None:
        out = _out(self._prober.reading())
        self._out.write(_ERASE + (text.going_on(out) if out else ""))
        self._out.flush()

    def _sum_up(self, seconds: float) -> None:
        reading = self._prober.reading()
        summary = self._record.summary(seconds, self._waiting(reading.attempts), reading.active_seconds)
        self._write(self._lines.summary(self._name, summary))

    def _write(self, text: str) -> None:
        self._out.write(_ERASE + text if self._live else text)
        self._out.flush()


def _out(reading: ProbeReading) -> float:
    """An outage that may be over counts as over: no line waits for the second without failures."""
    return 0.0 if reading.up else reading.active_seconds


def run(wish: Wish) -> int:
    try:
        return watch(wish, sys.stdout)
    except CannotWatch as error:
        print(f"failover-exporter watch: {error}", file=sys.stderr)  # noqa: T201  # for a person
        return USAGE
