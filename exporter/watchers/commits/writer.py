"""Commits a numbered row on schedule, reads all of them back after each outage and once a minute.

In threads of its own, like a prober: a commit that hangs delays neither the next one nor a read-back.
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
from exporter.trouble import TroubleLog
from exporter.watchers.commits.commit import CommitResult, commit
from exporter.watchers.commits.ledger import CommitLedger, Outcome, Refusal, Verdict
from exporter.watchers.commits.metrics import CommitReading
from exporter.watchers.commits.nodes import Nodes
from exporter.watchers.commits.options import Write
from exporter.watchers.commits.sql import Table, new_writer

log = logging.getLogger(__name__)

IN_FLIGHT = 64  # the shortest interval and the default timeout make 50; above that no commit is launched
READ_BACK_SECONDS = 60.0
RETRY_SECONDS = 5.0  # after a read-back that failed
SWEEP_SECONDS = 3600.0
GOODBYE_SECONDS = 1.0

WRITE, READ_BACK = "write", "read back"


class Writer:
    """Through one address and port. A Listener of its prober."""

    def __init__(self, address: str, port: int, write: Write, nodes: Mapping[str, str]):
        """`nodes` are read back from: name to host:port."""
        self._endpoint = Endpoint(address, port)
        self._write = write
        self._table = Table(write.schema, new_writer(self._endpoint))
        self._nodes = Nodes(nodes, self._table)
        self._account_file = AccountFile(write.client_file)
        self._what = f"commits through {self._endpoint}"
        self._stopping = threading.Event()
        self._read_back_due = threading.Event()
        self._swept = float("-inf")  # monotonic seconds
        self._threads = [
            threading.Thread(target=run, name=f"{name} {self._endpoint}", daemon=True)
            for name, run in (("commit", self._keep_writing), ("read back", self._keep_reading_back))
        ]
        self._workers = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix=f"commit {self._endpoint}")
        self._logs = {
            WRITE: TroubleLog(log, self._what, failing="can't write", recovered="can write again"),
            READ_BACK: TroubleLog(
                log, self._what, failing="can't read back", recovered="can read back again"
            ),
        }
        self._changed = threading.Condition()  # guards the following
        self._ledger = CommitLedger()
        self._in_flight = 0
        self._failing = False
        self._read_back_at: float | None = None  # wall clock
        self._troubles = dict[str, Exception]()  # by what fails: WRITE, READ_BACK

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def can_become(self, write: Write) -> bool:
        """Whether change() is enough; another schema is another table."""
        return write.schema == self._write.schema

    def change(self, write: Write, nodes: Mapping[str, str]) -> None:
        """Other options; what was counted goes on, and what was written is still looked for."""
        if write.client_file != self._write.client_file:
            self._account_file = AccountFile(write.client_file)
        self._write, self._nodes = write, Nodes(nodes, self._table)

    def stop(self) -> None:
        """End writing, and delete the rows, as far as that can be done within two seconds."""
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

    # Called by the prober.

    def failing(self, endpoint: Endpoint) -> None:
        """Nothing to do: the outage goes on."""

    def recovered(self, endpoint: Endpoint) -> None:
        """Nothing to do: it may fail again at once."""

    def outage(self, endpoint: Endpoint, outage: object) -> None:  # noqa: ARG002  # that it ended is enough
        self._read_back_due.set()

    # Called for the page.

    def reading(self) -> CommitReading:
        with self._changed:
            counts, read_back_at = self._ledger.counts(), self._read_back_at
        return CommitReading(self._endpoint.host, self._endpoint.port, counts, read_back_at)

    def troubles(self) -> list[Exception]:
        """What prevents writing or reading back, other than the address failing."""
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
            except Exception as error:  # the file, no more threads, a defect: reported, and tried again
                self._note(WRITE, error)

    def _launch(self) -> int | None:
        """The number of the next commit; None while too many are in flight, or the table is full."""
        with self._changed:
            if self._in_flight >= IN_FLIGHT or self._ledger.full:
                return None
            self._in_flight += 1
            return self._ledger.launch(time.monotonic())

    def _commit(self, number: int, account: Account) -> None:
        deadline = Deadline.after(self._write.timeout)
        try:
            result = commit(self._endpoint, account, self._table, number, deadline)
            trouble: Exception | None = result.error
        except Exception as error:  # a defect: how far it came is not known
            result, trouble = CommitResult(Outcome.IN_DOUBT), error
        of_the_address = isinstance(trouble, SourceError) and not isinstance(trouble, Denied | Unparsable)
        self._note(WRITE, None if of_the_address else trouble)
        self._finish(number, result)

    def _finish(self, number: int, result: CommitResult) -> None:
        acknowledged = result.outcome is Outcome.ACKNOWLEDGED
        with self._changed:
            self._in_flight -= 1
            self._ledger.end(number, result.outcome, result.refusal or Refusal.OTHER)
            changed = self._failing is acknowledged
            self._failing = not acknowledged
            if self._stopping.is_set():
                self._changed.notify_all()
        if changed and acknowledged:
            log.info("%s: acknowledged again", self._what)
        elif changed:
            log.warning("%s: %s: %s", self._what, result.outcome.value, result.error)

    # Reading back.

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
                self._note(READ_BACK, None)
            except Exception as error:
                self._note(READ_BACK, error)
                wait = RETRY_SECONDS

    def _read_back(self) -> None:
        account = self._account_file.account()
        with self._changed:
            question = self._ledger.question(time.monotonic())
        found = self._nodes.read_back(question, account)
        with self._changed:
            verdict = self._ledger.judge(question, found)
            deletable = self._ledger.release(time.monotonic())
            self._read_back_at = time.time()
        self._log(verdict)
        self._clean(deletable, account)

    def _log(self, verdict: Verdict) -> None:
        if verdict.lost:
            first, last = verdict.lost[0], verdict.lost[-1]
            log.error(
                "%s: LOST %d that were acknowledged: numbers %d to %d of writer %s in %s",
                *(self._what, len(verdict.lost), first, last, self._table.writer, self._table.name),
            )
        if verdict.doubts:
            doubts = (verdict.doubts, verdict.doubts_there)
            log.info("%s: %d were in doubt, %d of them are committed", self._what, *doubts)

    def _clean(self, up_to: int, account: Account) -> None:
        if up_to:
            self._nodes.delete(up_to, account)
            with self._changed:
                self._ledger.deleted(up_to)
        if time.monotonic() - self._swept >= SWEEP_SECONDS:
            self._nodes.sweep(account)
            self._swept = time.monotonic()

    def _note(self, what: str, trouble: Exception | None) -> None:
        with self._changed:
            if trouble is None:
                self._troubles.pop(what, None)
            else:
                self._troubles[what] = trouble
        self._logs[what].report(trouble)
