"""The command lines of the trials, and where their results go."""

import json
from argparse import Namespace
from importlib import import_module
from pathlib import Path

import pytest

from deploy.lab.console import Screen
from tests.trials.common.command import Output, add_output, again, parser

TRIALS = ("accuracy", "compare", "drill", "matrix", "pictures", "split_brain")
DOCUMENT = Path(__file__).parents[3] / "docs/accuracy.md"


def options(tmp_path: Path, *argv: str) -> Namespace:
    top = parser("accuracy", "one of them")
    add_output(top, DOCUMENT)
    return top.parse_args([*argv, "--document", str(tmp_path / "found.md")])


def show(screen: Screen) -> None:
    screen.line("a table")


@pytest.mark.parametrize("trial", TRIALS)
def test_each_trial_says_how_it_is_used(trial: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Under the name that it is called by, with the options that all of them have; wrong usage is 2."""
    main = import_module(f"tests.trials.{trial}.cli").main
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert shown.startswith(f"usage: python -m tests.trials.{trial} ")
    assert "--topology" in shown and "--folder" in shown
    with pytest.raises(SystemExit) as ended:
        main(["--topology", "no-such"])
    assert ended.value.code == 2


def test_results_are_shown_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a person: progress and the table on standard output, the document in its file."""
    output = Output(options(tmp_path))
    output.step("begun")
    output.document(lambda: "the document")
    output.results({"met": True}, show)
    shown = capsys.readouterr()
    assert "begun\n" in shown.out and shown.out.endswith("a table\n") and not shown.err
    assert (tmp_path / "found.md").read_text() == "the document"


def test_as_json_only_the_results_are_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Progress is on standard error, so that a script reads what it expects."""
    output = Output(options(tmp_path, "--json"))
    output.step("begun")
    output.results({"met": True}, show)
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"met": True}
    assert shown.err == "begun\n"


def test_without_a_document_none_is_made(tmp_path: Path) -> None:
    """The option says so."""
    output = Output(options(tmp_path, "--no-document"))
    output.document(lambda: pytest.fail("made"))
    assert not list(tmp_path.iterdir())


def test_the_release_is_part_of_what_was_measured() -> None:
    """The command that a document names measures the same again."""
    words = again("drill", "article", ["a"], ["a", "b"], "trixie")
    assert words == "python -m tests.trials.drill --topology article --release trixie --case a"
    assert again("drill", "twin", ["a"], ["a"]) == "python -m tests.trials.drill --topology twin"
