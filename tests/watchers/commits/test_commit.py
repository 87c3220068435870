"""One commit on a real Galera node: each way it can end."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from exporter.endpoint import Endpoint
from exporter.errors import Denied, TimedOut, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account
from exporter.watchers.commits.commit import CommitResult, commit
from exporter.watchers.commits.ledger import Outcome, Refusal
from exporter.watchers.commits.sql import Table
from tests.mariadb import MariaDB
from tests.transports.peers import Script, closed_port, tcp_peer, until_closed
from tests.watchers.commits.conftest import GRANT, SCHEMA, USER
from tests.watchers.prober.stand import until

Numbers = Callable[[], list[int]]


def committed(port: int, account: Account, table: Table, number: int, seconds: float = 10.0) -> CommitResult:
    return commit(Endpoint("127.0.0.1", port), account, table, number, Deadline.after(seconds))


def test_acknowledged_is_there(galera: MariaDB, account: Account, table: Table, numbers: Numbers) -> None:
    """The first row makes schema and table with no more rights than the documented ones."""
    assert committed(galera.port, account, table, 1) == CommitResult(Outcome.ACKNOWLEDGED)
    assert committed(galera.port, account, table, 2) == CommitResult(Outcome.ACKNOWLEDGED)
    assert numbers() == [1, 2]


def test_a_table_that_somebody_dropped_is_made_again(
    galera: MariaDB, account: Account, table: Table, numbers: Numbers
) -> None:
    """Writing goes on; what the table held is the read-back's business."""
    committed(galera.port, account, table, 1)
    galera.sql(f"DROP TABLE {SCHEMA}.commits")
    assert committed(galera.port, account, table, 2).outcome is Outcome.ACKNOWLEDGED
    assert numbers() == [2]


def test_nobody_listens_is_refused(account: Account, table: Table) -> None:
    """What never came to COMMIT is not committed."""
    result = committed(closed_port(), account, table, 1)
    assert result.outcome is Outcome.REFUSED
    assert isinstance(result.error, Unreachable)
    assert result.refusal is Refusal.OTHER


def test_a_frozen_server_refuses(galera: MariaDB, account: Account, table: Table, numbers: Numbers) -> None:
    """In time, and nothing is committed later."""
    committed(galera.port, account, table, 1)
    galera.freeze()
    try:
        result = committed(galera.port, account, table, 2, seconds=0.3)
    finally:
        galera.thaw()
    assert result.outcome is Outcome.REFUSED
    assert isinstance(result.error, TimedOut)
    assert committed(galera.port, account, table, 3).outcome is Outcome.ACKNOWLEDGED
    assert numbers() == [1, 3]


@pytest.mark.parametrize("right", ["CREATE", "INSERT"])
def test_a_missing_privilege_is_reported_with_the_grant(
    galera: MariaDB, account: Account, table: Table, right: str
) -> None:
    """The statement to run is in the text, and the reason is the account."""
    if right == "INSERT":
        committed(galera.port, account, table, 1)
    galera.sql(f"REVOKE {right} ON {SCHEMA}.* FROM {USER}@'%'")
    result = committed(galera.port, account, table, 2)
    assert result.outcome is Outcome.REFUSED
    assert isinstance(result.error, Denied)
    assert result.refusal is Refusal.DENIED
    assert f"run: {GRANT.replace(USER, repr(USER))};" in str(result.error)


def test_a_wrong_password_is_reported_without_the_grant(galera: MariaDB, table: Table) -> None:
    """More privileges would not help."""
    result = committed(galera.port, Account(USER, b"wrong"), table, 1)
    assert isinstance(result.error, Denied)
    assert "GRANT" not in str(result.error)


def cutting_relay(server_port: int, *, after: bool) -> Script:
    """A double of a balancer that dies: cuts both sides before or after COMMIT has gone to the server."""

    def script(client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", server_port)) as server:
            back = threading.Thread(target=_pass_on, args=(server, client))
            back.start()
            while data := client.recv(4096):
                commit_comes = b"COMMIT" in data
                if commit_comes and after:
                    client.shutdown(socket.SHUT_WR)  # the answer finds nobody
                if not commit_comes or after:
                    server.sendall(data)
                if commit_comes:
                    break
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            back.join()

    return script


def _pass_on(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while data := server.recv(4096):
            with suppress(OSError):
                client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cut_off_at_commit_is_in_doubt(
    galera: MariaDB, account: Account, table: Table, numbers: Numbers, after: bool
) -> None:
    """Whether the server got it or not: the client can't know."""
    committed(galera.port, account, table, 1)
    with tcp_peer(cutting_relay(galera.port, after=after)) as port:
        assert committed(port, account, table, 2).outcome is Outcome.IN_DOUBT
    assert numbers() == ([1, 2] if after else [1])


def test_no_answer_to_commit_in_time_is_in_doubt(
    galera: MariaDB, account: Account, table: Table, numbers: Numbers
) -> None:
    """A backup that holds commits up: this one comes through when the client has long given up."""
    committed(galera.port, account, table, 1)
    with galera.session() as root:
        for stage in ("START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"):
            root.cursor().execute(f"BACKUP STAGE {stage}")
        result = committed(galera.port, account, table, 2, seconds=0.5)
    assert result.outcome is Outcome.IN_DOUBT
    assert isinstance(result.error, TimedOut)
    until("the backup lets it through", lambda: numbers() == [1, 2])


READ_ONLY = ("read_only = ON", "read_only = OFF")
ALL_QUERIES = ("wsrep_reject_queries = ALL", "wsrep_reject_queries = NONE")


@pytest.mark.parametrize(
    ("settings", "refusal"), [(READ_ONLY, Refusal.READ_ONLY), (ALL_QUERIES, Refusal.NO_PRIMARY)]
)
def test_a_node_that_takes_no_writes_says_why(
    galera: MariaDB, account: Account, table: Table, settings: tuple[str, str], refusal: Refusal
) -> None:
    """Errors 1290 and 1047 of a real node, each with its reason."""
    committed(galera.port, account, table, 1)
    galera.sql(f"SET GLOBAL {settings[0]}")
    try:
        result = committed(galera.port, account, table, 2)
    finally:
        galera.sql(f"SET GLOBAL {settings[1]}")
    assert (result.outcome, result.refusal) == (Outcome.REFUSED, refusal)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (1047, Refusal.NO_PRIMARY),
        (1223, Refusal.READ_ONLY),
        (1290, Refusal.READ_ONLY),
        (1792, Refusal.READ_ONLY),
        (1836, Refusal.READ_ONLY),
        (1045, Refusal.DENIED),
        (1226, Refusal.DENIED),
        (1040, Refusal.OTHER),
        (3100, Refusal.OTHER),
    ],
)
def test_each_refusal_has_its_reason(code: int, refusal: Refusal, account: Account, table: Table) -> None:
    """By the number of the error, whoever sends it and when."""

    def script(client: socket.socket) -> None:
        body = b"\xff" + struct.pack("<H", code) + b"#HY000no"
        client.sendall(struct.pack("<I", len(body)) + body)
        until_closed(client)

    with tcp_peer(script) as port:
        result = committed(port, account, table, 1)
    assert (result.outcome, result.refusal) == (Outcome.REFUSED, refusal)
