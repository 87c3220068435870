"""Ask a question over a unix socket that answers and closes, as HAProxy's stats socket does."""

import socket
import struct
from collections.abc import Collection
from pathlib import Path

from exporter.errors import NotPermitted, Refused, TimedOut, Unreachable
from exporter.transports import processes
from exporter.transports.deadline import Deadline
from exporter.transports.stream_socket import converse

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


def ask(path: str, question: str, deadline: Deadline, expected: Collection[str] = ()) -> bytes:
    """Send one line, return all that comes until the other side closes.

    A path that begins with a NUL is a name in the abstract namespace. `expected` are the names of the
    processes that may listen there: another one that stays silent is Unreachable at once, by its name.
    Raises Refused when no process listens there: the file is missing, or left over from one that ended.
    """
    what = f"socket {shown(path)}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(deadline.remaining(what))
            connection.connect(path)
            stranger = _stranger(connection, path, expected) if expected else ""
            return converse(connection, question, what, deadline, stranger)
    except TimeoutError:
        raise TimedOut(f"{what}: no answer in time") from None
    except BlockingIOError:  # a unix socket does not wait for a place in a full queue: EAGAIN at once
        raise TimedOut(f"{what}: its queue is full, the process takes no connection: is it frozen?") from None
    except PermissionError:
        raise NotPermitted(f"{what}: no right to connect to it, or to pass the folders above it") from None
    except FileNotFoundError:
        raise Refused(f"{what}: no such file, no process listens") from None
    except ConnectionRefusedError:
        raise Refused(f"{what}: connection refused, no process listens") from None
    except OSError as error:
        raise Unreachable(f"{what}: {error.strerror or error}") from None


def shown(path: str) -> str:
    """The path as text; a name of the abstract namespace as HAProxy writes it."""
    return f"abns@{path.strip(chr(0))}" if path.startswith("\0") else path


def _stranger(connection: socket.socket, path: str, expected: Collection[str]) -> str:
    """Which process listens there, if it is not one of those expected; empty if it is, or can't be known.

    The kernel keeps the pid of the process that called listen(). That one may have ended since (HAProxy -D)
    and its pid be another's, which then started after the socket's file was made.
    """
    pid, _, _ = _CREDENTIALS.unpack(
        connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    )
    process = processes.by_pid(pid)
    if process is None or process.name in expected or path.startswith("\0"):
        return ""
    try:
        made = Path(path).stat().st_mtime
    except OSError:
        return ""
    return f"the process there is {process.name} (pid {pid})" if process.started <= made + 1 else ""
