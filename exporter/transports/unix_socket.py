"""Ask a question over a unix socket that answers and closes, as HAProxy's stats socket does."""

import socket

from exporter.errors import NotPermitted, Refused, TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes; `show stat` of 1,000 servers is about 0.5 MB


def ask(path: str, question: str, deadline: Deadline) -> bytes:
    """Send one line, return all that comes until the other side closes.

    Raises Refused when no process listens there: the file is missing, or left over from one that died.
    """
    what = f"socket {path}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(deadline.remaining(what))
            connection.connect(path)
            connection.sendall(question.encode() + b"\n")
            return _receive_all(connection, what, deadline)
    except TimeoutError:
        raise TimedOut(f"{what}: no answer in time") from None
    except BlockingIOError:  # a unix socket does not wait for a place in a full queue: EAGAIN at once
        raise TimedOut(f"{what}: its queue is full, the process takes no connection: is it frozen?") from None
    except PermissionError:
        raise NotPermitted(f"{what}: no right to connect to it") from None
    except FileNotFoundError:
        raise Refused(f"{what}: no such file, nobody listens") from None
    except ConnectionRefusedError:
        raise Refused(f"{what}: connection refused, nobody listens") from None
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
