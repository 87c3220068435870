"""Words of a line as HAProxy takes them: section 2.2 of its manual has the examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sources.haproxy.configuration.lexer import lines, words

SET = {"VIP": "10.0.0.100", "LBPORT": "3306", "EMPTY": ""}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("   bind  10.0.0.100:3306\tname  vip ", ["bind", "10.0.0.100:3306", "name", "vip"]),
        ("# a comment", []),
        ("server db1 10.0.0.21:3306 # the first", ["server", "db1", "10.0.0.21:3306"]),
        ("server db\\#1 a", ["server", "db#1", "a"]),
        ("log-format %{+Q}o\\ %t\\ %s", ["log-format", "%{+Q}o %t %s"]),
        ('log-format "%{+Q}o %t"', ["log-format", "%{+Q}o %t"]),
        ("log-format '%[var(x)] \"q\" \\n'", ["log-format", '%[var(x)] "q" \\n']),
        ("\"a\"'b'c", ["abc"]),
        ('user ""', ["user", ""]),
        ('bind "${VIP}:$LBPORT"', ["bind", "10.0.0.100:3306"]),
        ('bind "${NOT_SET-10.0.0.1}:1"', ["bind", "10.0.0.1:1"]),
        ('bind "x${NOT_SET}y"', ["bind", "xy"]),
        ("bind '${VIP}' ${VIP}", ["bind", "${VIP}", "${VIP}"]),
        ('option "a\\x41\\"b"', ["option", 'aA"b']),
        ('name "not closed', ["name", "not closed"]),
        ("", []),
    ],
)
def test_words(line: str, expected: list[str]) -> None:
    """Quotes, escapes, comments; variables within double quotes alone."""
    assert words(line, SET) == expected


@given(st.text(st.characters(exclude_characters="\n\r"), max_size=60))
def test_any_line_has_words(line: str) -> None:
    """Whatever stands there, nothing is raised, and no word holds an unquoted blank."""
    found = words(line, SET)
    if not set(line) & set("\"'\\#$"):
        assert found == line.split()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=8), max_size=5))
def test_quoted_words_come_back(texts: list[str]) -> None:
    """What is quoted as the manual says is read as it was."""
    line = " ".join("'" + text.replace("'", "'\\''") + "'" for text in texts)
    assert words(line, SET) == texts


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("setenv VIP 10.0.0.1", "10.0.0.1"),
        ("presetenv VIP 10.0.0.1", "10.0.0.100"),
        ('presetenv NEW x\nsetenv VIP "$NEW"', "x"),
        ("unsetenv LBPORT VIP", ""),
        ("resetenv LBPORT", ""),
        ("resetenv VIP", "10.0.0.100"),
        ("setenv VIP", "10.0.0.100"),
    ],
)
def test_variables_that_the_file_sets(before: str, expected: str) -> None:
    """From the next line on, in the next file too; the caller's own variables stay as they are."""
    *_, last = lines([f"global\n {before}\n", 'bind "$VIP"\n'], SET)
    assert last == ["bind", expected]
    assert SET["VIP"] == "10.0.0.100"
