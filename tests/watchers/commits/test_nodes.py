"""Reading back from real Galera nodes: what is there, which nodes are believed, and what is deleted."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from exporter.errors import Denied, Unreachable
from exporter.transports.mysql_account import Account
from exporter.watchers.commits.ledger import Question
from exporter.watchers.commits.nodes import Nodes
from exporter.watchers.commits.sql import Table
from tests.mariadb import MariaDB
from tests.watchers.commits.conftest import GRANT, SCHEMA, SELF, USER, dead_address
from tests.watchers.prober.stand import until

Numbers = Callable[..., list[int]]
OTHER = "other 127.0.0.1:3306 11111111"


def address(server: MariaDB) -> str:
    return f"127.0.0.1:{server.port}"


def write(server: MariaDB, table: Table, numbers: Iterable[int], writer: str = SELF) -> None:
    for statement in table.create().split("; "):
        server.sql(statement)
    rows = ", ".join(f"('{writer}', {number})" for number in numbers)
    server.sql(f"INSERT INTO {SCHEMA}.commits (writer, number) VALUES {rows}")


def acknowledged(*numbers: int) -> Question:
    return Question(frozenset(numbers))


@pytest.fixture
def empty_other(other_galera: MariaDB) -> Iterator[MariaDB]:
    yield other_galera
    other_galera.sql(f"DROP DATABASE IF EXISTS {SCHEMA}")


def test_rows_of_this_writer_alone_are_found(galera: MariaDB, account: Account, table: Table) -> None:
    """Others write the same numbers to the same table."""
    write(galera, table, [1, 2])
    write(galera, table, [1, 2, 3], OTHER)
    nodes = Nodes({"a": address(galera)}, table)
    assert nodes.read_back(acknowledged(1, 2, 3), account) == {1, 2}


def test_a_node_that_is_down_is_passed_over(galera: MariaDB, account: Account, table: Table) -> None:
    """Any other one will do."""
    write(galera, table, [1])
    nodes = Nodes({"dead": dead_address(), "a": address(galera)}, table)
    assert nodes.read_back(acknowledged(1), account) == {1}


def test_a_row_on_any_node_is_there(
    galera: MariaDB, empty_other: MariaDB, account: Account, table: Table
) -> None:
    """Each half of a split has rows of its own: none of them is lost yet."""
    write(galera, table, [1])
    write(empty_other, table, [2])
    nodes = Nodes({"a": address(galera), "b": address(empty_other)}, table)
    assert nodes.read_back(acknowledged(1, 2, 3), account) == {1, 2}


def test_a_node_that_is_not_synced_is_not_believed(galera: MariaDB, account: Account, table: Table) -> None:
    """A donor or a node taken out of flow control may be far behind."""
    write(galera, table, [1])
    galera.sql("SET GLOBAL wsrep_desync = ON")
    try:
        with pytest.raises(Unreachable, match=r"can't say what is committed: .*Donor/Desynced"):
            Nodes({"a": address(galera)}, table).read_back(acknowledged(1), account)
    finally:
        galera.sql("SET GLOBAL wsrep_desync = OFF")


def test_a_node_outside_the_primary_component_is_not_believed(
    galera: MariaDB, account: Account, table: Table
) -> None:
    """Its peers may have gone on without it."""
    write(galera, table, [1])
    galera.sql("SET GLOBAL wsrep_cluster_address = ''")
    try:
        with pytest.raises(Unreachable, match=r"WSREP has not yet prepared|Disconnected"):
            Nodes({"a": address(galera)}, table).read_back(acknowledged(1), account)
    finally:
        galera.sql("SET GLOBAL wsrep_cluster_address = 'gcomm://'")
        until("it Synced", lambda: galera.sql("SHOW STATUS LIKE 'wsrep_ready'") == (("wsrep_ready", "ON"),))


def test_the_node_catches_up_before_it_answers(galera: MariaDB, account: Account, table: Table) -> None:
    """What it has not applied yet is not lost: Galera counts the reads that waited for it."""
    write(galera, table, [1])
    before = causal_reads(galera)
    Nodes({"a": address(galera)}, table).read_back(acknowledged(1), account)
    assert causal_reads(galera) > before


def causal_reads(server: MariaDB) -> int:
    ((_, count),) = server.sql("SHOW GLOBAL STATUS LIKE 'wsrep_causal_reads'")
    return int(str(count))


def test_a_table_that_is_gone_says_nothing(galera: MariaDB, account: Account, table: Table) -> None:
    """Perhaps it is another cluster: the rows are read back again when the table is there."""
    with pytest.raises(Unreachable, match="doesn't exist"):
        Nodes({"a": address(galera)}, table).read_back(acknowledged(1), account)


def test_without_a_row_to_read_back_no_node_is_asked(account: Account, table: Table) -> None:
    """Before the first commit there is no table."""
    assert Nodes({"dead": dead_address()}, table).read_back(acknowledged(), account) == set()


def test_when_no_node_answers_the_error_to_act_on_is_raised(
    galera: MariaDB, account: Account, table: Table
) -> None:
    """A missing privilege, rather than a node that happens to be down."""
    write(galera, table, [1])
    galera.sql(f"REVOKE SELECT ON {SCHEMA}.* FROM {USER}@'%'")
    nodes = Nodes({"dead": dead_address(), "a": address(galera)}, table)
    with pytest.raises(Denied, match=f"run: {GRANT[:50]}"):
        nodes.read_back(acknowledged(1), account)


def test_only_what_may_go_is_deleted(
    galera: MariaDB, account: Account, table: Table, numbers: Numbers
) -> None:
    """This writer's rows, up to the number given."""
    write(galera, table, [1, 2, 3])
    write(galera, table, [1, 2, 3], OTHER)
    Nodes({"dead": dead_address(), "a": address(galera)}, table).delete(2, account)
    assert numbers() == [3]
    assert numbers(OTHER) == [1, 2, 3]


@pytest.mark.parametrize("setting", ["init_connect = 'SET autocommit = 0'", "autocommit = 0"])
def test_rows_are_deleted_on_a_server_without_autocommit(
    galera: MariaDB, account: Account, table: Table, numbers: Numbers, setting: str
) -> None:
    """Where sessions begin with autocommit off, the server would roll back what nobody commits."""
    write(galera, table, [1, 2, 3])
    galera.sql(f"SET GLOBAL {setting}")
    try:
        Nodes({"a": address(galera)}, table).delete(2, account)
    finally:
        galera.sql("SET GLOBAL init_connect = ''")
        galera.sql("SET GLOBAL autocommit = 1")
    assert numbers() == [3]


def test_nothing_is_to_be_deleted_where_there_is_no_table(
    galera: MariaDB, account: Account, table: Table
) -> None:
    """Somebody dropped it: all the better."""
    Nodes({"a": address(galera)}, table).delete(2, account)


def test_what_killed_writers_left_is_swept_after_a_day(
    galera: MariaDB, account: Account, table: Table, numbers: Numbers
) -> None:
    """Not this writer's own rows, and not the young ones of others."""
    write(galera, table, [1, 2])
    write(galera, table, [1, 2], OTHER)
    galera.sql(f"UPDATE {SCHEMA}.commits SET written = NOW() - INTERVAL 25 HOUR WHERE number = 1")
    Nodes({"a": address(galera)}, table).sweep(account)
    assert numbers() == [1, 2]
    assert numbers(OTHER) == [2]
