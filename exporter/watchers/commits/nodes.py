"""The Galera nodes asked directly: which rows they have; and deleting the rows that are no longer needed."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from exporter.endpoint import parse_endpoint
from exporter.errors import Denied, SourceError, Unparsable, Unreachable
from exporter.parsing import integer
from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account
from exporter.watchers.commits.ledger import Question
from exporter.watchers.commits.sql import Table, no_table

NODE_SECONDS = 5.0  # for one question to one node
MEMBER = {"wsrep_ready": "ON", "wsrep_cluster_status": "Primary", "wsrep_local_state_comment": "Synced"}

T = TypeVar("T")


class Nodes:
    def __init__(self, nodes: Mapping[str, str], table: Table):
        """`nodes` as in the section `galera:`, name to host:port."""
        self._table = table
        self._nodes = [(f"{name} ({where})", *parse_endpoint(where)) for name, where in nodes.items()]

    def read_back(self, question: Question, account: Account) -> frozenset[int]:
        """The numbers of the rows on any of the nodes that are Synced in a Primary component.

        One node is enough while it has all acknowledged rows; the others are asked before one counts as
        missing, as a node may differ from its peers, and each half of a split has rows of its own. Raises
        SourceError when no node could be asked.
        """
        if not question.acknowledged | question.doubts:
            return frozenset()
        found, answers, errors = frozenset[int](), 0, list[SourceError]()
        for node in self._nodes:
            try:
                found |= self._ask(node, account, self._rows_from(question.first))
                answers += 1
            except SourceError as error:
                errors.append(error)
            if answers and question.acknowledged <= found:
                break
        if not answers:
            raise _worst(errors)
        return found

    def delete(self, up_to: int, account: Account, seconds: float = NODE_SECONDS) -> None:
        self._execute(self._table.delete(up_to), account, seconds)

    def sweep(self, account: Account) -> None:
        self._execute(self._table.sweep(), account, NODE_SECONDS)

    def _rows_from(self, first: int) -> Callable[[mysql.Session, Deadline, str], frozenset[int]]:
        def read(session: mysql.Session, deadline: Deadline, what: str) -> frozenset[int]:
            _, status, rows = session.query(self._table.read_back(first), deadline, mysql.LONG_ANSWER)
            if dict(status) != MEMBER:
                says = ", ".join(f"{name} {value}" for name, value in status) or "no Galera node"
                raise Unreachable(f"{what}: can't say what is committed: {says}")
            return frozenset(integer(str(number), f"{what}: number") for (number,) in rows)

        return read

    def _execute(self, sql: str, account: Account, seconds: float) -> None:
        """On the first node that takes it; a table that doesn't exist has nothing to delete."""
        errors = []
        for node in self._nodes:
            try:
                self._ask(node, account, lambda session, deadline, _: session.query(sql, deadline), seconds)
                return
            except SourceError as error:
                if no_table(error):
                    return
                errors.append(error)
        raise _worst(errors)

    def _ask(
        self,
        node: tuple[str, str, int],
        account: Account,
        question: Callable[[mysql.Session, Deadline, str], T],
        seconds: float = NODE_SECONDS,
    ) -> T:
        what, host, port = node
        deadline = Deadline.after(seconds)
        try:
            session = mysql.connect(host, port, account, deadline, what)
            try:
                return question(session, deadline, what)
            finally:
                session.close()
        except SourceError as error:
            # The next call begins with another node.
            self._nodes = [*(one for one in self._nodes if one != node), node]
            raise self._table.explained(error, account.user)  # noqa: B904  # it keeps what it explains


def _worst(errors: list[SourceError]) -> SourceError:
    """The error that a person has to do something about."""
    return next((error for error in errors if isinstance(error, Denied | Unparsable)), errors[0])
