"""Send one line over a connected stream socket, return the whole answer: what unix and TCP sockets share."""

import socket
import time
from contextlib import suppress

from exporter.errors import TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes; `show stat` of 1,000 servers is about 0.5 MB
SILENCE_SECONDS = 1.0  # a peer that should answer at once and has not by then is asked who it is


def converse(
    connection: socket.socket, question: str, what: str, deadline: Deadline, stranger: str = ""
) -> bytes:
    """All bytes that come until the other side closes. `what` names the socket in the errors' texts.

    `stranger` describes a peer that is not the expected program: when it stays silent for SILENCE_SECONDS,
    Unreachable is raised without waiting for the deadline.
    """
    connection.settimeout(deadline.remaining(what))
    with suppress(
        BrokenPipeError, ConnectionResetError
    ):  # it may have answered and closed before it was asked
        connection.sendall(question.encode() + b"\n")
    if stranger:
        _await_first_byte(connection, what, deadline, stranger)
    return _receive_all(connection, what, deadline)


def _await_first_byte(connection: socket.socket, what: str, deadline: Deadline, stranger: str) -> None:
    connection.settimeout(min(SILENCE_SECONDS, deadline.remaining(what)))
    try:
        connection.recv(1, socket.MSG_PEEK)
    except ConnectionResetError:
        return
    except TimeoutError:
        if deadline.at - time.monotonic() > 0:
            raise Unreachable(f"{what}: no answer, {stranger}") from None
        raise TimedOut(f"{what}: no answer in time, {stranger}") from None


def _receive_all(connection: socket.socket, what: str, deadline: Deadline) -> bytes:
    answer = bytearray()
    while chunk := _receive(connection, what, deadline):
        answer += chunk
        if len(answer) > ANSWER_LIMIT:
            raise Unparsable(f"{what}: more than {ANSWER_LIMIT} bytes of answer")
    return bytes(answer)


def _receive(connection: socket.socket, what: str, deadline: Deadline) -> bytes:
    """The next bytes; none where the other side closed, also where it closed without reading the question."""
    connection.settimeout(deadline.remaining(what))
    try:
        return connection.recv(262144)
    except TimeoutError:
        raise TimedOut(f"{what}: no answer in time") from None
    except ConnectionResetError:
        return b""
