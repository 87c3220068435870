"""Commits a numbered row on schedule, reads all of them back after each outage and once a minute.

Threads of its own, as the prober's: a commit that hangs holds up neither the next one nor a read-back.
"""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from exporter.endpoint import Endpoint
from exporter.errors import Denied, SourceError, Unparsable
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account, AccountFile
from exporter.watchers.commits.commit import CommitResult, Entrance, commit
from exporter.watchers.commits.ledger import CommitLedger, Outcome, Verdict
from exporter.watchers.commits.metrics import CommitReading
from exporter.watchers.commits.nodes import Nodes
from exporter.watchers.commits.options import Write
from exporter.watchers.commits.sql import Table, new_writer

log = logging.getLogger(__name__)

IN_FLIGHT = 64  # the shortest interval and the default timeout make 50; above, a commit is left out
READ_BACK_SECONDS = 60.0
RETRY_SECONDS = 5.0  # after a read-back that no node answered
SWEEP_SECONDS = 3600.0
GOODBYE_SECONDS = 1.0


class Writer:
    """Through one address and port. A Listener of its prober."""

    def __init__(self, address: str, port: int, write: Write, nodes: Mapping[str, str]):
        """`nodes` are read back from: name to host:port."""
        self._entrance = Entrance(address, port)
        self._write = write
        self._table = Table(write.schema, new_writer(address, port))
        self._nodes = Nodes(nodes, self._table)
        self._account_file = AccountFile(write.client_file)
        self._what = f"commits through {self._entrance}"
        self._stopping = threading.Event()
        self._read_back_due = threading.Event()
        self._swept = float("-inf")  # monotonic seconds
        threads = {"commit": self._keep_writing, "read back": self._keep_reading_back}
        self._threads = [
            threading.Thread(target=run, name=f"{name} {self._entrance}", daemon=True)
            for name, run in threads.items()
        ]
        self._workers = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix=f"commit {self._entrance}")
        self._changed = threading.Condition()  # guards the following
        self._ledger = CommitLedger()
        self._in_flight = 0
        self._failing = False
        self._read_back_at: float | None = None  # wall clock
        self._troubles = dict[str, Exception]()  # by what can't be done

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Write no more, and delete the rows, as far as that goes within two seconds."""
        self._stopping.set()
        self._read_back_due.set()
        with self._changed:
            self._changed.wait_for(lambda: self._in_flight == 0, GOODBYE_SECONDS)
            last = self._ledger.last
        self._workers.shutdown(wait=False, cancel_futures=True)
        if last:
            try:
                self._nodes.delete(last, self._account_file.account(), GOODBYE_SECONDS)
            except SourceError as error:
                log.warning("%s: rows of %s stay for a day: %s", self._what, self._table.writer, error)

    # What the prober tells.

    def failing(self, endpoint: Endpoint) -> None:
        """Nothing to do: the outage is not over."""

    def recovered(self, endpoint: Endpoint) -> None:
        """Nothing to do: it may fail again at once."""

    def outage(self, endpoint: Endpoint, outage: object) -> None:  # noqa: ARG002  # that it is over is enough
        self._read_back_due.set()

    # What the page asks.

    def reading(self) -> CommitReading:
        with self._changed:
            counts, read_back_at = self._ledger.counts(), self._read_back_at
        return CommitReading(self._entrance.address, self._entrance.port, counts, read_back_at)

    def troubles(self) -> list[Exception]:
        """What keeps it from writing or from reading back, other than the address failing."""
        with self._changed:
            return list(self._troubles.values())

    # Writing.

    def _keep_writing(self) -> None:
        due = time.monotonic()
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            due = max(due + self._write.interval, time.monotonic())
            try:
                account = self._account_file.account()
                number = self._launch()
                if number is not None:
                    self._workers.submit(self._commit, number, account)
            except Exception as error:  # the file, no more threads, a defect: told, and tried again
                self._note("write", error)

    def _launch(self) -> int | None:
        """None while there is no room: in flight, or in the table as nothing can be read back."""
        with self._changed:
            if self._in_flight >= IN_FLIGHT or self._ledger.full:
                return None
            self._in_flight += 1
            return self._ledger.launch(time.monotonic())

    def _commit(self, number: int, account: Account) -> None:
        deadline = Deadline.after(self._write.timeout)
        try:
            ending = commit(self._entrance, account, self._table, number, deadline)
            trouble: Exception | None = ending.error
        except Exception as error:  # a defect: nobody knows how far it came
            ending, trouble = CommitResult(Outcome.IN_DOUBT), error
        ours = trouble if not isinstance(trouble, SourceError) else None
        self._note("write", trouble if isinstance(trouble, Denied | Unparsable) else ours)
        self._finish(number, ending)

    def _finish(self, number: int, ending: CommitResult) -> None:
        acknowledged = ending.outcome is Outcome.ACKNOWLEDGED
        with self._changed:
            self._in_flight -= 1
            self._ledger.end(number, ending.outcome)
            changed = self._failing is acknowledged
            self._failing = not acknowledged
            if self._stopping.is_set():
                self._changed.notify_all()
        if changed and acknowledged:
            log.info("%s: are acknowledged again", self._what)
        elif changed:
            log.warning("%s: %s: %s", self._what, ending.outcome.value, ending.error)

    # CommitReading back.

    def _keep_reading_back(self) -> None:
        wait = READ_BACK_SECONDS
        while True:
            self._read_back_due.wait(wait)
            self._read_back_due.clear()
            if self._stopping.is_set():
                return
            wait = READ_BACK_SECONDS
            try:
                self._read_back()
                self._note("read back", None)
            except Exception as error:
                self._note("read back", error)
                wait = RETRY_SECONDS

    def _read_back(self) -> None:
        account = self._account_file.account()
        with self._changed:
            question = self._ledger.question(time.monotonic())
        found = self._nodes.found(question, account)
        with self._changed:
            verdict = self._ledger.judge(question, found)
            deletable = self._ledger.let_go(time.monotonic())
            self._read_back_at = time.time()
        self._tell(verdict)
        self._clean(deletable, account)

    def _tell(self, verdict: Verdict) -> None:
        if verdict.lost:
            first, last = verdict.lost[0], verdict.lost[-1]
            log.error(
                "%s: LOST %d that were acknowledged: numbers %d to %d of writer %s in %s",
                *(self._what, len(verdict.lost), first, last, self._table.writer, self._table.name),
            )
        if verdict.doubts:
            doubts = (verdict.doubts, verdict.doubts_there)
            log.info("%s: %d were in doubt, %d of them are there", self._what, *doubts)

    def _clean(self, up_to: int, account: Account) -> None:
        if up_to:
            self._nodes.delete(up_to, account)
            with self._changed:
                self._ledger.deleted(up_to)
        if time.monotonic() - self._swept >= SWEEP_SECONDS:
            self._nodes.sweep(account)
            self._swept = time.monotonic()

    def _note(self, what: str, trouble: Exception | None) -> None:
        """One log line when trouble begins, changes or ends."""
        with self._changed:
            before = self._troubles.pop(what, None)
            if trouble is not None:
                self._troubles[what] = trouble
        if str(before) == str(trouble):
            return
        if trouble is None:
            log.info("%s: can %s again", self._what, what)
        else:
            trace = trouble if not isinstance(trouble, SourceError) else None
            log.error("%s: can't %s: %s", self._what, what, trouble, exc_info=trace)
