"""Each relative link in the project's own documents leads to a file that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ["alerts", "dashboards", "deploy", "docs", "tests"]
FOUND = [*ROOT.glob("*.md"), *(found for one in FOLDERS for found in (ROOT / one).rglob("*.md"))]
DOCUMENTS = [one for one in FOUND if "node_modules" not in one.parts]  # that `make pictures` brings
LINK = re.compile(r'\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"')
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
# Written by others now. Whoever adds one takes it out here; the list has to be empty before a release.
WAITING: set[str] = set()


def targets(text: str) -> set[str]:
    """What is linked inside of this repository, without the place within the file."""
    found = {link[1] or link[2] for link in LINK.finditer(CODE.sub("", text))}
    return {one.partition("#")[0] for one in found if not re.match(r"[a-z]+:|#", one)}


def missing(document: Path) -> set[str]:
    there = (document.parent / one for one in targets(document.read_text()))
    return {str(one.resolve().relative_to(ROOT)) for one in there if not one.exists()}


@pytest.mark.parametrize("folder", [".", *FOLDERS])
def test_no_link_leads_nowhere(folder: str) -> None:
    """Of the documents at the top, and of those below each folder."""
    here = [one for one in DOCUMENTS if (*one.relative_to(ROOT).parts[:-1], ".")[0] == folder]
    assert here
    assert set().union(*map(missing, here)) <= WAITING


def test_nothing_that_is_there_is_waited_for() -> None:
    """Who adds a document takes it off the list."""
    assert not [one for one in WAITING if (ROOT / one).exists()]


def test_links_are_found_where_a_reader_sees_them() -> None:
    """Also pictures and links within HTML; not addresses elsewhere, places in the same file, and code."""
    text = '[a](b.md#c) [<img src="d.png">](e/f.png) ![g](../h.png) [i](https://j/k) [l](#m) `[n](o)`\n'
    assert targets(text + "```\n[p](q)\n```\n") == {"b.md", "d.png", "e/f.png", "../h.png"}
