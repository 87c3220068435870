"""How Corosync is asked: by its tools, or through its libraries over connections that stay. The same text.

Measured with Corosync 3.1.7 on two cores: a connection costs corosync's own single thread 3.4 ms of CPU (it
makes three rings of a megabyte each), so the tools wait for each other. quorumtool connects four times
(16 ms in all), cfgtool twice (10 ms), cmapctl once (9 ms with the keys asked for here, 22 ms with the whole
map); the first and the last at once 20 to 26 ms, all three 40.
"""

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import Denied, SourceError, Unreachable
from exporter.sources.corosync.parse.configuration import CONFIGURATION_KEYS
from exporter.transports import corosync_libraries
from exporter.transports.command import Completed, run
from exporter.transports.corosync_libraries import FAILED, OK, OPTIONS
from exporter.transports.deadline import Deadline
from exporter.transports.standing_tool import CannotRun, StandingTool

_NOT_QUORATE = 2  # corosync-quorumtool's exit code

# Failed to initialize the cmap API. Error CS_ERR_ACCESS                   corosync-cmapctl
# Could not initialize corosync configuration API error 11                 corosync-cfgtool
_ACCESS = re.compile(r"CS_ERR_ACCESS|CS_ERR_SECURITY|error (?:11|100)\b")

# Failed to initialize the cmap API. Error CS_ERR_LIBRARY                  corosync-cmapctl
# Could not initialize corosync configuration API error 2                  corosync-cfgtool
_NOT_RUNNING = re.compile(r"CS_ERR_LIBRARY|API error 2\b")

# Could not get the link status, the error is: 6       on stdout from 2.99 to 3.0.4, with exit code 0
_FAILURE = re.compile(r"^Could not .*", re.MULTILINE)

_DENIED = (
    "{failure}: give the exporter's user the right to ask: `uidgid {{ uid: NUMBER }}` in a file under "
    "/etc/corosync/uidgid.d/ (the number: a name that does not exist stops corosync), then "
    "`corosync-cfgtool -R`"
)

_AT_ONCE = 500  # keys in one question to the libraries: 30 kB


class Unsuitable(Exception):
    """The libraries can't be used here; the text says why."""


class Asked(ABC):
    """Each method gives the output of a tool. Raises SourceError."""

    @abstractmethod
    def configuration(self, deadline: Deadline) -> bytes:
        """Of corosync-cmapctl, with the keys of the configuration."""

    @abstractmethod
    def links(self, deadline: Deadline) -> bytes:
        """Of corosync-cfgtool -s."""

    @abstractmethod
    def status(self, keys: Sequence[str], deadline: Deadline) -> tuple[bytes, bytes]:
        """Of corosync-quorumtool -p, and of corosync-cmapctl -m stats; nothing of that without `keys`."""


@dataclass(frozen=True)
class Tools(Asked):
    cfgtool: str
    quorumtool: str
    cmapctl: str

    def configuration(self, deadline: Deadline) -> bytes:
        """Of the three, only cmapctl and cfgtool distinguish "denied" from "not running"."""
        return _checked(self.cmapctl, run([self.cmapctl, *CONFIGURATION_KEYS], deadline))

    def links(self, deadline: Deadline) -> bytes:
        completed = run([self.cfgtool, "-s"], deadline)
        failure = _FAILURE.search(completed.stdout.decode(errors="replace"))
        if failure:
            raise _failure(self.cfgtool, failure[0])
        # 1: a ring is faulty (2.x) or a link not connected (3.0.4 to 3.1.0); with a message a failure
        return _checked(self.cfgtool, completed, also_good=[] if completed.stderr else [1])

    def status(self, keys: Sequence[str], deadline: Deadline) -> tuple[bytes, bytes]:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="quorumtool") as other:
            quorum = other.submit(run, [self.quorumtool, "-p"], deadline)
            argv = [self.cmapctl, "-m", "stats", *keys]
            stats = _checked(self.cmapctl, run(argv, deadline)) if keys else b""
            return _checked(self.quorumtool, quorum.result(), also_good=[_NOT_QUORATE]), stats


class Libraries(Asked):
    """Each method also raises Unsuitable."""

    def __init__(self) -> None:
        folder = Path(corosync_libraries.__file__).parent.parent
        self._tool = StandingTool((sys.executable, *OPTIONS, str(folder)), "libcorosync")
        self._connected = False

    def configuration(self, deadline: Deadline) -> bytes:
        return self._ask(f"map {' '.join(CONFIGURATION_KEYS)}", deadline)

    def links(self, deadline: Deadline) -> bytes:
        return self._ask("links", deadline)

    def status(self, keys: Sequence[str], deadline: Deadline) -> tuple[bytes, bytes]:
        stats = b"".join(self._ask(f"stats {' '.join(some)}", deadline) for some in _batches(keys))
        return self._ask("quorum", deadline), stats

    def close(self) -> None:
        self._tool.close()

    def _ask(self, question: str, deadline: Deadline) -> bytes:
        was_connected, self._connected = self._connected, False
        try:
            answer = self._tool.ask(question, deadline)
            if answer.word == FAILED and was_connected:  # to a Corosync that ended; there may be another one
                answer = self._tool.ask(question, deadline)
        except CannotRun as error:
            raise Unsuitable(str(error)) from None
        said = answer.text.decode(errors="replace")
        if answer.word == FAILED:
            raise _failure("libcorosync", said)
        if answer.word != OK:
            raise Unsuitable(said)
        self._connected = True
        return answer.text


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[first : first + _AT_ONCE] for first in range(0, len(keys), _AT_ONCE))


def _checked(tool: str, completed: Completed, also_good: Sequence[int] = ()) -> bytes:
    if completed.returncode != 0 and completed.returncode not in also_good:
        raise _failure(tool, completed.complaint())
    return completed.stdout


def _failure(tool: str, message: str) -> SourceError:
    text = f"{tool}: {message}"
    if _ACCESS.search(message):
        return Denied(_DENIED.format(failure=text))
    running = "; is Corosync running? `systemctl status corosync`" if _NOT_RUNNING.search(message) else ""
    return Unreachable(text + running)
