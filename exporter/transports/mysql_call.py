"""One call to a MySQL server: by when it ends, how much of an answer it takes, what its errors are to the
caller."""

import ssl
from contextvars import ContextVar
from dataclasses import dataclass

from exporter.errors import Denied, Refused, SourceError, Unparsable, Unreachable
from exporter.parsing import excerpt
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_errors import ACCOUNT_REFUSED, NOT_UNDERSTOOD, Refusal
from exporter.transports.mysql_library import Error

# Bytes of an answer on the wire. In memory rows take up to 25 times as much (5 bytes for a row of "" become
# 130): 60 attempts at once that are sent rows without end took 1.5 GB with 1 MB each, now 2 MB.
SHORT_ANSWER = 16 * 1024  # greeting, login and an answer of a few rows: less than 2,000 bytes
LONG_ANSWER = (
    512 * 1024
)  # all wsrep_ status and variables of a node: about 10,000; 10,000 rows read back: 150,000


@dataclass
class Allowance:
    """What the call under way in this thread may still take."""

    what: str
    deadline: Deadline
    limit: int
    bytes_left: int

    def take(self, received: int) -> None:
        self.bytes_left -= received
        if self.bytes_left < 0:
            raise self.exceeded()

    def exceeded(self) -> Unparsable:
        return Unparsable(f"{self.what}: more than {self.limit} bytes of answer")


allowance: ContextVar[Allowance] = ContextVar("allowance")


class Call:
    """What is raised inside becomes a SourceError. @contextmanager would cost more."""

    def __init__(self, what: str, deadline: Deadline, limit: int = SHORT_ANSWER):
        """`what` names the server in error texts; `limit` is in bytes."""
        self._allowance = Allowance(what, deadline, limit, limit)

    def __enter__(self) -> None:
        self._token = allowance.set(self._allowance)

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        allowance.reset(self._token)
        if error is None or isinstance(error, SourceError):
            return
        what = self._allowance.what
        if isinstance(error, Error | OSError):
            raise _translated(error, what) from None
        if isinstance(error, Exception):  # by PyMySQL on bytes of another protocol: struct.error, IndexError…
            raise Unparsable(f"{what}: not the MySQL protocol ({type(error).__name__})") from None


def _translated(error: Exception, what: str) -> SourceError:
    error = getattr(error, "original_exception", error)  # PyMySQL wraps what the socket raised
    if isinstance(error, ssl.SSLCertVerificationError):
        return Denied(f"{what}: its certificate is not accepted: {error.verify_message}, check ssl-ca")
    if isinstance(error, ConnectionRefusedError):
        return Refused(f"{what}: connection refused, nobody listens")
    if isinstance(error, OSError):
        return Unreachable(f"{what}: {error.strerror or error}")
    code, text = (*error.args, "", "")[:2]
    if not isinstance(code, int):
        return Unparsable(f"{what}: not the MySQL protocol: {excerpt(str(code))}")
    message = f"{what}: {Refusal(code, str(text))}"
    if code in ACCOUNT_REFUSED:
        return Denied(message)
    return Unparsable(message) if code in NOT_UNDERSTOOD else Unreachable(message)
