"""docs/troubleshooting.md: the messages in it are the program's."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "troubleshooting.md").read_text()
GAP = "…"  # for what differs
MESSAGES = [
    message
    for table in re.findall(r"^\| message \|.*\n(?:\|.*\n)+", TEXT, re.MULTILINE)
    for message in re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)
]


def texts(tree: ast.AST) -> Iterator[str]:
    """All literals, with a gap for each value that is put in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else GAP for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"%[sdg]", GAP, node.value)


@pytest.fixture(scope="module")
def said() -> str:
    files = sorted((ROOT / "exporter").rglob("*.py"))
    return "\0".join(text for file in files for text in texts(ast.parse(file.read_text())))


@pytest.mark.parametrize("message", MESSAGES)
def test_the_program_says_it(message: str, said: str) -> None:
    """The message stands in one text of the program, to the letter."""
    assert message.removesuffix(GAP) in said


def test_a_row_is_there_once() -> None:
    """Who searches for a message finds one answer; each row has all three parts."""
    assert len(MESSAGES) == len(set(MESSAGES)) > 40
    rows = re.findall(r"^\| `.*", TEXT, re.MULTILINE)
    assert all(len(re.split(r"(?<!\\)\|", row)) - 2 in (2, 3) for row in rows)
