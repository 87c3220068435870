"""The journal on real files: what it keeps, and everything that happens to files."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from exporter.watchers.failover.journal import database as journal_module
from exporter.watchers.failover.journal.attribution import Totals
from exporter.watchers.failover.journal.database import (
    LONGEST_SECONDS,
    Database,
    JournalDamaged,
    JournalError,
    JournalReader,
    put_aside,
)
from exporter.watchers.failover.journal.writer import JournalWriter
from tests.watchers.failover.made_events import FELT, MOVED, event

NOW = MOVED.at + 10
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "events.db"


def kept(path: Path, since: float = 0.0) -> list[str]:
    with closing(JournalReader(path)) as reader:
        return [one.id for one in reader.events(since)]


def test_an_event_comes_back_as_it_was(path: Path) -> None:
    """With its evidence, its outage and its phases; and the totals beside it."""
    with closing(Database(path)) as journal:
        assert journal.totals() is None
        journal.write([FELT, event(1)], {"events": []}, NOW)
    with closing(JournalReader(path)) as reader:
        assert reader.events() == [FELT, event(1)]
        assert reader.totals() == {"events": []}


def test_an_event_written_again_is_replaced(path: Path) -> None:
    """Its outage is known later: still one row."""
    with closing(Database(path)) as journal:
        journal.write([MOVED], {}, NOW)
        journal.write([FELT], {}, NOW)
    with closing(JournalReader(path)) as reader:
        assert reader.events() == [FELT]


def test_since_leaves_out_what_is_older(path: Path) -> None:
    """The oldest first, from that time on."""
    with closing(Database(path)) as journal:
        journal.write([event(3, 30.0), event(1, 10.0), event(2, 20.0)], {}, 40.0)
    assert kept(path) == ["event-000001", "event-000002", "event-000003"]
    assert kept(path, 20.0) == ["event-000002", "event-000003"]


def test_it_is_bounded_by_age_and_by_number(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """90 days, and the newest ten thousand (here five)."""
    monkeypatch.setattr(journal_module, "MOST_EVENTS", 5)
    with closing(Database(path)) as journal:
        journal.write([event(0, NOW - LONGEST_SECONDS - 1), event(1, NOW - LONGEST_SECONDS + 1)], {}, NOW)
        assert kept(path) == ["event-000001"]
        journal.write([event(number, NOW + number) for number in range(2, 9)], {}, NOW)
    assert kept(path) == [f"event-{number:06}" for number in range(4, 9)]


def test_without_a_journal_the_reader_says_so(path: Path) -> None:
    """A sentence with the path, and no file made by reading."""
    with pytest.raises(JournalError, match=r"events\.db: there is no journal"):
        JournalReader(path)
    assert not path.exists()


@pytest.mark.parametrize("size", [0, 100, 4096, 20_000])
def test_garbage_is_damaged_for_writer_and_reader(path: Path, size: int) -> None:
    """A file that is no database at all; an empty one is a new journal."""
    path.parent.mkdir()
    path.write_bytes(b"\x07" * size)
    if size == 0:
        Database(path).close()
        return
    with pytest.raises(JournalDamaged):
        Database(path)
    with pytest.raises(JournalDamaged), closing(JournalReader(path)) as reader:
        reader.events()


def test_a_newer_version_is_left_alone(path: Path) -> None:
    """Its file is neither changed nor put aside: that would lose what a downgrade may bring back."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match="newer version") as error:
        Database(path)
    assert not isinstance(error.value, JournalDamaged)


def test_put_aside_takes_what_lies_beside(path: Path) -> None:
    """The log of a database goes with it, else the next one would take it for its own."""
    path.parent.mkdir()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").write_text("odd")
    aside = put_aside(path, 1795347742.9)
    assert aside.name == "events.db.damaged-1795347742"
    assert sorted(one.name for one in path.parent.iterdir()) == [
        "events.db.damaged-1795347742",
        "events.db.damaged-1795347742-shm",
        "events.db.damaged-1795347742-wal",
    ]


WRITER = """
import sys, itertools
from pathlib import Path
from exporter.watchers.failover.journal.database import Database
from tests.watchers.failover.made_events import event
journal = Database(Path(sys.argv[1]))
for number in itertools.count(int(sys.argv[2])):
    journal.write([event(number, 1795347742.0 + number)], {"number": number}, 1795347742.0)
    print(number, flush=True)
"""


def test_killed_at_any_moment_each_event_is_whole_or_not_there(path: Path) -> None:
    """A writer is killed thirty times in the middle of its work: all that it called written is there, in
    order, and the totals are those of the last event."""
    number, root = 0, Path(__file__).parents[4]
    for killing in range(30):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number)], stdout=subprocess.PIPE, cwd=root
        ) as writer:
            assert writer.stdout
            for _ in range(1 + killing % 5):
                said = writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().splitlines()
        written = int((rest or [said])[-1])
        with closing(Database(path)) as journal, closing(JournalReader(path)) as reader:
            ids = [one.id for one in reader.events()]
            assert ids == [f"event-{one:06}" for one in range(len(ids))]
            assert len(ids) in (written + 1, written + 2)  # the last one may have been written and not said
            assert journal.totals() == {"number": len(ids) - 1}
        number = len(ids)


def writer(path: Path) -> tuple[JournalWriter, Totals]:
    one = JournalWriter(path)
    return one, one.load()


def until(true: Callable[[], bool]) -> None:
    """The writer's thread has its own pace."""
    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    pytest.fail("it did not come to pass")


def test_totals_survive_a_restart(path: Path) -> None:
    """What one run kept, the next one begins with."""
    first, totals = writer(path)
    assert totals == Totals()
    first.start()
    totals.add(MOVED)
    first.keep([MOVED], totals)
    first.close()
    assert kept(path) == [MOVED.id]
    second, again = writer(path)
    assert again == totals
    assert second.health().ok


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At start: said in the log and in the health; what happens then is kept."""
    path.parent.mkdir()
    path.write_bytes(b"odd" * 5000)
    one, totals = writer(path)
    assert totals == Totals()
    one.start()
    one.keep([MOVED], totals)
    one.close()
    assert one.health().put_aside == 1
    assert one.health().ok
    assert "put aside as events.db.damaged-" in caplog.text
    assert kept(path) == [MOVED.id]
    assert len(list(path.parent.glob("events.db.damaged-*"))) == 1


def test_totals_are_saved_from_a_file_damaged_elsewhere(path: Path) -> None:
    """A broken page of the events does not cost the counters."""
    one, totals = writer(path)
    one.start()
    totals.add(MOVED)
    one.keep([event(number) for number in range(500)], totals)
    one.close()
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events_at'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)
    second, again = writer(path)
    assert second.health().put_aside == 1
    assert again == totals


def test_a_file_found_damaged_later_is_put_aside_and_all_is_written(path: Path) -> None:
    """When it is opened again after other trouble: what waited, and all totals, go into the new one."""
    path.parent.write_text("a file, not a folder")
    one, totals = writer(path)
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
    assert writer(path)[1] == totals


def test_a_disk_that_damages_each_file_is_not_filled_with_them(path: Path) -> None:
    """One is put aside in half a minute, after that it is trouble like any other."""
    path.parent.mkdir()
    path.write_bytes(b"odd" * 5000)
    one, totals = writer(path)
    for _ in range(3):
        path.write_bytes(b"odd" * 5000)
        one.keep([MOVED], totals)
        one.flush()
    assert one.health().put_aside == 1
    assert one.health().waiting == 1
    assert not one.health().ok


def test_events_wait_for_a_folder_that_can_not_be_made(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Something else lies there: nothing raises, the health says no; once it is gone all is written."""
    path.parent.write_text("a file, not a folder")
    one, totals = writer(path)
    one.start()
    one.keep([MOVED], totals)
    assert not one.health().ok
    assert one.health().waiting == 1
    assert caplog.text.count("kept in memory") == 1
    path.parent.unlink()
    one.close()  # tries once more
    assert one.health().waiting == 0
    assert one.health().ok
    assert kept(path) == [MOVED.id]


def test_what_changes_while_it_is_written_is_written_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outage of an event is reported in that very moment."""
    one, totals = writer(path)
    write = Database.write

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
    """The oldest go first."""
    monkeypatch.setattr("exporter.watchers.failover.journal.writer.MOST_EVENTS", 3)
    path.parent.write_text("a file, not a folder")
    one, totals = writer(path)
    one.keep([event(number) for number in range(5)], totals)
    assert one.health().waiting == 3
    assert one.health().dropped == 2


# In a mount namespace of its own, so that the machine's mounts stay as they are.
MOUNTED = """
import sys, subprocess, time
from contextlib import closing
from pathlib import Path
from exporter.watchers.failover.journal.attribution import Totals
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
writer.close()
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
