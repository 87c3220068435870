"""The journal's thread on real files: what it writes, and everything that happens to files."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.watchers.failover.journal import writer as module
from exporter.watchers.failover.journal.database import Database, JournalReader
from exporter.watchers.failover.journal.totals import Totals
from exporter.watchers.failover.journal.writer import RECENT, JournalWriter
from tests.watchers.failover.made_events import FELT, MOVED, event

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "events.db"


def kept(path: Path) -> list[str]:
    with closing(JournalReader(path)) as reader:
        return [one.id for one in reader.events()]


@contextmanager
def running(path: Path) -> Iterator[tuple[JournalWriter, Totals]]:
    """A writer in its thread, and what it found; closed at the end."""
    one = JournalWriter(path)
    try:
        yield one, one.start()
    finally:
        one.close()


@contextmanager
def loaded(path: Path) -> Iterator[tuple[JournalWriter, Totals]]:
    """A writer without its thread: flush() is called by the test."""
    one = JournalWriter(path)
    try:
        yield one, one.load()
    finally:
        one._disconnect()


def until(true: Callable[[], bool]) -> None:
    """The thread works at its own pace."""
    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    pytest.fail("it did not become true")


def test_totals_survive_a_restart(path: Path) -> None:
    """What one run kept, the next one begins with."""
    with running(path) as (first, totals):
        assert totals == Totals()
        totals.add(MOVED)
        first.keep([MOVED], totals)
    assert kept(path) == [MOVED.id]
    with running(path) as (second, again):
        assert again == totals
        assert second.health().ok


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At start: reported in the log and in the health; what happens then is kept."""
    path.parent.mkdir()
    path.write_bytes(b"odd" * 5000)
    with running(path) as (one, totals):
        assert totals == Totals()
        one.keep([MOVED], totals)
    assert one.health().put_aside == 1
    assert one.health().ok
    assert "put aside as events.db.damaged-" in caplog.text
    assert kept(path) == [MOVED.id]
    assert len(list(path.parent.glob("events.db.damaged-*"))) == 1


@pytest.mark.parametrize(
    "totals",
    [
        "", "null", "[]", "7", "{}", '{"events": 1}', "[" * 100_000,
        '{"held": {}, "events": [["a", "move", "x", 1e400]]}',
        '{"held": {}, "events": [], "latest": [["a", "move", NaN, "b", "c", "d", []]]}',
    ],
    ids=str.split("empty null list number nothing odd deep infinite nan"),
)  # fmt: skip
def test_odd_totals_are_put_aside(path: Path, totals: str, caplog: pytest.LogCaptureFixture) -> None:
    """With the events in the same file; the counters begin anew, and the exporter runs on."""
    with running(path) as (one, found):
        one.keep([MOVED], found)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE totals SET kept = ?", (totals,))
        connection.commit()
    with running(path) as (one, found):
        assert found == Totals()
        one.keep([event(1)], found)
    assert one.health().put_aside == 1
    assert "totals that this program did not write" in caplog.text
    assert kept(path) == ["event-000001"]
    (aside,) = path.parent.glob("events.db.damaged-*")
    assert kept(aside) == [MOVED.id]


def test_totals_are_saved_from_a_file_damaged_elsewhere(path: Path) -> None:
    """A broken page of the events does not cost the counters."""
    with running(path) as (one, totals):
        totals.add(MOVED)
        one.keep([event(number) for number in range(500)], totals)
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events_at'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)
    with running(path) as (second, again):
        assert second.health().put_aside == 1
        assert again == totals


def test_totals_of_version_1_go_on(path: Path) -> None:
    """Of moves it kept from, to and cause; a restart's are in its row. No port: no clients_out."""
    path.parent.mkdir()
    shutil.copy(Path(__file__).with_name("version-1.db"), path)
    with running(path) as (one, totals):
        assert one.health().ok
        assert totals.events == {
            ("failover-ip", "move", "operator_move"): 1,
            ("haproxy", "move", "operator_move"): 1,
            ("haproxy", "restart", "resource_failure"): 1,
        }
        restart = totals.latest["haproxy", "restart"]
        assert (restart.at, restart.origin, restart.target) == (1795347731.211,) + ("haproxy-node01",) * 2
        assert restart.cause == "resource_failure"
        move = totals.latest["failover-ip", "move"]
        assert (move.origin, move.target, move.cause) == ("haproxy-node01", "haproxy-node02", "operator_move")
        assert move.clients_out == {}
        assert totals.last_phases["haproxy"] == {"total": 0.25, "detection": 0.0}
        assert round(totals.durations["haproxy"].sum, 6) == 1.06
        assert totals.held["haproxy"].node == "haproxy-node02"
        one.keep([FELT], totals)
    with running(path) as (one, again):
        assert again == totals
        assert len(kept(path)) == 4


def test_a_file_found_damaged_later_is_put_aside_and_all_is_written(path: Path) -> None:
    """When it is opened again after other trouble: what waited, and all totals, go into the new one."""
    path.parent.write_text("a file, not a folder")
    with loaded(path) as (one, totals):
        totals.add(MOVED)
        one.keep([MOVED], totals)
        path.parent.unlink()
        path.parent.mkdir()
        path.write_bytes(b"odd" * 5000)
        one.flush()
        assert one.health().put_aside == 1
        assert one.health().waiting == 1
        one.flush()
        assert one.health().waiting == 0
    assert kept(path) == [MOVED.id]
    with running(path) as (_, again):
        assert again == totals


def test_a_disk_that_damages_each_file_is_not_filled_with_them(path: Path) -> None:
    """One is put aside in half a minute, after that it is trouble like any other."""
    path.parent.mkdir()
    path.write_bytes(b"odd" * 5000)
    with loaded(path) as (one, totals):
        for _ in range(3):
            path.write_bytes(b"odd" * 5000)
            one.keep([MOVED], totals)
            one.flush()
        assert one.health().put_aside == 1
        assert one.health().waiting == 1
        assert not one.health().ok


def test_events_wait_for_a_folder_that_can_not_be_made(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file is in its place: nothing raises, the health says no; once it is gone all is written."""
    caplog.set_level("INFO")
    path.parent.write_text("a file, not a folder")
    with running(path) as (one, totals):
        one.keep([MOVED], totals)
        assert not one.health().ok
        assert one.health().waiting == 1
        path.parent.unlink()
    assert one.health().waiting == 0  # the end of the program is one more attempt
    assert one.health().ok
    assert kept(path) == [MOVED.id]
    assert [record.getMessage() for record in caplog.records] == [
        f"journal: events are kept in memory: {path}: File exists; `journal:` has to be the path of a file "
        "in a folder that is there, or can be made, and be written to",
        f"journal: {path}: is written again",
    ]


@pytest.mark.parametrize("replacement", [None, b"", b"odd" * 5000])
def test_a_file_deleted_or_replaced_in_use_is_noticed(
    path: Path, replacement: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Before the next write; what was in it is written again, so that nothing is lost."""
    with loaded(path) as (one, totals):
        totals.add(MOVED)
        one.keep([MOVED], totals)
        one.flush()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink()
        if replacement is not None:
            path.write_bytes(replacement)
        one.keep([event(1)], totals)
        one.flush()
        one.flush()  # what is damaged is put aside by the first
        assert one.health().ok
        assert one.health().put_aside == (replacement == b"odd" * 5000)
        assert kept(path) == [MOVED.id, "event-000001"]
    assert "was deleted, replaced or emptied while in use; 1 events" in caplog.text
    with running(path) as (_, again):
        assert again == totals


@pytest.mark.parametrize("logged", [True, False], ids=["in the log", "in the file"])
@pytest.mark.parametrize("content", [b"", b"odd", b"odd" * 5000], ids=["empty", "short", "long"])
def test_a_file_overwritten_in_use_costs_no_later_event(path: Path, content: bytes, logged: bool) -> None:
    """The same file with other content. What SQLite still had in its write-ahead log heals it, else a new one
    is begun, with all totals."""
    with loaded(path) as (one, totals):
        totals.add(MOVED)
        one.keep([MOVED], totals)
        one.flush()
        if not logged:
            with closing(sqlite3.connect(path)) as other:
                other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.write_bytes(content)
        one.keep([event(1)], totals)
        one.flush()
        one.flush()  # what is damaged is put aside by the first
        assert one.health().ok
        assert one.health().put_aside == (not logged and content != b"")
    assert "event-000001" in kept(path)
    with running(path) as (_, again):
        assert again == totals


def test_a_deleted_file_is_noticed_while_nothing_happens(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread looks once a minute (here a hundred times a second); the totals are written again too."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    with running(path) as (one, totals):
        totals.add(MOVED)
        one.keep([MOVED], totals)
        until(lambda: path.exists() and kept(path) == [MOVED.id])
        shutil.rmtree(path.parent)
        until(lambda: path.exists() and one.health().waiting == 0 and kept(path) == [MOVED.id])
    with running(path) as (_, again):
        assert again == totals


def test_of_two_exporters_on_one_journal_the_second_keeps_in_memory(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so, begins with the totals that are there, and writes once the first has ended."""
    with running(path) as (first, totals):
        totals.add(MOVED)
        first.keep([MOVED], totals)
        until(lambda: path.exists() and first.health().waiting == 0)
        with loaded(path) as (second, found):
            assert found == totals
            assert not second.health().ok
            second.keep([event(1)], found)
            second.flush()
            assert second.health().waiting == 1
            assert caplog.text.count("another failover-exporter writes it") == 1
            first.close()
            second.flush()
            assert second.health().ok
    assert kept(path) == [MOVED.id, "event-000001"]


def test_a_disk_that_hangs_delays_neither_start_nor_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watcher begins without the journal, and the program ends though the thread does not."""
    monkeypatch.setattr(module, "LOAD_SECONDS", 0.05)
    hang = threading.Event()

    def hanging(_self: JournalWriter) -> Totals:
        hang.wait(20)
        return Totals()

    monkeypatch.setattr(JournalWriter, "_load", hanging)
    one = JournalWriter(path)
    try:
        assert one.start() == Totals()
        assert not one.health().ok
        one.keep([MOVED], Totals())
        one.close(patience=0.05)
        assert one.health().waiting == 1
    finally:
        hang.set()
        one.close()


def test_a_defect_ends_neither_start_nor_thread(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Logged with its trace; the journal is tried again."""

    def broken(_self: Database) -> None:
        raise ZeroDivisionError("a defect")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "_prepare", broken)
        one = JournalWriter(path)
        assert one.load() == Totals()
        assert not one.health().ok
        assert caplog.records[-1].exc_info
    one.keep([MOVED], Totals())
    one.flush()
    one._disconnect()
    assert one.health().ok
    assert kept(path) == [MOVED.id]


def test_what_changes_while_it_is_written_is_written_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outage of an event is reported in that very moment."""
    write = Database.write
    with loaded(path) as (one, totals):

        def slow(self: Database, *arguments: Any) -> None:
            write(self, *arguments)
            monkeypatch.undo()
            one.keep([FELT], totals)

        monkeypatch.setattr(Database, "write", slow)
        one.keep([MOVED], totals)
        one.flush()
        assert one.health().waiting == 1
        one.flush()
    with closing(JournalReader(path)) as reader:
        assert reader.events() == [FELT]


def test_memory_is_bounded_and_what_is_dropped_is_counted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest are dropped first."""
    monkeypatch.setattr(module, "MOST_EVENTS", 3)
    path.parent.write_text("a file, not a folder")
    with loaded(path) as (one, totals):
        one.keep([event(number) for number in range(5)], totals)
        assert one.health().waiting == 3
        assert one.health().dropped == 2


# In a mount namespace of its own, so that the machine's mounts stay as they are.
MOUNTED = """
import sys, subprocess, time
from contextlib import closing
from pathlib import Path
from exporter.watchers.failover.journal.totals import Totals
from exporter.watchers.failover.journal.database import JournalReader
from exporter.watchers.failover.journal.writer import JournalWriter
from tests.watchers.failover.made_events import MOVED, event
folder = Path(sys.argv[1])
mount = lambda *options: subprocess.run(["mount", *options, str(folder)], check=True)
"""
FULL = (
    MOUNTED
    + """
mount("-t", "tmpfs", "-o", "size=512k", "journal")
writer = JournalWriter(folder / "events.db")
totals = writer.load()
writer.keep([event(0)], totals)
writer.flush()
assert writer.health().ok and writer.health().waiting == 0
(folder / "ballast").write_bytes(b"x" * (512 * 1024 - sum(f.stat().st_size for f in folder.iterdir()) - 8192))
for number in range(1, 200):
    writer.keep([event(number)], totals)
    writer.flush()
assert not writer.health().ok
waiting = writer.health().waiting
assert 0 < waiting < 200, waiting
(folder / "ballast").unlink()
writer.flush()
assert writer.health().ok and writer.health().waiting == 0
with closing(JournalReader(folder / "events.db")) as reader:
    assert len(reader.events()) == 200
print("well")
"""
)
READ_ONLY = (
    MOUNTED
    + """
writer = JournalWriter(folder / "events.db")
totals = writer.load()
totals.add(MOVED)
writer.keep([MOVED], totals)
writer.flush()
writer._disconnect()
subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
mount("-o", "remount,bind,ro")
second = JournalWriter(folder / "events.db")
assert second.load() == totals
assert not second.health().ok
second.keep([event(1)], totals)
second.flush()
assert second.health().waiting == 1 and not second.health().ok
mount("-o", "remount,bind,rw")
second.flush()
assert second.health().waiting == 0 and second.health().ok
print("well")
"""
)


@ROOT
@pytest.mark.parametrize("script", [FULL, READ_ONLY], ids=["full disk", "read-only"])
def test_a_disk_that_takes_nothing_costs_no_event(script: str, tmp_path: Path) -> None:
    """Full, or read-only: events wait, what was kept is still read, and all is written when it can be."""
    unshare = shutil.which("unshare")
    if not unshare:
        pytest.skip("unshare is not installed")
    ran = subprocess.run(
        [unshare, "--mount", "--", sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[4],
    )
    if "unshare failed" in ran.stderr or "permission denied" in ran.stderr:
        pytest.skip("no mounts here")
    assert ran.stdout.endswith("well\n"), ran.stderr


def test_the_recent_events_are_those_of_the_file_and_those_of_now(path: Path) -> None:
    """The status page has them after a restart too; an outage that is attributed later replaces its event."""
    with running(path) as (first, _):
        first.keep([event(number, MOVED.at + number) for number in range(2 * RECENT)], Totals())
    with running(path) as (second, _):
        assert [one.id for one in second.recent()][-1] == f"event-{2 * RECENT - 1:06}"
        assert len(second.recent()) == RECENT
        now = event(999, MOVED.at + 999)
        second.keep([now], Totals())
        second.keep([replace(now, outages=FELT.outages)], Totals())
        assert len(second.recent()) == RECENT
        assert second.recent()[-1].outages == FELT.outages


def test_without_a_journal_the_recent_events_are_those_of_this_run(tmp_path: Path) -> None:
    """What can't be read is left out, and costs nothing else."""
    path = tmp_path / "events.db"
    path.mkdir()
    with running(path) as (one, _):
        one.keep([MOVED], Totals())
        assert one.recent() == (MOVED,)
