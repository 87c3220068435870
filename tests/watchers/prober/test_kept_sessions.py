"""Waiting for a time, a wake-up or the end of a session, with sessions of a real MariaDB."""

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
    """In the clear and over TLS; what the server sent during the login is no end."""
    kept_sessions = KeptSessions()
    kept_sessions.keep(session(mariadb, tmp_path, line), "db1")
    assert not kept_sessions.wait(0.05)
    mariadb.kill_connections()
    assert kept_sessions.wait(10)
    assert not kept_sessions.wait(0.05)
    kept_sessions.close()


def test_a_wake_up_ends_the_wait() -> None:
    """Also one that came before the wait, and one wait alone."""
    kept_sessions = KeptSessions()
    kept_sessions.wake()
    assert not kept_sessions.wait(None)
    assert not kept_sessions.wait(0.01)


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_one_is_kept_for_each_server_and_all_are_closed_in_order(
    line: str, mariadb: MariaDB, tmp_path: Path
) -> None:
    """The next takes the place of the one before; after close() none is kept. None is an aborted client."""
    before, kept_sessions = mariadb.sql(ABORTED), KeptSessions()
    for server in ["db1", "db2", None] * 5:
        kept_sessions.keep(session(mariadb, tmp_path, line), server)
        assert not kept_sessions.wait(0.01), "one that is replaced is no end"
    until("one at each", lambda: connected(mariadb) == 3)
    kept_sessions.close()
    kept_sessions.keep(session(mariadb, tmp_path), "db1")
    until("all gone", lambda: not connected(mariadb))
    assert mariadb.sql(ABORTED) == before


def test_no_session_is_kept_to_a_server_that_is_not_chosen_any_more(
    mariadb: MariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator who drains a server waits until its clients have left. Leaving it is no sign of trouble."""
    monkeypatch.setattr("exporter.watchers.prober.kept_sessions.MOST_NEWER", 2)
    kept_sessions = KeptSessions()
    for server in ["db1", "db2", "db2"]:
        kept_sessions.keep(session(mariadb, tmp_path), server)
    until("both are kept", lambda: connected(mariadb) == 2)
    kept_sessions.keep(session(mariadb, tmp_path), "db2")
    until("the first is gone", lambda: connected(mariadb) == 1)
    assert not kept_sessions.wait(0.05)
    kept_sessions.close()


@pytest.mark.parametrize("line", ["skip-ssl", "ssl-mode=REQUIRED"])
def test_a_server_that_refuses_a_query_is_noticed(line: str, mariadb: MariaDB, tmp_path: Path) -> None:
    """Once: like a node that leaves its cluster it refuses all queries; the session is closed in order."""
    before, kept_sessions = mariadb.sql(ABORTED), KeptSessions()
    kept = session(mariadb, tmp_path, line)
    kept_sessions.keep(kept, "db1")
    assert not kept_sessions.any_refused(), "nothing was queried"
    for _ in range(3):
        kept_sessions.query(WHO)
        kept_sessions.query(WHO)  # one query at a time
        until("the answer", lambda: kept_sessions.any_refused() or not kept_sessions._kept["db1"].queried)
        assert kept_sessions._kept["db1"].session is kept, "an answer is no sign of trouble"
    mariadb.sql("SET GLOBAL wsrep_reject_queries = 'ALL'")
    try:
        kept_sessions.query(WHO)
        until("the refusal", kept_sessions.any_refused)
    finally:
        mariadb.sql("SET GLOBAL wsrep_reject_queries = 'NONE'")
    until("it is gone", lambda: not connected(mariadb))
    kept_sessions.query(WHO)
    assert not kept_sessions.any_refused()
    assert not kept_sessions.wait(0.05)
    kept_sessions.close()
    assert mariadb.sql(ABORTED) == before


def test_an_answer_is_not_waited_for(mariadb: MariaDB, tmp_path: Path) -> None:
    """Of a frozen server it comes later. A session that is cut off is reported by the wait, not by its
    query."""
    kept_sessions = KeptSessions()
    kept_sessions.keep(session(mariadb, tmp_path), "db1")
    mariadb.freeze()
    try:
        kept_sessions.query(WHO)
        assert not kept_sessions.any_refused()
    finally:
        mariadb.thaw()
    until("the answer", lambda: kept_sessions.any_refused() or not kept_sessions._kept["db1"].queried)
    mariadb.kill_connections()
    assert kept_sessions.wait(10)
    kept_sessions.query(WHO)
    assert not kept_sessions.any_refused()
    kept_sessions.close()
