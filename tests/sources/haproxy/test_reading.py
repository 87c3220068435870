"""The socket's whole answer and the page's, as readings: complete or Unparsable."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.errors import Denied, SourceError, Unparsable
from exporter.sources.haproxy import families as metrics
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.reading import HaproxyReading, parse_page, parse_socket_answer
from tests.golden import CAPTURES

SOCKET_ANSWERS = sorted(CAPTURES.glob("haproxy-*.txt"))
ARTICLE = (CAPTURES / "haproxy-2.6.12-article.txt").read_bytes()
PAGE = (CAPTURES / "haproxy-2.6.12-page.csv").read_bytes()


def reading_or_error(output: bytes, page: bool = False) -> HaproxyReading | SourceError:
    """Any other exception is a failed test."""
    try:
        reading = parse_page(output) if page else parse_socket_answer(output)
        list(metrics.families(reading))
    except SourceError as error:
        return error
    return reading


@pytest.mark.parametrize("capture", SOCKET_ANSWERS, ids=lambda path: path.stem)
def test_every_version_s_answer_is_read(capture: Path) -> None:
    """The process, and rows of frontends, backends and servers."""
    reading = parse_socket_answer(capture.read_bytes())
    assert reading.running
    assert reading.process
    assert {row.kind for row in reading.rows} >= {Kind.FRONTEND, Kind.BACKEND, Kind.SERVER}


def test_the_page_is_read_without_a_process() -> None:
    """Over HTTP there are the rows, and nothing of the process."""
    reading = parse_page(PAGE)
    assert reading.process is None
    assert {row.kind for row in reading.rows} == set(Kind)


def test_an_answer_cut_off_anywhere_is_unparsable() -> None:
    """Whatever byte it ends at, less than all is never a reading."""
    for end in range(len(ARTICLE)):
        assert isinstance(reading_or_error(ARTICLE[:end]), Unparsable), f"cut at {end}"


def test_a_page_cut_off_inside_a_row_is_unparsable() -> None:
    """A row that is cut is noticed; a page cut between rows has to be noticed by the transport."""
    for end in range(len(PAGE)):
        result = reading_or_error(PAGE[:end], page=True)
        assert isinstance(result, Unparsable) or PAGE[end - 1 : end] == b"\n", f"cut at {end}"


def test_an_answer_with_a_line_missing_is_unparsable_or_says_less() -> None:
    """A line lost in the middle never becomes a wrong value: only its own series are gone."""
    whole = parse_socket_answer(ARTICLE)
    lines = ARTICLE.splitlines(keepends=True)
    for lost in range(len(lines)):
        result = reading_or_error(b"".join(lines[:lost] + lines[lost + 1 :]))
        if isinstance(result, HaproxyReading):
            assert all(row in whole.rows for row in result.rows), f"line {lost + 1}"


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"\n",
        b"\n\n",
        b"\n\n\n\n",
        b"nonsense",
        b"<html><body>503</body></html>\n",
        b"\x00\xff\xfe" * 100,
        "٣,٤\n".encode() * 20,
        b"# pxname,svname,\n",
        b"x" * 10_000_000,
        b"," * 10_000_000,
        b'"' * 1_000_001,
        b"Unknown command: 'show info', but maybe one of the following ones is a better match:\n\n",
    ],
    ids=lambda output: repr(output[:12]),
)
def test_what_is_no_statistics_is_unparsable(output: bytes) -> None:
    """Nothing, noise, another program's page, another socket's answer, ten megabytes of anything."""
    assert isinstance(reading_or_error(output), Unparsable)
    assert isinstance(reading_or_error(output, page=True), Unparsable)


def test_other_scripts_digits_are_unparsable() -> None:
    """A 3 that is not ASCII is not a 3 of HAProxy's."""
    for digit, other in ((b",3,", "٣"), (b",3,", "³"), (b",3,", "\uff13"), (b",3,", "3_0"), (b",3,", " 3")):
        odd = ARTICLE.replace(digit, f",{other},".encode(), 1)
        assert odd != ARTICLE
        assert isinstance(reading_or_error(odd), Unparsable), other


def test_the_first_odd_characters_are_in_the_text() -> None:
    """The log line shows what came instead."""
    error = reading_or_error(b"<html>what</html>\n", page=True)
    assert isinstance(error, Unparsable)
    assert "<html>what" in str(error)


def test_a_socket_that_does_not_let_us_ask_is_denied() -> None:
    """HAProxy's own refusal is Denied and has the remedy."""
    error = reading_or_error(b"Permission denied\n\nPermission denied\n\n")
    assert isinstance(error, Denied)
    assert "level" in str(error)


def test_text_of_a_server_in_another_encoding_is_let_pass() -> None:
    """What a failed check's server said may be any bytes; the numbers beside it are still good."""
    odd = ARTICLE.replace(b"Layer7 check passed", b"Zugriff verweigert f\xfcr \xff")
    assert isinstance(reading_or_error(odd), HaproxyReading)


@settings(max_examples=300)
@given(st.data())
def test_damaged_answers_never_raise_anything_else(data: st.DataObject) -> None:
    """Bytes changed, lost or put in anywhere: a reading without double series, or a SourceError."""
    output = bytearray(ARTICLE)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(output)))
        output[place : place + data.draw(st.integers(0, 30))] = data.draw(
            st.one_of(
                st.binary(max_size=8), st.sampled_from([b",", b"\n", b"\n\n", b'"', b"-1", b"1e999", b"NaN"])
            )
        )
    result = reading_or_error(bytes(output))
    if isinstance(result, HaproxyReading):
        for family in metrics.families(result):
            series = [tuple(sorted(sample.labels.items())) for sample in family.samples]
            assert len(series) == len(set(series))


@given(st.text(max_size=300))
def test_any_text_is_a_source_error(text: str) -> None:
    """No text that is not HAProxy's is a reading."""
    assert isinstance(reading_or_error(text.encode()), SourceError)
    assert isinstance(reading_or_error(text.encode(), page=True), SourceError)
