"""Accounts tried on a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.commands.doctor import logins
from exporter.commands.doctor.grants import Grant
from exporter.config import Config
from exporter.errors import Denied, Refused
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.watchers.prober.options import Vip
from tests.mariadb import PASSWORD, USER, MariaDB
from tests.transports.peers import closed_port


@pytest.fixture
def writer(mariadb: MariaDB) -> Iterator[str]:
    """An account with rights; it is gone afterwards."""
    mariadb.sql("CREATE USER doctors_writer@'127.0.0.1' IDENTIFIED BY 'hunter2'")
    mariadb.sql("GRANT SELECT, INSERT ON failover_exporter.* TO doctors_writer@'127.0.0.1'")
    yield "doctors_writer"
    mariadb.sql("DROP USER doctors_writer@'127.0.0.1'")


def file(folder: Path, name: str, user: str, password: str) -> str:
    path = folder / name
    path.write_text(f"[client]\nuser={user}\npassword='{password}'\nskip-ssl\n")
    path.chmod(0o600)
    return str(path)


def test_each_server_and_account(mariadb: MariaDB, writer: str, tmp_path: Path) -> None:
    """What each may do, as the server has it; a refusal, and a server that isn't there, are in its place."""
    own, at = file(tmp_path, "own.cnf", USER, PASSWORD), f"127.0.0.1:{mariadb.port}"
    nodes = {"one": at, "gone": f"127.0.0.1:{closed_port()}"}
    vips = (
        Vip("127.0.0.1", mariadb.port, client_file=file(tmp_path, "wrong.cnf", USER, "wrong")),
        Vip("127.0.0.2", mariadb.port, client_file=str(tmp_path / "absent.cnf")),
        Vip("::1"),
    )
    one, gone, wrong = logins.try_all(Config(galera=GaleraOptions(own, nodes), vips=vips))
    assert (one.key, one.at, one.account, one.error) == (
        "galera.client_file", f"one ({at})", f"{USER}@127.0.0.1", None
    )  # fmt: skip
    assert one.grants == ()
    assert isinstance(gone.error, Refused)
    assert (wrong.key, type(wrong.error), wrong.grants) == ("vips[0].client_file", Denied, None)
    granted = file(tmp_path, "writer.cnf", writer, "hunter2")
    (rich,) = logins.try_all(Config(vips=(Vip("127.0.0.1", mariadb.port, client_file=granted),)))
    assert rich.grants == (Grant(frozenset({"SELECT", "INSERT"}), "failover_exporter.*"),)
