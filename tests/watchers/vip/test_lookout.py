"""Waiting for time, a call or the end of a session, with sessions of a real MariaDB."""

from pathlib import Path

import pytest

from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.watchers.vip.knock import WHO
from exporter.watchers.vip.lookout import Lookout
from tests.mariadb import USER, MariaDB, account
from tests.watchers.vip.stand import until

ABORTED = "SHOW GLOBAL STATUS LIKE 'Aborted_c%'"


def session(mariadb: MariaDB, folder: Path, line: str = "skip-ssl") -> mysql.Session:
    return mysql.connect("localhost", mariadb.port, account(folder, line), Deadline.after(10), "db1")


def connected(mariadb: MariaDB) -> int:
    return sum(user == USER for _id, user, *_ in mariadb.sql("SHOW PROCESSLIST"))


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_the_end_of_the_session_is_seen_once(line: str, mariadb: MariaDB, tmp_path: Path) -> None:
    """In the clear and over TLS; what the server said while it let us in is no end."""
    lookout = Lookout()
    lookout.stay(session(mariadb, tmp_path, line), "db1")
    assert not lookout.wait(0.05)
    mariadb.kill_connections()
    assert lookout.wait(10)
    assert not lookout.wait(0.05)
    lookout.close()


def test_a_call_ends_the_wait() -> None:
    """Also one that came before, and one wait alone."""
    lookout = Lookout()
    lookout.call()
    assert not lookout.wait(None)
    assert not lookout.wait(0.01)


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_one_stays_at_each_server_and_all_say_goodbye(line: str, mariadb: MariaDB, tmp_path: Path) -> None:
    """The next takes the place of the one before; after the end nobody stays. None is an aborted client."""
    before, lookout = mariadb.sql(ABORTED), Lookout()
    for server in ["db1", "db2", None] * 5:
        lookout.stay(session(mariadb, tmp_path, line), server)
        assert not lookout.wait(0.01), "who left is no end"
    until("one at each", lambda: connected(mariadb) == 3)
    lookout.close()
    lookout.stay(session(mariadb, tmp_path), "db1")
    until("all gone", lambda: not connected(mariadb))
    assert mariadb.sql(ABORTED) == before


def test_nobody_stays_where_nobody_comes_any_more(
    mariadb: MariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who drains a server waits until its clients have left. That is no sign of anything."""
    monkeypatch.setattr("exporter.watchers.vip.lookout.LONGEST_STAY", 2)
    lookout = Lookout()
    for server in ["db1", "db2", "db2"]:
        lookout.stay(session(mariadb, tmp_path), server)
    until("both stay", lambda: connected(mariadb) == 2)
    lookout.stay(session(mariadb, tmp_path), "db2")
    until("the first is gone", lambda: connected(mariadb) == 1)
    assert not lookout.wait(0.05)
    lookout.close()


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_a_server_that_refuses_what_a_guest_asks_is_heard(
    line: str, mariadb: MariaDB, tmp_path: Path
) -> None:
    """Once: as one that leaves its cluster it refuses all queries, and the guest leaves in order."""
    before, lookout = mariadb.sql(ABORTED), Lookout()
    guest = session(mariadb, tmp_path, line)
    lookout.stay(guest, "db1")
    assert not lookout.hear(), "nothing was asked"
    for _ in range(3):
        lookout.ask(WHO)
        lookout.ask(WHO)  # one question at a time
        until("the answer", lambda: lookout.hear() or not lookout._guests["db1"].asked)
        assert lookout._guests["db1"].session is guest, "what is answered is no sign"
    mariadb.sql("SET GLOBAL wsrep_reject_queries = 'ALL'")
    try:
        lookout.ask(WHO)
        until("the refusal", lookout.hear)
    finally:
        mariadb.sql("SET GLOBAL wsrep_reject_queries = 'NONE'")
    until("it is gone", lambda: not connected(mariadb))
    lookout.ask(WHO)
    assert not lookout.hear()
    assert not lookout.wait(0.05)
    lookout.close()
    assert mariadb.sql(ABORTED) == before


def test_an_answer_that_is_not_there_is_waited_for_by_nobody(mariadb: MariaDB, tmp_path: Path) -> None:
    """Of a frozen server; it comes later. Who was thrown out is told by the wait, not by what it asked."""
    lookout = Lookout()
    lookout.stay(session(mariadb, tmp_path), "db1")
    mariadb.freeze()
    try:
        lookout.ask(WHO)
        assert not lookout.hear()
    finally:
        mariadb.thaw()
    until("the answer", lambda: lookout.hear() or not lookout._guests["db1"].asked)
    mariadb.kill_connections()
    assert lookout.wait(10)
    lookout.ask(WHO)
    assert not lookout.hear()
    lookout.close()
