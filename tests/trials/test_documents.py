"""The documents in docs/ are what the trials' templates make: figures from a run, words from the template."""

import re
from pathlib import Path
from string import Formatter

import pytest

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
TEMPLATES = sorted(HERE.glob("*/*.md.template"))
# The next `make matrix` writes it with the words of the template, and then this mark has to go.
OLDER = pytest.mark.xfail(reason="measured on 2026-11-22, before the way in which a split is judged changed")


def pattern(template: str) -> str:
    """The words between its fields, with anything in place of each field."""
    return "".join(
        re.escape(words) + ("" if field is None else ".+?")
        for words, field, *_ in Formatter().parse(template)
    )


@pytest.mark.parametrize(
    "template",
    [pytest.param(one, id=one.stem, marks=OLDER if "matrix" in one.stem else ()) for one in TEMPLATES],
)
def test_a_document_has_the_words_of_its_template(template: Path) -> None:
    """All of them, in that order, and no others."""
    document = (DOCS / template.stem).read_text()
    assert re.fullmatch(pattern(template.read_text()), document, re.DOTALL)


def test_another_word_is_found() -> None:
    """Fields may hold anything; what is around them may not."""
    assert re.fullmatch(pattern("on {when:%Y}, {{x}}.\n"), "on 2026, {x}.\n")
    assert not re.fullmatch(pattern("on {when}, here.\n"), "on 2026, there.\n")


def test_each_trial_with_figures_has_a_template() -> None:
    """By the names of the documents."""
    assert {path.stem for path in TEMPLATES} == {
        "accuracy.md",
        "comparison.md",
        "drill.md",
        "fault-matrix.md",
        "reliability.md",
        "split-brain.md",
    }
