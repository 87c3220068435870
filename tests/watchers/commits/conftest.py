"""A real Galera node, an account with just the rights that the documentation names, and a clean table."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.transports.mysql_account import Account
from exporter.watchers.commits.sql import Table
from tests.mariadb import MariaDB, free_ports

USER, PASSWORD = "writer", "writer-secret"
SCHEMA = "failover_exporter"
GRANT = f"GRANT CREATE, INSERT, SELECT, DELETE ON {SCHEMA}.* TO {USER}@'%'"
SELF = "tester 127.0.0.1:3306 00000000"


@pytest.fixture
def galera(mariadb: MariaDB) -> Iterator[MariaDB]:
    """The server, with the account and without the schema."""
    with_account(mariadb)
    yield mariadb
    mariadb.sql(f"DROP DATABASE IF EXISTS {SCHEMA}")
    mariadb.sql(f"DROP USER {USER}@'%'")


def with_account(server: MariaDB) -> None:
    server.sql(f"CREATE OR REPLACE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}'")
    server.sql(GRANT)


@pytest.fixture
def account() -> Account:
    return Account(USER, PASSWORD.encode())


@pytest.fixture
def client_file(tmp_path: Path) -> str:
    path = tmp_path / "writer.cnf"
    path.write_text(f"[client]\nuser = {USER}\npassword = {PASSWORD}\nskip-ssl\n")
    return str(path)


@pytest.fixture
def table() -> Table:
    return Table(SCHEMA, SELF)


@pytest.fixture
def numbers(galera: MariaDB) -> Callable[[str], list[int]]:
    """What the table holds, as root sees it."""

    def there(writer: str = SELF) -> list[int]:
        rows = galera.sql(f"SELECT number FROM {SCHEMA}.commits WHERE writer = '{writer}' ORDER BY number")
        return [int(str(number)) for (number,) in rows]

    return there


@pytest.fixture(scope="session")
def other_galera(
    mariadb: MariaDB,  # noqa: ARG001  # it skips where there is no server
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MariaDB]:
    """A second cluster of one node, as the other half of a split would be."""
    server = MariaDB(tmp_path_factory.mktemp("other-mariadb"))
    try:
        server.install()
        server.start()
        with_account(server)
        yield server
    finally:
        server.kill()


def dead_address() -> str:
    (port,) = free_ports(1)
    return f"127.0.0.1:{port}"
