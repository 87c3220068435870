"""Started once as root, then as its own user: the journal and its folder belong to somebody else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

import pytest

from exporter.watchers.failover.journal.database import Database
from tests.watchers.failover.made_events import MOVED

REPOSITORY = Path(__file__).parents[4]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
WRITE = """
import sys
from pathlib import Path
from exporter.watchers.failover.journal.writer import JournalWriter
from tests.watchers.failover.made_events import FELT
writer = JournalWriter(Path(sys.argv[1]))
totals = writer.start()
print(writer.health().ok)
writer.keep([FELT], totals)
writer.close()
print(writer.health().waiting)
"""

pytestmark = [
    pytest.mark.ordinary_user,
    pytest.mark.skipif(os.geteuid() != 0, reason="another user needs root"),
    pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is not installed"),
]


@pytest.fixture
def journal() -> Iterator[Path]:
    """Of root, readable for all; in a folder that everybody may pass, unlike pytest's."""
    folder = Path(mkdtemp(dir="/tmp", prefix="journal-"))  # made for this test alone
    folder.chmod(0o755)
    path = folder / "state" / "events.db"
    with closing(Database(path)) as database:
        database.write([MOVED], {})
    path.parent.chmod(0o755)
    for file in path.parent.iterdir():
        file.chmod(0o644)
    yield path
    shutil.rmtree(folder)


def as_nobody(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*NOBODY, sys.executable, *arguments],
        capture_output=True, text=True, timeout=30, check=False, cwd=REPOSITORY,
    )  # fmt: skip


def events(journal: Path) -> "subprocess.CompletedProcess[str]":
    config = journal.parent.parent / "config.yml"
    config.write_text(f"pacemaker: {{}}\njournal: {journal}\n")
    config.chmod(0o644)
    return as_nobody("-m", "exporter", f"--config.file={config}", "events")


def test_events_are_shown_where_they_may_be_read(journal: Path) -> None:
    """Reading needs no right to write."""
    ran = events(journal)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert MOVED.resource in ran.stdout


def test_where_they_may_not_a_sentence_says_whose_they_are(journal: Path) -> None:
    """And what to do: no traceback."""
    journal.parent.chmod(0o700)
    ran = events(journal)
    assert (ran.returncode, ran.stdout) == (1, "")
    said = f"{journal}: Permission denied: {journal.parent} belongs to root; ask as root, or as that user\n"
    assert ran.stderr == said


def closed(journal: Path) -> Path:
    """The folder is root's."""
    journal.parent.chmod(0o700)
    return journal.parent


def readable(journal: Path) -> Path:
    """It is root's, and may be read."""
    return journal.parent


def started_once_as_root(journal: Path) -> Path:
    """The folder is the user's own, as systemd makes it; the files in it are root's."""
    os.chown(journal.parent, 65534, 65534)
    for file in journal.parent.iterdir():
        file.chmod(0o640)
    return journal


@pytest.mark.parametrize("make", [closed, readable, started_once_as_root])
def test_what_can_not_be_written_waits_and_the_log_says_what_to_do(
    journal: Path, make: Callable[[Path], Path]
) -> None:
    """Neither start nor end is delayed; the chown that is named mends it."""
    theirs = make(journal)
    ran = as_nobody("-c", WRITE, str(journal))
    assert (ran.returncode, ran.stdout.splitlines()) == (0, ["False", "1"]), ran.stderr
    assert "Traceback" not in ran.stderr
    advice = (
        f"{theirs} belongs to root, this runs as nobody: `chown -R nobody: {journal.parent}` hands it over"
    )
    assert advice in ran.stderr
    for one in (journal.parent, *journal.parent.iterdir()):
        os.chown(one, 65534, 65534)
    assert as_nobody("-c", WRITE, str(journal)).stdout.splitlines() == ["True", "0"]
