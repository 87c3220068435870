"""Log lines, whatever the text in them."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.logs import FORMATS, printable, set_up

ODD = "a\x1b[31mred\rover\x00nul\nline\x7f\x85\u2028\u202eend"


@pytest.mark.parametrize("form", FORMATS)
def test_control_characters_are_escaped(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """ESC, CR, NUL and their like never reach a terminal, and a message is one line."""
    set_up("info", form)
    logging.getLogger("exporter.odd").warning("%s", ODD)
    written = capsys.readouterr().err
    assert written.endswith("\n")
    assert written[:-1].isprintable()
    assert "[31mred" in written
    if form == "json":
        assert json.loads(written)["level"] == "warning"


@pytest.mark.parametrize("form", FORMATS)
def test_a_trace_is_one_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A defect's trace stays with its message."""
    set_up("info", form)
    try:
        raise RuntimeError(ODD)
    except RuntimeError:
        logging.getLogger("exporter.odd").exception("defect")
    (line,) = capsys.readouterr().err.splitlines()
    assert "RuntimeError" in line
    assert line.isprintable()


@given(st.text(st.characters()))
def test_any_text_becomes_printable(text: str) -> None:
    """Also surrogates and bidirectional marks; what is printable stays as it is."""
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown
    if text.isprintable():
        assert shown == text


def test_stderr_is_where_lines_go(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is for what a command prints."""
    set_up("info", "logfmt")
    logging.getLogger("exporter").info("hello")
    assert capsys.readouterr().out == ""
    assert sys.stderr is not sys.stdout
