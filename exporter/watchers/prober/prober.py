"""Launches attempts on schedule, whatever the earlier ones do.

Threads of its own take turns: one waits for the next launch and makes that attempt, the others wait for their
turn. Neither the event loop nor the sources' threads can delay a launch, and a frozen server costs as many
waiting threads as attempts in flight.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Protocol

from exporter.endpoint import Endpoint
from exporter.errors import Denied
from exporter.transports.mysql_account import Account, AccountFile
from exporter.trouble import TroubleLog
from exporter.watchers.prober.attempt import WHO, make_attempt
from exporter.watchers.prober.counters import Counters, ProbeReading
from exporter.watchers.prober.history import History, Stretch
from exporter.watchers.prober.kept_sessions import KeptSessions
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.outages import APART_SECONDS, Attempt, Outage, OutageLedger
from exporter.watchers.prober.result import AttemptResult
from exporter.watchers.prober.schedule import Schedule

log = logging.getLogger(__name__)

# With the defaults what swallows everything makes 130, see schedule.py; the shortest interval and a timeout
# of 5 s make 250. At the bound a launch waits for a place, and is counted as late.
IN_FLIGHT = 256
SPARE_THREADS = 8  # kept beside those in flight; the others end when their attempt has
RETRY_SECONDS = 1.0  # while no attempt can be launched, for instance as the account's file can't be read


class _Launched(NamedTuple):
    attempt: Attempt
    account: Account | None
    late_after: float  # monotonic seconds
    queries: bool  # whether kept sessions are queried with it


class Listener(Protocol):
    """Is called at once from the prober's threads; must not wait."""

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
        on_result: Callable[[AttemptResult | None], None] | None = None,
    ):
        """`on_result` gets how each attempt ended, None where it could not be made; as for a Listener."""
        if vip.port is None:
            raise ValueError(f"{vip.address}: has no port to be probed")
        self.endpoint = Endpoint(vip.address, vip.port)
        self.trouble: Exception | None = None  # why no attempts can be made just now
        self._vip = vip
        self._listeners = listeners
        self._on_result = on_result
        self._account_file = AccountFile(vip.client_file) if vip.client_file else None
        self._ledger = OutageLedger(patience=2 * vip.timeout)
        self._counters = Counters()
        self._history = History()
        self._latest_failure = float("-inf")  # its launch; those close together: one outage, one log line
        self._in_flight = 0
        self._connected: set[Attempt] = set()  # of those in flight
        self._threads = 0
        self._schedule = Schedule(vip.interval)
        self._due = 0.0  # monotonic seconds of the next launch
        self._stopping = False
        self._lock = threading.Lock()  # guards all of the above
        self._changed = threading.Condition(self._lock)
        self._kept_sessions = KeptSessions()
        self._turn = threading.Lock()
        name = str(self.endpoint)
        self._trouble_log = TroubleLog(log, name, failing="can't be probed", recovered="is probed again")
        self._account_log = TroubleLog(log, name, recovered="the probe's account is accepted again")

    def start(self) -> None:
        self._due = time.monotonic()
        self._add_thread()

    def _add_thread(self) -> None:
        threading.Thread(target=self._take_turns, name=f"probe {self.endpoint}", daemon=True).start()
        self._threads += 1

    def change(self, vip: Vip, listeners: Sequence[Listener]) -> None:
        """Other options for the same address and port.

        What was counted goes on, and so does an outage: it is of the address, however that is probed.
        """
        with self._lock:
            if vip.client_file != self._vip.client_file:
                self._account_file = AccountFile(vip.client_file) if vip.client_file else None
            if vip.interval != self._vip.interval:
                self._schedule = Schedule(vip.interval)
            self._vip, self._listeners = vip, listeners
            self._ledger.wait_longer(2 * vip.timeout)
            self._due = min(self._due, time.monotonic() + vip.interval)
        self._kept_sessions.wake()

    def overdue(self, now: float) -> float:
        """For how many seconds a launch has been due, though nothing that is to be expected holds it up.

        Above 0 a thread died or hangs, or this process gets no CPU. An address that fails does not hold a
        launch up: at IN_FLIGHT attempts the next one waits until the oldest has timed out. Takes no lock.
        """
        if self._stopping or not self._threads:
            return 0.0
        waits = self._vip.timeout if self._in_flight >= IN_FLIGHT else 0.0
        return max(0.0, now - self._due - waits)

    def hint(self) -> None:
        """Another port of the address fails: an attempt at once shows whether this one does. Doesn't wait."""
        with self._lock:
            now = time.monotonic()
            if not self._ledger.failing and self._schedule.hint(now):
                self._launch_at_once(now)

    def stop(self, patience: float = 1.0) -> None:
        """Launch no more, and let attempts in flight end properly for `patience` seconds."""
        with self._changed:
            self._stopping = True
            self._kept_sessions.wake()
            self._changed.wait_for(lambda: self._in_flight == 0, patience)
        with self._turn:  # no thread waits for the kept sessions any more
            self._kept_sessions.close()

    def conclude(self) -> None:
        """After stop(): no failure follows any more, so an outage that has recovered is reported as over."""
        with self._lock:
            outages = self._settle(time.monotonic() + APART_SECONDS)
        self._notify(None, outages)

    def reading(self) -> ProbeReading:
        with self._lock:
            now = time.monotonic()
            outages = self._settle(now)
            reading = replace(
                self._counters.reading(self.endpoint, now, self._ledger.active_seconds(now)),
                probed=_on_the_wall(self._history.probed(now), now),
                recent_outages=_on_the_wall(self._history.outages(now), now),
            )
        self._notify(None, outages)
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
                log.exception("%s: an attempt broke off", self.endpoint)
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
            except (
                Exception
            ) as error:  # the account's file, no more threads, a defect: logged, and tried again
                self._due = time.monotonic() + RETRY_SECONDS
                self._report_trouble(error)
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
                self._launch_at_once(now)

    def _launch_at_once(self, now: float) -> None:
        self._due = min(self._due, now)
        self._kept_sessions.wake()

    def _launch(self) -> _Launched | None:
        account = self._account_file.account() if self._account_file else None
        with self._lock:
            if self._stopping:
                return None
            if self._threads < self._in_flight + 2:  # this one, and the one that has the turn meanwhile
                self._add_thread()
            now, due = time.monotonic(), self._due
            # Where one server in three fails, successes in between do not end the outage.
            outage = self._ledger.failing or now - self._latest_failure < APART_SECONDS
            interval = self._schedule.interval(
                now,
                outage=outage,
                oldest=self._ledger.oldest_in_flight,
                in_flight=self._in_flight,
                sessions=len(self._connected),
            )
            attempt = self._ledger.launch(now)
            self._counters.launch(now)
            self._in_flight += 1
            self._due = due + interval if due + interval > now else now + interval
            return _Launched(attempt, account, due + self._vip.interval, self._schedule.queries(now))

    def _attempt(self, launched: _Launched) -> None:
        late = time.monotonic() > launched.late_after
        try:
            if launched.queries:
                self._kept_sessions.query(WHO)
            connected = partial(self._connect, launched.attempt)
            result = make_attempt(self.endpoint, launched.account, self._vip.timeout, connected)
        except Exception as error:  # NotMade, or a defect of ours: neither is a failure of the address
            self._report_trouble(error)
            self._finish(launched.attempt, None, late=True)
        else:
            self._report_trouble(None)
            self._finish(launched.attempt, result, late)
            if self._kept_sessions.any_refused():
                self._suspect()
            if result.session:
                self._kept_sessions.keep(result.session, result.server)

    def _connect(self, attempt: Attempt) -> None:
        with self._lock:
            self._connected.add(attempt)

    def _finish(self, attempt: Attempt, result: AttemptResult | None, late: bool) -> None:
        with self._lock:
            was_failing = self._ledger.failing
            self._in_flight -= 1
            self._connected.discard(attempt)
            now = time.monotonic()
            if late:
                self._counters.add_late(now)
            if result is None:
                self._ledger.withdraw(attempt)
            else:
                self._enter(attempt, result, now)
            failing, outages = self._ledger.failing, self._settle(now)
            if self._in_flight == IN_FLIGHT - 1:
                self._kept_sessions.wake()
            if self._stopping:
                self._changed.notify_all()
        if result:
            self._report_account(result)
        if self._on_result:
            self._on_result(result)
        self._notify(failing if failing != was_failing else None, outages)

    def _enter(self, attempt: Attempt, result: AttemptResult, now: float) -> None:
        self._counters.add_result(attempt.launch, result)
        self._history.add_result(now, apart=2 * self._vip.interval + self._vip.timeout)
        if self._schedule.ended(None if result.answered else result.reason, now):
            self._launch_at_once(now)
        if result.answered:
            phases = result.phases
            # Refused by the server, a login took until its end.
            took = phases["connect"] + phases["handshake"] + phases["login"] if phases else None
            waited = result.end - attempt.launch if took is None else took
            self._ledger.succeed(attempt, result.end, waited, result.connected)
            return
        if attempt.launch - self._latest_failure >= APART_SECONDS:
            log.warning("%s: fails: %s", self.endpoint, result.detail)
        self._latest_failure = max(self._latest_failure, attempt.launch)
        self._ledger.fail(attempt, result.end, result.connected)

    def _settle(self, now: float) -> list[Outage]:
        outages = self._ledger.settle(now)
        for outage in outages:
            self._counters.add_outage(outage, time.time() - (time.monotonic() - outage.end))
            self._history.add_outage(outage.start, outage.end)
            log.warning("%s: was out for %.3f s", self.endpoint, outage.duration)
        return outages

    def _notify(self, failing: bool | None, outages: Sequence[Outage]) -> None:
        """`failing` is None when that has not changed."""
        for listener in self._listeners:
            try:
                if failing is not None:
                    (listener.failing if failing else listener.recovered)(self.endpoint)
                for outage in outages:
                    listener.outage(self.endpoint, outage)
            except Exception:
                log.exception("%s: a listener failed", self.endpoint)

    def _report_trouble(self, trouble: Exception | None) -> None:
        """Of attempts that can't be made."""
        if trouble or self.trouble:
            self.trouble = trouble
            self._trouble_log.report(trouble)

    def _report_account(self, result: AttemptResult) -> None:
        """One line when servers begin to refuse the probe's account, one when they accept it for a while."""
        if result.denied:
            self._account_log.report_all({"denied": Denied(self._account_advice(result.detail))})
        elif result.server is not None and self._counters.account_ok:
            self._account_log.report(None)

    def _account_advice(self, detail: str) -> str:
        return (
            f"a server answers and refuses the probe's own account, which counts as no outage: {detail}; "
            f"check user and password in {self._vip.client_file}, and the account on the servers"
        )


def _on_the_wall(stretches: Sequence[Stretch], now: float) -> tuple[Stretch, ...]:
    """From monotonic seconds to seconds since 1970."""
    offset = time.time() - now
    return tuple(Stretch(one.start + offset, one.end + offset) for one in stretches)
