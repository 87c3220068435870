import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.parsing import EXCERPT_LENGTH, decode, excerpt, integer, number


@given(st.integers(min_value=-(10**20) + 1, max_value=10**20 - 1))
def test_integer_reads_every_ascii_integer(value: int) -> None:
    """What str() writes of an integer is read back, as far as any counter goes."""
    assert integer(str(value), "x") == value


@pytest.mark.parametrize("text", ["", " 1", "1 ", "1_000", "٣", "１", "0x1f", "1.0", "nan", "+-1"])  # noqa: RUF001
def test_integer_refuses_what_only_python_takes(text: str) -> None:
    """Other scripts' digits, spaces, underscores and hexadecimal are Unparsable, with the text shown."""
    with pytest.raises(Unparsable, match="expected a whole number, got"):
        integer(text, "votes")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_reads_every_finite_float(value: float) -> None:
    """What repr() writes of a float is read back."""
    assert number(repr(value), "x") == value


@pytest.mark.parametrize("text", ["", ".", "inf", "nan", "1e", "٣.٥", "1,5", "--1"])  # noqa: RUF001
def test_number_refuses_the_rest(text: str) -> None:
    """Infinity and NaN are not numbers that a tool measures."""
    with pytest.raises(Unparsable, match="latency"):
        number(text, "latency")


def test_decode_names_what_is_empty_or_not_utf8() -> None:
    """Empty output and broken bytes are Unparsable with the output's name and the first odd bytes."""
    with pytest.raises(Unparsable, match="crm_mon's output is empty"):
        decode(b" \n", "crm_mon's output")
    with pytest.raises(Unparsable, match=r"is not UTF-8: b'\\xff\\xfeabc'"):
        decode(b"fine\xff\xfeabc", "crm_mon's output")


@given(st.binary())
def test_excerpt_is_short_and_printable(odd: bytes) -> None:
    """Whatever comes, the excerpt fits in a log line."""
    shown = excerpt(odd)
    assert shown.isprintable()
    assert len(shown) <= EXCERPT_LENGTH * 4 + 40
