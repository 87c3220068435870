"""One commit through the address, by a client that connects for it."""

from dataclasses import dataclass

from pymysql.constants import ER

from exporter.errors import SourceError
from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account
from exporter.watchers.commits.ledger import Outcome
from exporter.watchers.commits.sql import Table, no_table


@dataclass(frozen=True)
class Entrance:
    """Where clients come in."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"

    def connect(self, account: Account, deadline: Deadline) -> mysql.Session:
        return mysql.connect(self.address, self.port, account, deadline, str(self))


@dataclass(frozen=True)
class CommitResult:
    outcome: Outcome
    error: SourceError | None = None  # of those not acknowledged


def commit(
    entrance: Entrance, account: Account, table: Table, number: int, deadline: Deadline
) -> CommitResult:
    """Write the row and commit it; the table is made if it isn't there."""
    try:
        session = _inserted(entrance, account, table, number, deadline)
    except SourceError as error:
        return CommitResult(Outcome.REFUSED, table.explained(error, account.user))
    try:
        session.query("COMMIT", deadline)
        return CommitResult(Outcome.ACKNOWLEDGED)
    except SourceError as error:
        return CommitResult(_after_commit(error), error)
    finally:
        session.close()


def _after_commit(error: SourceError) -> Outcome:
    """Only a lost conflict is certainly rolled back. What else Galera answers while its node leaves the
    group, as 1180, leaves open whether the others got the row."""
    return Outcome.REFUSED if mysql.code_of(error) == ER.LOCK_DEADLOCK else Outcome.IN_DOUBT


def _inserted(
    entrance: Entrance, account: Account, table: Table, number: int, deadline: Deadline
) -> mysql.Session:
    """A session in which the row is written and not committed."""
    try:
        return _asked(entrance, account, table.insert(number), deadline)
    except SourceError as error:
        if not no_table(error):
            raise
    _asked(entrance, account, table.create(), deadline).close()
    return _asked(entrance, account, table.insert(number), deadline)


def _asked(entrance: Entrance, account: Account, sql: str, deadline: Deadline) -> mysql.Session:
    session = entrance.connect(account, deadline)
    try:
        session.query(sql, deadline)
    except BaseException:
        session.close()
        raise
    return session
