"""Waiting for time, a call or the end of a session, with sessions of a real MariaDB."""

from pathlib import Path

import pytest

from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.watchers.prober.attempt import WHO
from exporter.watchers.prober.kept_sessions import KeptSessions
from tests.mariadb import USER, MariaDB, account
from tests.watchers.prober.stand import until

ABORTED = "SHOW GLOBAL STATUS LIKE 'Aborted_c%'"


def session(mariadb: MariaDB, folder: Path, line: str = "skip-ssl") -> mysql.Session:
    return mysql.connect("localhost", mariadb.port, account(folder, line), Deadline.after(10), "db1")


def connected(mariadb: MariaDB) -> int:
    return sum(user == USER for _id, user, *_ in mariadb.sql("SHOW PROCESSLIST"))


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_the_end_of_the_session_is_seen_once(line: str, mariadb: MariaDB, tmp_path: Path) -> None:
    """In the clear and over TLS; what the server said while it let us in is no end."""
    kept_sessions = KeptSessions()
    kept_sessions.stay(session(mariadb, tmp_path, line), "db1")
    assert not kept_sessions.wait(0.05)
    mariadb.kill_connections()
    assert kept_sessions.wait(10)
    assert not kept_sessions.wait(0.05)
    kept_sessions.close()


def test_a_call_ends_the_wait() -> None:
    """Also one that came before, and one wait alone."""
    kept_sessions = KeptSessions()
    kept_sessions.call()
    assert not kept_sessions.wait(None)
    assert not kept_sessions.wait(0.01)


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_one_stays_at_each_server_and_all_say_goodbye(line: str, mariadb: MariaDB, tmp_path: Path) -> None:
    """The next takes the place of the one before; after the end nobody stays. None is an aborted client."""
    before, kept_sessions = mariadb.sql(ABORTED), KeptSessions()
    for server in ["db1", "db2", None] * 5:
        kept_sessions.stay(session(mariadb, tmp_path, line), server)
        assert not kept_sessions.wait(0.01), "who left is no end"
    until("one at each", lambda: connected(mariadb) == 3)
    kept_sessions.close()
    kept_sessions.stay(session(mariadb, tmp_path), "db1")
    until("all gone", lambda: not connected(mariadb))
    assert mariadb.sql(ABORTED) == before


def test_nobody_stays_where_nobody_comes_any_more(
    mariadb: MariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who drains a server waits until its clients have left. That is no sign of anything."""
    monkeypatch.setattr("exporter.watchers.prober.kept_sessions.LONGEST_STAY", 2)
    kept_sessions = KeptSessions()
    for server in ["db1", "db2", "db2"]:
        kept_sessions.stay(session(mariadb, tmp_path), server)
    until("both stay", lambda: connected(mariadb) == 2)
    kept_sessions.stay(session(mariadb, tmp_path), "db2")
    until("the first is gone", lambda: connected(mariadb) == 1)
    assert not kept_sessions.wait(0.05)
    kept_sessions.close()


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_a_server_that_refuses_what_a_guest_asks_is_heard(
    line: str, mariadb: MariaDB, tmp_path: Path
) -> None:
    """Once: as one that leaves its cluster it refuses all queries, and the guest leaves in order."""
    before, kept_sessions = mariadb.sql(ABORTED), KeptSessions()
    guest = session(mariadb, tmp_path, line)
    kept_sessions.stay(guest, "db1")
    assert not kept_sessions.hear(), "nothing was asked"
    for _ in range(3):
        kept_sessions.ask(WHO)
        kept_sessions.ask(WHO)  # one question at a time
        until("the answer", lambda: kept_sessions.hear() or not kept_sessions._guests["db1"].asked)
        assert kept_sessions._guests["db1"].session is guest, "what is answered is no sign"
    mariadb.sql("SET GLOBAL wsrep_reject_queries = 'ALL'")
    try:
        kept_sessions.ask(WHO)
        until("the refusal", kept_sessions.hear)
    finally:
        mariadb.sql("SET GLOBAL wsrep_reject_queries = 'NONE'")
    until("it is gone", lambda: not connected(mariadb))
    kept_sessions.ask(WHO)
    assert not kept_sessions.hear()
    assert not kept_sessions.wait(0.05)
    kept_sessions.close()
    assert mariadb.sql(ABORTED) == before


def test_an_answer_that_is_not_there_is_waited_for_by_nobody(mariadb: MariaDB, tmp_path: Path) -> None:
    """Of a frozen server; it comes later. Who was thrown out is told by the wait, not by what it asked."""
    kept_sessions = KeptSessions()
    kept_sessions.stay(session(mariadb, tmp_path), "db1")
    mariadb.freeze()
    try:
        kept_sessions.ask(WHO)
        assert not kept_sessions.hear()
    finally:
        mariadb.thaw()
    until("the answer", lambda: kept_sessions.hear() or not kept_sessions._guests["db1"].asked)
    mariadb.kill_connections()
    assert kept_sessions.wait(10)
    kept_sessions.ask(WHO)
    assert not kept_sessions.hear()
    kept_sessions.close()
