"""A journal of 0.1 whose exporter was killed: what its last transactions wrote is still in the log beside it.

version-1-killed.db and -wal are copies of what the code of commit 13fdc6c (2026-11-22, version 0.1.0) had
open: the first event in the file, two more in the log alone. version-1.db, which was closed in order, has its
tests in test_database.py and test_writer.py.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exporter.cli import main
from exporter.watchers.failover.journal.writer import JournalWriter
from exporter.watchers.failover.metrics import FailoverReading, families
from tests.golden import exposition

KILLED = Path(__file__).with_name("version-1-killed.db")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """As 0.1 left it, for the version of today to open."""
    for suffix in ("", "-wal"):
        shutil.copy(f"{KILLED}{suffix}", tmp_path / f"events.db{suffix}")
    return tmp_path / "events.db"


def page(path: Path) -> set[str]:
    """The lines of the failover metrics, after a start with this journal."""
    writer = JournalWriter(path)
    totals = writer.start()
    writer.close()
    reading = FailoverReading(("failover-ip", "haproxy"), {}, (), totals, writer.health())
    return set(exposition(families(reading)).splitlines())


def test_no_counter_begins_anew(path: Path) -> None:
    """The first page after the upgrade has what the last one before had; so has that of the next start."""
    first = page(path)
    assert first >= {
        'failover_events_total{cause="fencing",kind="move",resource="failover-ip"} 1.0',
        'failover_events_total{cause="failback",kind="move",resource="failover-ip"} 1.0',
        'failover_events_total{cause="resource_failure",kind="restart",resource="haproxy"} 1.0',
        'failover_duration_seconds_count{resource="failover-ip"} 2.0',
        'failover_duration_seconds_sum{resource="failover-ip"} 10.4',
        'failover_last_event_timestamp_seconds{kind="move",resource="failover-ip"} 1.7953072e+09',
        'failover_last_event_info{cause="failback",from="haproxy-node02",kind="move",resource="failover-ip",'
        'to="haproxy-node01"} 1.0',
        'failover_last_phase_seconds{phase="address",resource="failover-ip"} 0.2',
        "failover_exporter_journal_ok 1.0",
        "failover_exporter_journal_put_aside_total 0.0",
    }
    assert page(path) == first


def test_events_of_before_are_listed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the service was restarted, and after it: each event once, with what clients felt."""
    config = path.with_name("config.yml")
    config.write_text(f"journal: {path}\npacemaker: {{}}\n")
    assert main([f"--config.file={config}", "events"]) == 0
    before = capsys.readouterr().out
    assert version(path) == 1
    page(path)
    assert version(path) == 2
    assert main([f"--config.file={config}", "events"]) == 0
    assert capsys.readouterr().out == before
    for seen in ("fencing", "10.000 s", "resource_failure", "failback", "0.400 s"):
        assert before.count(seen) == 1


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
