"""Ask a question over a unix socket that answers and closes, as HAProxy's stats socket does."""

import socket

from exporter.errors import Denied, TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes; `show stat` of 1,000 servers is about 0.5 MB


def ask(path: str, question: str, deadline: Deadline) -> bytes:
    """Send one line, return all that comes until the other side closes."""
    what = f"socket {path}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(deadline.remaining(what))
            connection.connect(path)
            connection.sendall(question.encode() + b"\n")
            return _receive_all(connection, what, deadline)
    except TimeoutError:
        raise TimedOut(f"{what}: no answer in time") from None
    except PermissionError:
        raise Denied(f"{what}: no right to connect to it") from None
    except OSError as error:
        raise Unreachable(f"{what}: {error.strerror or error}") from None


def _receive_all(connection: socket.socket, what: str, deadline: Deadline) -> bytes:
    answer = bytearray()
    while True:
        connection.settimeout(deadline.remaining(what))
        chunk = connection.recv(262144)
        if not chunk:
            return bytes(answer)
        answer += chunk
        if len(answer) > ANSWER_LIMIT:
            raise Unparsable(f"{what}: more than {ANSWER_LIMIT} bytes of answer")
