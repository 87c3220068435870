"""No trial imports another: what two of them need is in common/, which imports none of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGE = "tests.trials"
COMMON = "common"
TRIALS = sorted(path.parent.name for path in HERE.glob("*/__init__.py"))


def imported(source: str, package: str) -> Iterator[str]:
    """The full names of the modules that a module of `package` imports, wherever in it; relative ones too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            above = parts[: len(parts) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def foreign(source: str, trial: str) -> set[str]:
    """The other trials that a module of this one imports."""
    found = (name.split(".") for name in imported(source, f"{PACKAGE}.{trial}"))
    names = {parts[2] for parts in found if parts[:2] == PACKAGE.split(".") and len(parts) > 2}
    return (names & set(TRIALS)) - {trial, COMMON}


@pytest.mark.parametrize("trial", TRIALS)
def test_no_trial_imports_another(trial: str) -> None:
    """Not even its tests do."""
    found = {path.name: foreign(path.read_text(), trial) for path in (HERE / trial).rglob("*.py")}
    assert {name: others for name, others in found.items() if others} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import tests.trials.compare.tables",
        "from tests.trials import compare",
        "from tests.trials.compare import tables",
        "from tests.trials.compare.tables import cost",
        "from ..compare import tables",
        "def late():\n    from tests.trials.compare import tables",
    ],
)
def test_an_import_of_another_trial_is_found(line: str) -> None:
    """In each way in which it can be written; those of common/ and of the trial itself are none."""
    assert foreign(line, "accuracy") == {"compare"}
    assert foreign(line, "compare") == foreign(line.replace("compare", COMMON), "accuracy") == set()


def test_the_trials_are_known() -> None:
    """A folder that is renamed or has no __init__.py would not be looked into."""
    assert {COMMON, "accuracy", "compare", "drill", "matrix", "pictures", "readiness", "split_brain"} <= set(
        TRIALS
    )
