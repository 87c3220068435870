"""The man page and the completions say what the parser of the command line knows."""

import argparse
import re
import subprocess
from pathlib import Path

import pytest

from deploy.manual.completion import PLACES, completions
from deploy.manual.page import page, subcommands
from exporter.cli import parser
from tests.deploy.tools import tool

NAME = "failover-exporter"


def flags(of: argparse.ArgumentParser) -> set[str]:
    own = {flag for action in of._actions for flag in action.option_strings}
    return own.union(*(flags(one) for one, _ in subcommands(of)))


def plain(roff: str) -> str:
    return re.sub(r"\\f[BIR]|\\,|\\/", "", roff).replace(r"\-", "-")


def test_every_flag_and_command_is_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an entry of its own, whatever the terminal's width; --help is explained in the description."""
    monkeypatch.setenv("COLUMNS", "30")
    text = plain(page())
    entries = set(re.findall(r"^\.TP\n(--?[^\s,]+)", text, re.MULTILINE))
    assert entries == flags(parser()) - {"-h", "--help"}
    assert "--help" in text
    commands = re.findall(rf"^\.SS {NAME} (\w+)$", text, re.MULTILINE)
    assert commands == [one.prog.removeprefix(f"{NAME} ") for one, _ in subcommands(parser())]


def test_every_entry_says_something() -> None:
    """A flag without a help would be an empty line of the page."""
    assert re.findall(r"^\.TP\n(.+)\n(?=\n|\.)", plain(page()), re.MULTILINE) == []


def test_the_page_is_dated_by_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """So two builds of one commit have the same bytes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764288000")
    assert '"November 28, 2025"' in page()
    assert page() == page()


def test_the_page_has_no_mistakes(tmp_path: Path) -> None:
    """Neither mandoc's nor groff's warnings."""
    written = tmp_path / f"{NAME}.1"
    written.write_text(page())
    for command in (
        [tool("mandoc"), "-T", "lint", "-W", "warning", str(written)],
        [tool("groff"), "-man", "-ww", "-z", "-K", "utf8", str(written)],
    ):
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (ran.stdout + ran.stderr, ran.returncode) == ("", 0)


@pytest.fixture
def scripts(tmp_path: Path) -> dict[str, Path]:
    """The file of each shell, in a folder that has two files to offer."""
    for path, text in completions().items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    for name in ("config.yml", "other.yml"):
        (tmp_path / name).write_text("")
    return {shell: tmp_path / path for shell, path in PLACES.items()}


LINES = {
    "--web.co": {"--web.config.file"},
    "--log.level d": {"debug"},
    "ev": {"events"},
    "watch --du": {"--duration"},
    "--config.file con": {"config.yml"},
}


@pytest.mark.parametrize("line", LINES)
def test_bash_completes(scripts: dict[str, Path], tmp_path: Path, line: str) -> None:
    """Flags with dots, values, commands, the flags of a command, files."""
    ask = (
        'source "$1"; COMP_WORDS=(failover-exporter $2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
        '_shtab_failover_exporter; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    ran = subprocess.run(
        [tool("bash"), "-c", ask, "bash", scripts["bash"], line],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert set(ran.stdout.split()) == LINES[line]


def test_fish_completes(scripts: dict[str, Path], tmp_path: Path) -> None:
    """The same lines."""
    asked = "".join(f'complete -C "{NAME} {line}" | string split -f 1 \\t; echo .\n' for line in LINES)
    ran = subprocess.run(
        [tool("fish"), "-N", "-c", f"source {scripts['fish']}\n{asked}"],
        cwd=tmp_path, env={"HOME": str(tmp_path), "PATH": "/bin"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [set(one.split()) for one in ran.stdout.split(".\n") if one] == list(LINES.values())


def test_zsh_reads_its_completion(scripts: dict[str, Path]) -> None:
    """Its syntax; with the line by which compinit finds it."""
    ran = subprocess.run([tool("zsh"), "-n", scripts["zsh"]], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    text = scripts["zsh"].read_text()
    assert text.startswith(f"#compdef {NAME}\n")
    assert ":FILE:_files" in text
