"""The import contracts of pyproject.toml fail when they are broken: each is broken here, in a copy."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = "What is pure"
OUTSIDE = "Only transports"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
DETECTION = "exporter/watchers/failover/detection/causes.py"


def broken(copy: Path) -> list[str]:
    """The names of the contracts that import-linter calls broken."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache", "--config", "pyproject.toml"],
        cwd=copy,
        env={**os.environ, "COLUMNS": "200"},  # a long name is not wrapped
        capture_output=True,
        text=True,
        check=False,
    )
    report = COLOUR.sub("", done.stdout)  # older ones colour a pipe too
    assert "Contracts: " in report, report + done.stderr
    return re.findall(r"^(.*) BROKEN\b", report, re.MULTILINE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "exporter", tmp_path / "exporter", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_as_it_is_breaks_none(copy: Path) -> None:
    """So what is broken below is broken by the line that is added."""
    assert broken(copy) == []


@pytest.mark.parametrize(
    ("file", "line", "contracts"),
    [
        (DETECTION, "import socket", {PURE, OUTSIDE}),
        (DETECTION, "import time", {PURE}),
        (DETECTION, "from exporter.transports import command", {PURE}),
        ("exporter/sources/galera/families.py", "from pathlib import Path", {PURE}),
        ("exporter/watchers/prober/outages.py", "import subprocess", {PURE, OUTSIDE}),
        ("exporter/web/__init__.py", "import sqlite3", {OUTSIDE}),
        ("exporter/errors.py", "import exporter.scrape", {"Imports point one way", PURE}),
    ],
)
def test_an_import_that_is_not_allowed_breaks_its_contract(
    copy: Path, file: str, line: str, contracts: set[str]
) -> None:
    """A socket, process, clock, file or transport in what is pure; an import against the direction."""
    with (copy / file).open("a") as opened:
        opened.write(f"\n{line}\n")
    found = broken(copy)
    assert all(any(one.startswith(name) for one in found) for name in contracts), found


def test_a_new_source_is_covered(copy: Path) -> None:
    """No list has to be kept: a folder that is new may not import another source either."""
    folder = copy / "exporter/sources/keepalived"
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").write_text("from exporter.sources.haproxy import reading\n")
    assert "No source imports another" in broken(copy)


def test_what_calls_itself_pure_is_under_the_contract() -> None:
    """A module whose docstring says (pure) is among those that the contract holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (held,) = [one["source_modules"] for one in contracts if one["name"].startswith(PURE)]
    patterns = [re.compile(re.escape(one).replace(r"\*", r"\w+") + r"(\.|$)") for one in held]
    outside = []
    for path in sorted((ROOT / "exporter").rglob("*.py")):
        docstring = path.read_text().partition('"""')[2].partition('"""')[0]
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if re.search(r"\(pure\b|: pure,", docstring) and not any(one.match(module) for one in patterns):
            outside.append(module)
    assert outside == []
