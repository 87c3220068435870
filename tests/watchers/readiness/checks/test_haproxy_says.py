"""What HAProxy prints of a configuration that it refuses, in one line that stays the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.readiness.checks.haproxy_says import LONGEST, complaints, missing_right, reason

# haproxy 2.6.12 and 2.2.9, of a server line with a slip of the pen
BIND = "parsing [/a.cfg:3] : 'bind *:1'"
NOW = """\
[NOTICE]   (4711) : haproxy version is 2.6.12-1+deb12u4
[NOTICE]   (4711) : path to executable is /usr/sbin/haproxy
[ALERT]    (4711) : config : parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword 'sever' \
in 'backend' section; did you mean 'server' maybe ?
[ALERT]    (4711) : config : Error(s) found in configuration file : /etc/haproxy/haproxy.cfg
[ALERT]    (4711) : config : Fatal errors found in configuration.
"""
BEFORE = """\
[ALERT] 332/120000 (4711) : parsing [/etc/haproxy/haproxy.cfg:25] : \
unknown keyword 'sever' in 'backend' section
[ALERT] 332/120000 (4711) : Error(s) found in configuration file : /etc/haproxy/haproxy.cfg
[ALERT] 332/120000 (4711) : Fatal errors found in configuration.
"""


def no_line(_path: str, _number: int) -> str:
    return ""


def test_the_complaint_without_the_process_number() -> None:
    """The same break gives the same text at each check, and its summaries are left out."""
    assert complaints(NOW) == [
        "parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword 'sever' in 'backend' section; "
        "did you mean 'server' maybe ?"
    ]
    assert complaints(NOW) == complaints(NOW.replace("4711", "4712"))
    assert complaints(BEFORE) == [
        "parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword 'sever' in 'backend' section"
    ]


def test_several_complaints_are_one_reason() -> None:
    """The first, and how many more; a long one is cut."""
    assert reason(["a", "b", "c"], no_line) == "a (and 2 more)"
    assert len(reason(["x" * 1000], no_line)) == LONGEST


@pytest.mark.parametrize(
    "line", ["user tom insecure-password hunter2", "stats auth tom:hunter2", 'setenv TOKEN "hunter2"']
)
def test_a_line_with_a_password_is_not_quoted(line: str) -> None:
    """HAProxy quotes the word that it does not know: of such a line only its place is told."""
    said = "parsing [/etc/haproxy/haproxy.cfg:7] : unknown keyword 'hunter2' in 'userlist' section"
    assert "hunter2" not in reason(
        [said], lambda path, number: line if (path, number) == ("/etc/haproxy/haproxy.cfg", 7) else ""
    )
    assert "haproxy.cfg:7" in reason([said], lambda *_: line)


@pytest.mark.parametrize(
    ("said", "closed", "expected"),
    [
        (
            f"{BIND} : unable to stat SSL certificate from file '/c.pem' : Permission denied.",
            "",
            "Permission den",
        ),
        (f"{BIND} : unable to load certificate from file '/c.pem'.", "/c.pem", "/c.pem can't"),
        (f"{BIND} : No Private Key found in '/c.pem'.", "/c.pem.key", "/c.pem.key can't"),
        ("parsing [/a.cfg:9] : regex 'a.*' jit compilation failed", "", "MemoryDenyWriteExecute"),
        (f"{BIND} : unable to load certificate from file '/c.pem'.", "", ""),
        ("parsing [/a.cfg:3] : unknown keyword 'sever'", "/a.cfg", ""),
    ],
)
def test_a_missing_right_is_no_fault_of_the_configuration(said: str, closed: str, expected: str) -> None:
    """HAProxy itself starts as root: what only the exporter's user may not read says nothing of it."""
    found = missing_right([said], lambda path: path != closed)
    assert expected in found
    assert bool(found) == bool(expected)


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    """Whatever another version prints."""
    for one in complaints(text):
        assert "\n" not in one
        assert "\n" not in reason([one], no_line)
