"""Launches attempts on schedule, whatever the earlier ones do.

Threads of its own take turns: one waits for the next launch and makes that attempt, the others wait for their
turn. Neither the event loop nor the sources' threads can hold a launch up, and a frozen server costs as many
waiting threads as attempts in flight.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from exporter.endpoint import Endpoint
from exporter.errors import SourceError
from exporter.transports.mysql_account import Account, AccountFile
from exporter.watchers.prober.attempt import WHO, AttemptResult, attempt_once
from exporter.watchers.prober.counters import Counters, ProbeReading
from exporter.watchers.prober.kept_sessions import KeptSessions
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.outages import APART_SECONDS, Attempt, Outage, OutageLedger
from exporter.watchers.prober.schedule import Schedule

log = logging.getLogger(__name__)

# A frozen server, an attempt each 0.02 s and the default timeout of 5 s make 250. At the bound a launch
# waits for a place, and is counted as late.
IN_FLIGHT = 256
SPARE_THREADS = 8  # kept beside those in flight; the others end with what needed them
RETRY_SECONDS = 1.0  # while no attempt can be launched, as the account's file can't be read


class _Launched(NamedTuple):
    attempt: Attempt
    account: Account | None
    late_after: float  # monotonic seconds
    asks: bool  # whether who stays at the servers asks them something too


class Listener(Protocol):
    """Is told at once what a prober finds. Called from the prober's threads; must not wait."""

    def failing(self, endpoint: Endpoint) -> None: ...

    def recovered(self, endpoint: Endpoint) -> None: ...

    def outage(self, endpoint: Endpoint, outage: Outage) -> None:
        """It is over, and nothing can change it any more."""


class Prober:
    """Of one address and port."""

    def __init__(
        self,
        vip: Vip,
        listeners: Sequence[Listener] = (),
        on_answer: Callable[[AttemptResult | None], None] | None = None,
    ):
        """`on_answer` gets how each attempt ended, None where it could not be made; as for a Listener."""
        if vip.port is None:
            raise ValueError(f"{vip.address}: has no port to be probed")
        self.address, self.port = vip.address, vip.port
        self._endpoint = Endpoint(vip.address, vip.port)
        self.trouble: Exception | None = None  # why no attempts can be made just now
        self._vip = vip
        self._listeners = listeners
        self._on_answer = on_answer
        self._account_file = AccountFile(vip.client_file) if vip.client_file else None
        self._ledger = OutageLedger(patience=2 * vip.timeout)
        self._counters = Counters()
        self._latest_failure = float("-inf")  # its launch; those close together: one outage, one log line
        self._in_flight = 0
        self._threads = 0
        self._schedule = Schedule(vip.interval)
        self._due = 0.0  # monotonic seconds of the next launch
        self._stopping = False
        self._lock = threading.Lock()  # guards all of the above
        self._changed = threading.Condition(self._lock)
        self._kept_sessions = KeptSessions()
        self._turn = threading.Lock()
        self._what = f"{vip.address}:{vip.port}"

    def start(self) -> None:
        self._due = time.monotonic()
        self._add_thread()

    def _add_thread(self) -> None:
        threading.Thread(target=self._take_turns, name=f"attempt_once {self._what}", daemon=True).start()
        self._threads += 1

    def stop(self, patience: float = 1.0) -> None:
        """Launch no more, and let attempts in flight end properly for `patience` seconds."""
        with self._changed:
            self._stopping = True
            self._kept_sessions.call()
            self._changed.wait_for(lambda: self._in_flight == 0, patience)
        with self._turn:  # nobody is at the kept_sessions any more
            self._kept_sessions.close()

    def conclude(self) -> None:
        """After stop(): no failure follows any more, so what has recovered is told as over."""
        with self._lock:
            outages = self._settle(time.monotonic() + APART_SECONDS)
        self._tell(None, outages)

    def reading(self) -> ProbeReading:
        with self._lock:
            now = time.monotonic()
            outages = self._settle(now)
            reading = self._counters.reading(self.address, self.port, self._ledger.active_seconds(now))
        self._tell(None, outages)
        return reading

    def _take_turns(self) -> None:
        while True:
            with self._turn:
                launched = self._next()
            if launched is None:
                return
            try:
                self._attempt(launched)
            except Exception:  # a defect of ours; without this thread nobody might be left to take a turn
                log.exception("%s: an attempt broke off", self._what)
            if self._leave():
                return

    def _leave(self) -> bool:
        """Whether this thread is one too many."""
        with self._lock:
            leaving = self._threads > self._in_flight + SPARE_THREADS
            self._threads -= leaving
            return leaving

    def _next(self) -> _Launched | None:
        """Launch when it is due. None when the prober stops."""
        while self._wait_until_due():
            try:
                return self._launch()
            except Exception as error:  # the account's file, no more threads, a defect: told, and tried again
                self._note(error)
                self._due = time.monotonic() + RETRY_SECONDS
        return None

    def _wait_until_due(self) -> bool:
        """False when the prober stops."""
        while not self._stopping:
            with self._lock:
                wait, full = self._due - time.monotonic(), self._in_flight >= IN_FLIGHT
            if wait <= 0 and not full:
                return True
            if self._kept_sessions.wait(wait if wait > 0 else None):
                self._suspect()
        return False

    def _suspect(self) -> None:
        with self._lock:
            now = time.monotonic()
            if self._schedule.suspect(now):
                self._due = min(self._due, now)
                self._kept_sessions.call()

    def _launch(self) -> _Launched | None:
        account = self._account_file.account() if self._account_file else None
        with self._lock:
            if self._stopping:
                return None
            if self._threads < self._in_flight + 2:  # this one, and who has the turn meanwhile
                self._add_thread()
            now, due = time.monotonic(), self._due
            # Of one server in three that fails, successes between are no end of the outage.
            outage = self._ledger.failing or now - self._latest_failure < APART_SECONDS
            interval = self._schedule.interval(now, outage, self._ledger.oldest_in_flight)
            attempt = self._ledger.launch(now)
            self._counters.attempts += 1
            self._in_flight += 1
            self._due = due + interval if due + interval > now else now + interval
            return _Launched(attempt, account, due + self._vip.interval, self._schedule.ask(now))

    def _attempt(self, launched: _Launched) -> None:
        late = time.monotonic() > launched.late_after
        try:
            if launched.asks:
                self._kept_sessions.ask(WHO)
            answer = attempt_once(self.address, self.port, launched.account, self._vip.timeout)
        except Exception as error:  # NotMade, or a defect of ours: neither says that the address fails
            self._note(error)
            self._finish(launched.attempt, None, late=True)
        else:
            self._note(None)
            self._finish(launched.attempt, answer, late)
            if self._kept_sessions.hear():
                self._suspect()
            if answer.session:
                self._kept_sessions.stay(answer.session, answer.server)

    def _finish(self, attempt: Attempt, answer: AttemptResult | None, late: bool) -> None:
        with self._lock:
            was_failing = self._ledger.failing
            self._in_flight -= 1
            self._counters.late += late
            if answer is None:
                self._ledger.withdraw(attempt)
            else:
                self._counters.add_answer(attempt.launch, answer)
                self._enter(attempt, answer)
            now, failing = time.monotonic(), self._ledger.failing
            outages = self._settle(now)
            if failing and not was_failing:
                self._due = min(self._due, now)
                self._kept_sessions.call()
            elif self._in_flight == IN_FLIGHT - 1:
                self._kept_sessions.call()
            if self._stopping:
                self._changed.notify_all()
        if self._on_answer:
            self._on_answer(answer)
        self._tell(failing if failing != was_failing else None, outages)

    def _enter(self, attempt: Attempt, answer: AttemptResult) -> None:
        if answer.reason is None:
            phases = answer.phases
            connect = phases["connect"] + phases["handshake"] + phases["login"]
            self._ledger.succeed(attempt, answer.end, connect, answer.connected)
            return
        if attempt.launch - self._latest_failure >= APART_SECONDS:
            log.warning("%s: fails: %s", self._what, answer.detail)
        self._latest_failure = max(self._latest_failure, attempt.launch)
        self._ledger.fail(attempt, answer.end, answer.connected)

    def _settle(self, now: float) -> list[Outage]:
        outages = self._ledger.settle(now)
        for outage in outages:
            self._counters.add_outage(outage, time.time() - (time.monotonic() - outage.end))
            log.warning("%s: was out for %.3f s", self._what, outage.duration)
        return outages

    def _tell(self, failing: bool | None, outages: Sequence[Outage]) -> None:
        """`failing` is None when that has not changed."""
        for listener in self._listeners:
            try:
                if failing is not None:
                    (listener.failing if failing else listener.recovered)(self._endpoint)
                for outage in outages:
                    listener.outage(self._endpoint, outage)
            except Exception:
                log.exception("%s: a listener failed", self._what)

    def _note(self, trouble: Exception | None) -> None:
        """One log line when trouble begins, changes or ends."""
        before, self.trouble = self.trouble, trouble
        if before is trouble or str(before) == str(trouble):
            return
        if trouble is None:
            log.info("%s: is probed again", self._what)
        else:
            ours = not isinstance(trouble, SourceError)
            log.error("%s: can't be probed: %s", self._what, trouble, exc_info=trouble if ours else None)
