"""The loop, on a real Galera node that stands for the address as well."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pymysql
import pytest

from exporter.endpoint import Endpoint
from exporter.errors import Denied, Unreachable
from exporter.transports.deadline import Deadline
from exporter.watchers.commits import ledger, writer
from exporter.watchers.commits.options import Write
from exporter.watchers.commits.writer import Writer
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.watcher import VipWatcher
from tests.golden import exposition
from tests.mariadb import MariaDB
from tests.watchers.commits.conftest import GRANT, SCHEMA, USER, dead_address
from tests.watchers.prober.stand import until


@contextmanager
def running(one: Writer) -> Iterator[Writer]:
    one.start()
    try:
        yield one
    finally:
        one.stop()


@pytest.fixture
def writing(galera: MariaDB, client_file: str) -> Iterator[Writer]:
    """Ten rows a second."""
    with running(writer_of(galera, client_file)) as one:
        yield one


def writer_of(server: MariaDB, client_file: str, *more: str) -> Writer:
    nodes = {f"n{number}": where for number, where in enumerate([*more, f"127.0.0.1:{server.port}"])}
    return Writer("127.0.0.1", server.port, Write(client_file, interval=0.1, timeout=2.0), nodes)


def acknowledged(one: Writer, count: int) -> None:
    until(f"{count} acknowledged", lambda: one.reading().counts.acknowledged >= count)


def read_back(one: Writer) -> None:
    """As when the prober reports the end of an outage; a read-back that was under way does not count."""
    for _ in range(2):
        _another_read_back(one, one.reading().read_back_at)


def _another_read_back(one: Writer, before: float | None) -> None:
    one.outage(Endpoint("127.0.0.1", 3306), None)
    until("a read-back", lambda: one.reading().read_back_at != before)


def rows(server: MariaDB) -> int:
    ((count,),) = server.sql(f"SELECT COUNT(*) FROM {SCHEMA}.commits")
    return int(str(count))


def test_none_is_lost_while_all_is_well(writing: Writer) -> None:
    """Every row is acknowledged and found."""
    acknowledged(writing, 3)
    read_back(writing)
    counts = writing.reading().counts
    assert counts.attempts == counts.acknowledged
    assert (counts.in_doubt, counts.lost) == (0, 0)
    assert writing.troubles() == []


def test_rows_that_are_gone_are_lost(
    galera: MariaDB, writing: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    """Each of them once, and the log names them."""
    acknowledged(writing, 3)
    galera.sql(f"DELETE FROM {SCHEMA}.commits WHERE number IN (1, 3)")
    read_back(writing)
    read_back(writing)
    assert writing.reading().counts.lost == 2
    assert "LOST 2 that were acknowledged: numbers 1 to 3" in caplog.text


def test_a_table_set_back_to_an_older_state_loses_what_came_after(galera: MariaDB, writing: Writer) -> None:
    """As from a backup, or a node that starts the cluster again without the last commits."""
    acknowledged(writing, 2)
    galera.sql(f"CREATE TABLE {SCHEMA}.backup AS SELECT * FROM {SCHEMA}.commits")
    ((kept,),) = galera.sql(f"SELECT COUNT(*) FROM {SCHEMA}.backup")  # more than 2 where the machine is busy
    acknowledged(writing, int(str(kept)) + 4)
    galera.sql(f"DELETE FROM {SCHEMA}.commits WHERE number NOT IN (SELECT number FROM {SCHEMA}.backup)")
    read_back(writing)
    assert writing.reading().counts.lost >= 3


def test_rows_watched_long_enough_are_deleted_and_not_lost(
    galera: MariaDB, writing: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table stays small; a deletion never looks like a loss."""
    monkeypatch.setattr(ledger, "WATCHED_SECONDS", 0.0)
    acknowledged(writing, 5)
    read_back(writing)
    until("an empty beginning", lambda: not galera.sql(f"SELECT 1 FROM {SCHEMA}.commits WHERE number < 5"))
    read_back(writing)
    assert writing.reading().counts.lost == 0


def test_the_end_leaves_no_rows(galera: MariaDB, client_file: str) -> None:
    """An exporter that is stopped cleans up."""
    with running(writer_of(galera, client_file)) as one:
        acknowledged(one, 2)
    assert rows(galera) == 0


def test_two_writers_do_not_disturb_each_other(galera: MariaDB, client_file: str) -> None:
    """Two balancers write at once: the same numbers, and none is lost; the end of one is not the other's."""
    with running(writer_of(galera, client_file)) as one:
        with running(writer_of(galera, client_file)) as two:
            acknowledged(one, 2)
            acknowledged(two, 2)
        read_back(one)
        assert one.reading().counts.lost == 0
        assert rows(galera) >= 2


def test_a_frozen_server_makes_no_loss(galera: MariaDB, writing: Writer) -> None:
    """Refused or in doubt while it lasts, acknowledged again afterwards."""
    acknowledged(writing, 2)
    galera.freeze()
    try:
        ended = writing.reading().counts.attempts
        until("an end of a commit", lambda: writing.reading().counts.attempts > ended + 1)
    finally:
        galera.thaw()
    acknowledged(writing, writing.reading().counts.acknowledged + 2)
    read_back(writing)
    counts = writing.reading().counts
    assert counts.attempts > counts.acknowledged
    assert counts.lost == 0


def test_connections_cut_by_the_server_make_no_loss(galera: MariaDB, writing: Writer) -> None:
    """Killed at any point: what was acknowledged is there."""
    acknowledged(writing, 2)
    for _ in range(200):
        for number, user, *_ in galera.sql("SHOW PROCESSLIST"):
            if user == USER:
                with suppress(pymysql.Error):  # it has ended by itself
                    galera.sql(f"KILL CONNECTION {number}")
    acknowledged(writing, writing.reading().counts.acknowledged + 1)
    read_back(writing)
    assert writing.reading().counts.lost == 0


def test_without_the_privilege_the_trouble_has_the_grant(
    galera: MariaDB, client_file: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Logged once, and in the reading for as long as it lasts."""
    galera.sql(f"REVOKE CREATE, INSERT, SELECT, DELETE ON {SCHEMA}.* FROM {USER}@'%'")
    with running(writer_of(galera, client_file)) as one:
        until("two attempts", lambda: one.reading().counts.attempts >= 2)
        (trouble,) = one.troubles()
        assert isinstance(trouble, Denied)
        assert len(re.findall("can't write: ", caplog.text)) == 1
        galera.sql(GRANT)
        acknowledged(one, 1)
        until("no trouble", lambda: one.troubles() == [])


def test_when_no_node_answers_nothing_is_lost_and_that_is_a_trouble(
    galera: MariaDB, client_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows can't be read back: a trouble, not a loss."""
    monkeypatch.setattr(writer, "GOODBYE_SECONDS", 0.1)
    write = Write(client_file, interval=0.1)
    with running(Writer("127.0.0.1", galera.port, write, {"dead": dead_address()})) as one:
        acknowledged(one, 1)
        one.outage(Endpoint("127.0.0.1", 3306), None)
        until("the trouble", one.troubles)
        assert isinstance(one.troubles()[0], Unreachable)
        assert one.reading().counts.lost == 0
        assert one.reading().read_back_at is None


def test_a_table_that_can_not_be_cleaned_is_not_filled(
    galera: MariaDB, client_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the bound writing pauses until rows could be deleted."""
    monkeypatch.setattr(ledger, "ROWS_AT_MOST", 3)
    monkeypatch.setattr(ledger, "WATCHED_SECONDS", 0.0)
    with running(writer_of(galera, client_file)) as one:
        acknowledged(one, 3)
        read_back(one)
        acknowledged(one, 4)
        assert rows(galera) <= 3


def test_an_account_file_that_is_not_there_is_a_trouble(galera: MariaDB) -> None:
    """No attempt is made, and none counted."""
    with running(writer_of(galera, "/nonexistent/writer.cnf")) as one:
        until("the trouble", one.troubles)
        assert one.reading().counts.attempts == 0


def test_the_collector_vip_shows_commits_beside_probes(galera: MariaDB, client_file: str) -> None:
    """One page; what keeps the writer from its work is counted as the collector's failure."""
    galera.sql(f"REVOKE CREATE ON {SCHEMA}.* FROM {USER}@'%'")
    vips = [
        Vip("127.0.0.1", galera.port, write=Write(client_file, interval=0.1)),
        Vip("127.0.0.2", galera.port),
        Vip("127.0.0.3"),
    ]
    watcher = VipWatcher(vips, nodes={"a": f"127.0.0.1:{galera.port}"})
    watcher.start()
    try:
        until("the trouble", lambda: watcher.failures(watcher.read(Deadline.after(1))))
        page = exposition(watcher.collect(watcher.read(Deadline.after(1))))
    finally:
        watcher.close()
    where = f'{{port="{galera.port}",vip="127.0.0.1"}}'
    assert f"vip_commits_acknowledged_total{where} 0.0" in page
    assert re.findall(r"vip_commits_lost_total{.*", page) == [f"vip_commits_lost_total{where} 0.0"]
    assert 'vip="127.0.0.2"' in page


def test_other_options_lose_no_count_and_no_row(galera: MariaDB, client_file: str) -> None:
    """What was written before is still looked for; another schema needs another writer."""
    with running(writer_of(galera, client_file)) as one:
        acknowledged(one, 3)
        assert one.can_become(Write(client_file, interval=0.2))
        assert not one.can_become(Write(client_file, schema="other"))
        one.change(Write(client_file, interval=0.2), {"renamed": f"127.0.0.1:{galera.port}"})
        acknowledged(one, 5)
        read_back(one)
        assert one.reading().counts.lost == 0
        assert one.troubles() == []
