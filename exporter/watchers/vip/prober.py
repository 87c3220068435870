"""Launches attempts on schedule, whatever the earlier ones do.

A thread keeps the schedule, others make the attempts: neither the event loop nor the sources' threads can
hold a launch up, and a frozen server costs as many waiting threads as attempts in flight.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from exporter.errors import SourceError
from exporter.transports.mysql_account import Account, AccountFile
from exporter.watchers.vip.knock import Answer, knock
from exporter.watchers.vip.options import SHORTEST_INTERVAL, Vip
from exporter.watchers.vip.outages import APART_SECONDS, Attempt, Ledger
from exporter.watchers.vip.tally import Reading, Tally

log = logging.getLogger(__name__)

# A frozen server, an attempt each 0.02 s and the default timeout of 5 s make 250. At the bound a launch
# waits for a place, and is counted as late.
IN_FLIGHT = 256
RETRY_SECONDS = 1.0  # while the account's file can't be read


class Prober:
    """Of one address and port."""

    def __init__(self, vip: Vip):
        if vip.port is None:
            raise ValueError(f"{vip.address}: has no port to be probed")
        self.address, self.port = vip.address, vip.port
        self.trouble: Exception | None = None  # why no attempts can be made just now
        self._vip = vip
        self._account_file = AccountFile(vip.client_file) if vip.client_file else None
        self._ledger = Ledger(patience=2 * vip.timeout)
        self._tally = Tally()
        self._latest_failure = float("-inf")  # its launch; one log line for those close together
        self._in_flight = 0
        self._due = 0.0  # monotonic seconds of the next launch
        self._stopping = False
        self._changed = threading.Condition()  # guards all of the above
        name = f"{vip.address}:{vip.port}"
        self._what = name
        self._scheduler = threading.Thread(target=self._run, name=f"probe {name}", daemon=True)
        self._workers = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix=f"knock {name}")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self, patience: float = 1.0) -> None:
        """Launch no more, and let attempts in flight end properly for `patience` seconds."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._in_flight == 0, patience)
        self._workers.shutdown(wait=False, cancel_futures=True)

    def reading(self) -> Reading:
        with self._changed:
            now = time.monotonic()
            self._settle(now)
            return self._tally.reading(self.address, self.port, self._ledger.active_seconds(now))

    def _run(self) -> None:
        self._due = time.monotonic()
        try:
            while self._wait_until_due():
                self._launch()
        except Exception as error:
            self._note(error)

    def _wait_until_due(self) -> bool:
        """False when the prober stops."""
        with self._changed:
            while not self._stopping:
                wait = self._due - time.monotonic()
                if wait <= 0 and self._in_flight < IN_FLIGHT:
                    return True
                self._changed.wait(wait if wait > 0 else None)
            return False

    def _interval(self) -> float:
        return SHORTEST_INTERVAL if self._ledger.failing else self._vip.interval

    def _launch(self) -> None:
        try:
            account = self._account_file.account() if self._account_file else None
        except SourceError as error:
            self._note(error)
            self._due = time.monotonic() + RETRY_SECONDS
            return
        with self._changed:
            now, due, interval = time.monotonic(), self._due, self._interval()
            attempt = self._ledger.launch(now)
            self._tally.attempts += 1
            self._in_flight += 1
            self._due = due + interval if due + interval > now else now + interval
        self._workers.submit(self._attempt, attempt, account, due + self._vip.interval)

    def _attempt(self, attempt: Attempt, account: Account | None, late_after: float) -> None:
        late = time.monotonic() > late_after
        try:
            answer = knock(self.address, self.port, account, self._vip.timeout)
        except Exception as error:  # NotMade, or a defect of ours: neither says that the address fails
            self._note(error)
            self._finish(attempt, None, late=True)
        else:
            self._note(None)
            self._finish(attempt, answer, late)

    def _finish(self, attempt: Attempt, answer: Answer | None, late: bool) -> None:
        with self._changed:
            was_failing = self._ledger.failing
            self._in_flight -= 1
            self._tally.late += late
            if answer is None:
                self._ledger.withdraw(attempt)
            else:
                self._tally.add_answer(attempt.launch, answer)
                self._enter(attempt, answer)
            now = time.monotonic()
            self._settle(now)
            if self._ledger.failing and not was_failing:
                self._due = min(self._due, now)
                self._changed.notify_all()
            elif self._stopping or self._in_flight == IN_FLIGHT - 1:
                self._changed.notify_all()

    def _enter(self, attempt: Attempt, answer: Answer) -> None:
        if answer.reason is None:
            phases = answer.phases
            connect = phases["connect"] + phases["handshake"] + phases["login"]
            self._ledger.succeed(attempt, answer.end, connect)
            return
        if attempt.launch - self._latest_failure >= APART_SECONDS:
            log.warning("%s: fails: %s", self._what, answer.detail)
        self._latest_failure = max(self._latest_failure, attempt.launch)
        self._ledger.fail(attempt, answer.end)

    def _settle(self, now: float) -> None:
        for outage in self._ledger.settle(now):
            self._tally.add_outage(outage, time.time() - (now - outage.end))
            log.warning("%s: was out for %.3f s", self._what, outage.duration)

    def _note(self, trouble: Exception | None) -> None:
        """One log line when trouble begins, changes or ends."""
        before, self.trouble = self.trouble, trouble
        if str(before) == str(trouble):
            return
        if trouble is None:
            log.info("%s: is probed again", self._what)
        else:
            ours = not isinstance(trouble, SourceError)
            log.error("%s: can't be probed: %s", self._what, trouble, exc_info=trouble if ours else None)
