"""One commit through the address, by a client that connects for it."""

from dataclasses import dataclass

from exporter.endpoint import Endpoint
from exporter.errors import Denied, SourceError
from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account
from exporter.transports.mysql_errors import DEADLOCK, NO_PRIMARY, READ_ONLY, code_of
from exporter.watchers.commits.ledger import Outcome, Refusal
from exporter.watchers.commits.sql import Table, no_table


@dataclass(frozen=True)
class CommitResult:
    """How a commit ended; a result that was not acknowledged has an error, one that was refused a refusal."""

    outcome: Outcome
    error: SourceError | None = None
    refusal: Refusal | None = None


def commit(
    endpoint: Endpoint, account: Account, table: Table, number: int, deadline: Deadline
) -> CommitResult:
    """Write the row and commit it; the table is created if it doesn't exist."""
    try:
        session = _insert(endpoint, account, table, number, deadline)
    except SourceError as error:
        return _refused(table.explained(error, account.user))
    try:
        session.query("COMMIT", deadline)
        return CommitResult(Outcome.ACKNOWLEDGED)
    except SourceError as error:
        return _after_commit(error)
    finally:
        session.close()


def _after_commit(error: SourceError) -> CommitResult:
    """Only a lost conflict is certainly rolled back. What else Galera answers while its node leaves the
    group, as 1180, leaves open whether the others got the row."""
    return _refused(error) if code_of(error) == DEADLOCK else CommitResult(Outcome.IN_DOUBT, error)


def _refused(error: SourceError) -> CommitResult:
    return CommitResult(Outcome.REFUSED, error, _refusal(error))


def _refusal(error: SourceError) -> Refusal:
    code = code_of(error)
    if code in READ_ONLY:
        return Refusal.READ_ONLY
    if code == NO_PRIMARY:
        return Refusal.NO_PRIMARY
    return Refusal.DENIED if isinstance(error, Denied) else Refusal.OTHER


def _insert(
    endpoint: Endpoint, account: Account, table: Table, number: int, deadline: Deadline
) -> mysql.Session:
    """A session in which the row is written and not committed."""
    try:
        return _session_after(table.insert(number), endpoint, account, deadline)
    except SourceError as error:
        if not no_table(error):
            raise
    _session_after(table.create(), endpoint, account, deadline).close()
    return _session_after(table.insert(number), endpoint, account, deadline)


def _session_after(sql: str, endpoint: Endpoint, account: Account, deadline: Deadline) -> mysql.Session:
    """A new session that has run `sql`."""
    session = mysql.connect(endpoint.host, endpoint.port, account, deadline, str(endpoint))
    try:
        session.query(sql, deadline)
    except BaseException:
        session.close()
        raise
    return session
