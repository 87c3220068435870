"""`failover-exporter events`, as it is called."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from exporter.cli import main
from exporter.watchers.failover.journal.database import Database
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
    assert said.err.endswith("events.db: there is no journal\n")


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


def test_a_reader_that_has_seen_enough(journal: Path) -> None:
    """`events | head`: no complaint."""
    command = [sys.executable, "-m", "exporter", "events", f"--config.file={journal}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0
