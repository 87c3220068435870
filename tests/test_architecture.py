"""docs/architecture.md and CONTRIBUTING.md compared with the tree: a map that is wrong is worse than none."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ARCHITECTURE = ROOT / "docs/architecture.md"
ROOM = re.compile(r"^\| `([a-z_/]+/)` \|", re.MULTILINE)
PATH = re.compile(r"`((?:exporter|alerts|dashboards|deploy|docs|tests)/[\w./-]*)`")
MAPPED = ("exporter",)  # each folder of these is a room; of the others, those that a newcomer looks for


def rooms() -> list[str]:
    return ROOM.findall(ARCHITECTURE.read_text())


def python_folders(top: str) -> set[str]:
    """Folders with a Python file, `top` itself included; without git, which an unpacked sdist has not."""
    return {f"{one.parent.relative_to(ROOT)}/" for one in (ROOT / top).rglob("*.py")}


def test_every_folder_of_the_program_is_a_room_of_the_map() -> None:
    """A new folder needs its line in the map, a removed one loses it."""
    listed = [room for room in rooms() if room.startswith(MAPPED)]
    assert set(listed) == set().union(*(python_folders(top) for top in MAPPED))
    assert listed == sorted(listed)


def test_every_room_is_there() -> None:
    """Also those outside of the program."""
    assert [room for room in rooms() if not (ROOT / room).is_dir()] == []


@pytest.mark.parametrize("document", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_path_named_is_there(document: str) -> None:
    """The walks can be followed file by file."""
    named = set(PATH.findall((ROOT / document).read_text()))
    assert named
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
