"""The TCP socket transport against real peers on loopback."""

import socket

import pytest

from exporter.endpoint import Endpoint
from exporter.errors import Refused, TimedOut, Unparsable, Unreachable
from exporter.transports import stream_socket, tcp_socket
from exporter.transports.deadline import Deadline
from tests.transports.peers import answer, closed_port, flood, tcp_peer, trickle, until_closed

SOON = 0.2  # seconds; for tests in which the deadline is what ends the call


def ask(port: int, seconds: float = 5.0, host: str = "127.0.0.1") -> bytes:
    return tcp_socket.ask(Endpoint(host, port), "show info", Deadline.after(seconds))


def test_the_whole_answer_comes_back() -> None:
    """All that is sent until the peer closes; the peer gets the question as one line."""
    asked = []

    def script(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        for piece in (b"Name: HAProxy\n", b"\n"):
            connection.sendall(piece)

    with tcp_peer(script) as port:
        assert ask(port) == b"Name: HAProxy\n\n"
    assert asked == [b"show info\n"]


def test_the_answer_of_a_peer_that_closes_without_reading() -> None:
    """A server that writes first and closes: what it wrote is the answer, not a broken connection."""
    with tcp_peer(lambda connection: connection.sendall(b"SSH-2.0\r\n")) as port:
        assert ask(port) in (b"SSH-2.0\r\n", b"")


def test_no_process_at_a_port_is_refused() -> None:
    """Also where a name has several addresses."""
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(Refused):
            ask(closed_port(), host=host)


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    """Not refused: no address said that no process listens."""
    with pytest.raises(Unreachable, match="resolved") as caught:
        ask(1, host="no-such-host.invalid")
    assert not isinstance(caught.value, Refused)


def test_silence_and_drops_end_by_the_deadline() -> None:
    """A frozen process, and a byte now and then."""
    for script in (until_closed, trickle(b"", b"x")):
        with tcp_peer(script) as port, pytest.raises(TimedOut):
            ask(port, SOON)


def test_an_answer_without_end_is_unparsable(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the limit is not kept in memory."""
    monkeypatch.setattr(stream_socket, "ANSWER_LIMIT", 1024 * 1024)
    with (
        tcp_peer(flood(b"", stream_socket.ANSWER_LIMIT)) as port,
        pytest.raises(Unparsable, match="1048576 bytes"),
    ):
        ask(port)


def test_what_has_an_answer_is_read_though_it_comes_late() -> None:
    """Within the deadline."""
    with tcp_peer(answer(b"x")) as port:
        assert ask(port) == b"x"
