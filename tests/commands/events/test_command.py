"""`failover-exporter events`, as it is called."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.cli import main
from exporter.watchers.failover.journal.database import Database
from exporter.watchers.failover.journal.rows import COLUMNS, to_row
from tests.watchers.failover.made_events import FELT


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yml"
    path.write_text(f"pacemaker: {{}}\njournal: {tmp_path}/events.db\n")
    return path


@pytest.fixture
def journal(tmp_path: Path, config: Path) -> Path:
    with closing(Database(tmp_path / "events.db")) as journal:
        journal.write([FELT], {})
    return config


def test_one_line_an_event(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plain text in a pipe, exit code 0."""
    assert main(["events", f"--config.file={journal}"]) == 0
    heading, line, _legend = capsys.readouterr().out.splitlines()
    assert heading.startswith("time")
    assert "failover-ip" in line
    assert "\x1b" not in line


def test_the_configuration_may_stand_before_the_command(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As all flags of the exporter do."""
    assert main([f"--config.file={journal}", "events", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == FELT.id


def test_since(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is older is left out."""
    assert main(["events", f"--config.file={journal}", "--since", "2099-01-01"]) == 0
    assert capsys.readouterr().out == "no failovers\n"


def test_without_a_journal(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence on stderr, exit code 1."""
    assert main(["events", f"--config.file={config}"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith(
        "events.db: there is no journal; the service makes it at its start, where `journal:` says\n"
    )


odd = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=5) | st.binary(max_size=5)
COLUMN = st.sampled_from(COLUMNS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.dictionaries(COLUMN, odd | st.sampled_from(["[]", "{}", "[[1]]", '{"a": NaN}']), min_size=1),
    st.booleans(),
)
def test_an_odd_row_ends_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object], json: bool
) -> None:
    """Whatever is in it: the events, or one line on stderr and exit code 1; never a traceback."""
    folder = tmp_path_factory.mktemp("odd")
    config = folder / "config.yml"
    config.write_text(f"pacemaker: {{}}\njournal: {folder}/events.db\n")
    with closing(sqlite3.connect(folder / "events.db")) as connection:
        connection.execute(f"CREATE TABLE events ({', '.join(COLUMNS)})")
        row = dict(zip(COLUMNS, to_row(FELT), strict=True)) | changes
        connection.execute("INSERT INTO events VALUES (?" + ",?" * (len(row) - 1) + ")", [*row.values()])
        connection.commit()
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["events", f"--config.file={config}", *(["--json"] if json else [])])
    assert code in (0, 1)
    assert len(err.getvalue().splitlines()) == code


def make_folder(path: Path) -> None:
    path.mkdir()


def make_other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (id)")


def make_truncated(path: Path) -> None:
    Database(path).close()
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("make", [os.mkfifo, make_folder, make_other_database, make_truncated])
def test_an_odd_file_ends_in_a_sentence(
    make: Callable[[Path], None], config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, with the path, and exit code 1; a FIFO is not waited for."""
    make(tmp_path / "events.db")
    assert main(["events", f"--config.file={config}"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{tmp_path}/events.db")
    assert len(said.err.splitlines()) == 1


def test_a_name_that_the_terminal_can_not_show(config: Path, tmp_path: Path) -> None:
    """In Latin 1 it is escaped."""
    with closing(Database(tmp_path / "events.db")) as journal:
        journal.write([replace(FELT, resource="adresse-\N{SNOWMAN}")], {})
    command = [sys.executable, "-m", "exporter", "events", f"--config.file={config}"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    ran = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert b"adresse-\\u2603" in ran.stdout


def test_a_damaged_journal(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reading does not put it aside; the exporter does."""
    (tmp_path / "events.db").write_bytes(b"odd" * 5000)
    assert main(["events", f"--config.file={config}"]) == 1
    assert "not a database" in capsys.readouterr().err
    assert (tmp_path / "events.db").exists()


@pytest.mark.parametrize("arguments", [["events", "--since", "soon"], ["events", "extra"], ["event"]])
def test_wrong_usage(arguments: list[str]) -> None:
    """Exit code 2."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


def test_a_reader_that_has_read_enough(journal: Path) -> None:
    """`events | head`: no complaint."""
    command = [sys.executable, "-m", "exporter", "events", f"--config.file={journal}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0
