"""The database on real files: what it keeps, and what may be at its path instead."""

import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from exporter.watchers.failover.journal import database
from exporter.watchers.failover.journal.database import LONGEST_SECONDS, Database, JournalReader
from exporter.watchers.failover.journal.files import JournalDamaged, JournalError, put_aside
from tests.watchers.failover.made_events import FELT, MOVED, event

NOW = MOVED.at + 10
VERSION_1 = Path(__file__).with_name("version-1.db")
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="another user needs root")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "events.db"


def kept(path: Path, since: float = 0.0) -> list[str]:
    with closing(JournalReader(path)) as reader:
        return [one.id for one in reader.events(since)]


def test_the_latest_events(path: Path) -> None:
    """So many, the oldest of them first, without reading all the others."""
    with closing(Database(path)) as journal:
        journal.write([event(number, MOVED.at + number) for number in (3, 1, 2)], {})
        assert [one.id for one in journal.latest(2)] == ["event-000002", "event-000003"]
    with closing(JournalReader(path)) as reader:
        assert [one.id for one in reader.latest(9)] == ["event-000001", "event-000002", "event-000003"]


def test_an_event_comes_back_as_it_was(path: Path) -> None:
    """With its evidence, its outage and its phases; and the totals beside it."""
    with closing(Database(path)) as journal:
        assert journal.totals() is None
        journal.write([FELT, event(1)], {"events": []})
    with closing(JournalReader(path)) as reader:
        assert reader.events() == [FELT, event(1)]
        assert reader.totals() == {"events": []}


def test_an_event_written_again_is_replaced(path: Path) -> None:
    """Its outage is known later: still one row."""
    with closing(Database(path)) as journal:
        journal.write([MOVED], {})
        journal.write([FELT], {})
    with closing(JournalReader(path)) as reader:
        assert reader.events() == [FELT]


def test_since_leaves_out_what_is_older(path: Path) -> None:
    """The oldest first, from that time on."""
    with closing(Database(path)) as journal:
        journal.write([event(3, 30.0), event(1, 10.0), event(2, 20.0)], {})
    assert kept(path) == ["event-000001", "event-000002", "event-000003"]
    assert kept(path, 20.0) == ["event-000002", "event-000003"]


def test_it_is_bounded_by_age_and_by_number(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """90 days before the newest, and the newest ten thousand (here five)."""
    monkeypatch.setattr(database, "MOST_EVENTS", 5)
    monkeypatch.setattr(database, "LEAST_EVENTS", 1)
    with closing(Database(path)) as journal:
        journal.write(
            [event(0, NOW - LONGEST_SECONDS - 1), event(1, NOW - LONGEST_SECONDS), event(2, NOW)], {}
        )
        assert kept(path) == ["event-000001", "event-000002"]
        journal.write([event(number, NOW + number) for number in range(3, 9)], {})
    assert kept(path) == [f"event-{number:06}" for number in range(4, 9)]


@pytest.mark.parametrize("jump", [91 * 86400.0, -365 * 86400.0, -NOW])
def test_a_clock_that_jumps_costs_no_event(path: Path, jump: float) -> None:
    """Not even when a failover happens while it is wrong: the newest thousand are kept whatever their age."""
    with closing(Database(path)) as journal:
        journal.write([event(1, NOW), event(2, NOW + 1)], {})
        journal.write([event(3, NOW + jump)], {})
        journal.write([event(4, NOW + 2)], {})
    assert sorted(kept(path)) == [f"event-{number:06}" for number in range(1, 5)]


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


def test_another_programs_database_is_left_alone(path: Path) -> None:
    """A path that is wrong must not cost another program its data: neither written to nor renamed."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE events (what TEXT)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another program's database") as error:
        Database(path)
    assert not isinstance(error.value, JournalDamaged)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE events DROP COLUMN cause", "DROP TABLE events", "ALTER TABLE events RENAME TO other"],
)
def test_a_journal_without_its_columns_is_damaged(path: Path, statement: str) -> None:
    """Known as a journal by its application id."""
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    with pytest.raises(JournalDamaged, match="has no table events with the columns"):
        Database(path)


def test_text_that_is_not_utf_8_is_damage(path: Path) -> None:
    """Python's sqlite3 has an error of its own for it, without a code."""
    with closing(Database(path)) as journal:
        journal.write([MOVED], {})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE events SET cause = CAST(x'ff' AS TEXT)")
        connection.execute("UPDATE totals SET kept = CAST(x'ff' AS TEXT)")
        connection.commit()
    with closing(JournalReader(path)) as reader:
        for read in (reader.events, reader.totals):
            with pytest.raises(JournalDamaged, match="not UTF-8"):
                read()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_device(path: Path) -> None:
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero: endless to read


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def make_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize(
    "make",
    [
        make_fifo,
        Path.mkdir,
        make_socket,
        make_loop,
        pytest.param(make_device, marks=pytest.mark.skipif(os.geteuid() != 0, reason="mknod needs root")),
    ],
)
def test_what_is_no_file_is_refused_at_once(path: Path, make: Callable[[Path], None], suffix: str) -> None:
    """By writer and reader, without opening it: that of a FIFO waits for ever."""
    path.parent.mkdir()
    if suffix:
        Database(path).close()
    make(Path(f"{path}{suffix}"))
    for use in (Database, JournalReader):
        with pytest.raises(JournalError) as error:
            use(path)
        assert not isinstance(error.value, JournalDamaged)
        assert str(error.value).startswith(str(path))


def test_two_writers_exclude_each_other(path: Path) -> None:
    """The second is told why; a reader is not locked out, and the lock ends with its holder."""
    with closing(Database(path)) as journal:
        journal.write([MOVED], {})
        with pytest.raises(JournalError, match="another failover-exporter writes it"):
            Database(path)
        assert kept(path) == [MOVED.id]
    Database(path).close()


def test_a_file_that_is_deleted_or_replaced_is_noticed(path: Path) -> None:
    """By device and inode; that it was emptied by what is in it."""
    with closing(Database(path)) as journal:
        assert journal.in_place()
        path.unlink()
        assert not journal.in_place()
        path.write_bytes(b"")
        assert not journal.in_place()
    with closing(Database(path)) as journal:
        path.write_bytes(b"")
        assert not journal.in_place()


def test_a_file_that_is_overwritten_is_damaged(path: Path) -> None:
    """Though the connection that is open has its pages in memory. The log is empty here: else its pages
    would be used, and written into the file again."""
    with closing(Database(path)) as journal:
        journal.write([MOVED], {})
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.write_bytes(b"odd" * 5000)
        with pytest.raises(JournalDamaged):
            journal.in_place()


NOBODY = """
import os, sys
from pathlib import Path
from exporter.watchers.failover.journal.database import Database, JournalReader
from exporter.watchers.failover.journal.files import JournalError
os.setuid(65534)
for use in (JournalReader, Database):
    try:
        use(Path(sys.argv[1]))
    except JournalError as error:
        print(error)
"""


@ROOT
def test_a_folder_of_another_owner_is_said(tmp_path: Path) -> None:
    """A sentence for each, no PermissionError: as the user `nobody`, to whom the folder is closed."""
    path = tmp_path / "closed" / "events.db"
    path.parent.mkdir()
    path.write_bytes(b"")
    tmp_path.chmod(0o700)  # whatever other tests opened above it: even whose the folder is can't be seen
    ran = subprocess.run(
        [sys.executable, "-c", NOBODY, str(path)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[4],
    )  # fmt: skip
    assert ran.stdout.splitlines() == [f"{path}: Permission denied"] * 2


def test_a_journal_of_version_1_is_read_and_written_on(path: Path) -> None:
    """Written by the code of commit 4b279ae from a real restart and a real move: outages without a port."""
    path.parent.mkdir()
    shutil.copy(VERSION_1, path)
    with closing(JournalReader(path)) as reader:
        before = reader.events()
    assert [(one.resource, one.kind, one.cause) for one in before] == [
        ("haproxy", "restart", "resource_failure"),
        ("failover-ip", "move", "operator_move"),
        ("haproxy", "move", "operator_move"),
    ]
    assert [one.outages[0].port for one in before] == [None, None, None]
    assert [round(one.outages[0].seconds, 3) for one in before] == [0.81, 0.25, 0.25]
    with closing(Database(path)) as journal:
        assert journal.events() == before
        journal.write([FELT], {})
        assert journal.events() == sorted([*before, FELT], key=lambda one: one.at)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_put_aside_takes_what_belongs_to_it(path: Path) -> None:
    """The write-ahead log is renamed with the database, else the next one would take it for its own."""
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
    journal.write([event(number, 1795347742.0 + number)], {"number": number})
    print(number, flush=True)
"""


def test_killed_at_any_moment_each_event_is_whole_or_not_there(path: Path) -> None:
    """A writer is killed thirty times in the middle of its work: all that it reported as written is there, in
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
            assert len(ids) in (
                written + 1,
                written + 2,
            )  # the last one may have been written and not reported
            assert journal.totals() == {"number": len(ids) - 1}
        number = len(ids)


def test_what_can_not_be_opened_says_what_to_look_at(path: Path) -> None:
    """SQLite's own words name no reason: a link that leads nowhere, for one."""
    path.parent.mkdir()
    path.symlink_to(path.parent / "absent" / "events.db")
    with pytest.raises(JournalError, match=r"unable to open database file; does a link .* and may this user"):
        Database(path).write([], {})


@pytest.mark.parametrize("folder", ["/proc", "/proc/version"])
def test_a_folder_that_can_not_be_says_what_is_needed(folder: str) -> None:
    """One where nothing can be made, and a file in its place: the key of the configuration is named."""
    with pytest.raises(JournalError, match=r"x\.db: .*; `journal:` has to be the path of a file in a folder"):
        Database(Path(folder) / "x.db")
    if folder != "/proc":
        with pytest.raises(JournalError, match="`journal:` has to be the path"):
            JournalReader(Path(folder) / "x.db")
