"""The first packet of a MySQL server, from doubles that send it and wait."""

import socket
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.errors import SourceError, TimedOut, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_greeting import await_greeting

TURNED_AWAY = Path(__file__).parent / "field/turned-away-1040.bin"
BLOCKED = (
    "Host 'lb1.example' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'"
)


def first(sent: bytes, seconds: float = 5.0, *, close: bool = False) -> bytes:
    """What is left in the socket for the login."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        if close:
            theirs.close()
        await_greeting(ours, Deadline.after(seconds))
        return ours.recv(4096)


def error(code: int, text: str) -> bytes:
    body = b"\xff" + code.to_bytes(2, "little") + text.encode()
    return len(body).to_bytes(3, "little") + b"\x00" + body


def test_a_greeting_stays_in_the_socket() -> None:
    """The login reads it again."""
    greeting = b"\x4a\x00\x00\x00\x0a10.11.6-MariaDB\x00"
    assert first(greeting) == greeting


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (TURNED_AWAY.read_bytes(), "turned away: Too many connections (error 1040)"),
        (error(1040, "Too many connections"), "turned away: Too many connections (error 1040)"),
        (error(1129, BLOCKED), f"turned away: {BLOCKED} (error 1129)"),
        (error(1130, "Host '::1'\nis not allowed"), "turned away: Host '::1' is not allowed (error 1130)"),
    ],
)
def test_an_error_in_place_of_a_greeting_is_whole_and_has_its_number(sent: bytes, said: str) -> None:
    """With an SQL state, as ProxySQL sends it, and without; its end says what to do; on one line."""
    with pytest.raises(Unreachable) as raised:
        first(sent)
    assert str(raised.value) == said


def test_nothing_at_all() -> None:
    """A balancer without a server closes; a frozen one says nothing."""
    with pytest.raises(Unreachable, match="closed before the greeting"):
        first(b"", close=True)
    with pytest.raises(TimedOut):
        first(b"", 0.01)


@given(st.binary(min_size=1, max_size=2000))
@example(b"\x01\x00\x00\x00\xff")
def test_any_bytes_are_a_greeting_or_an_error(sent: bytes) -> None:
    """Whatever comes first: no other exception, and a text of bounded length on one line."""
    try:
        assert sent.startswith(first(sent))
    except SourceError as raised:
        assert str(raised).isprintable()
        assert len(str(raised)) < 1200
