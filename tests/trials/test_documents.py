"""The documents in docs/ are what the trials' templates make: figures from a run, words from the template."""

import re
from pathlib import Path
from string import Formatter

import pytest

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
TEMPLATES = sorted(HERE.glob("*/*.md.template"))


def pattern(template: str) -> str:
    """The words between its fields, with anything in place of each field."""
    return "".join(
        re.escape(words) + ("" if field is None else ".+?")
        for words, field, *_ in Formatter().parse(template)
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.stem)
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
        "clusters.md",
        "comparison.md",
        "drill.md",
        "engines.md",
        "fault-matrix-15s.md",
        "fault-matrix.md",
        "readiness.md",
        "reliability.md",
        "short-outages.md",
        "scaling.md",
        "split-brain.md",
    }
