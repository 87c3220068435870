"""Ask HAProxy, over its stats socket or its statistics page; where it does not answer, ask the kernel."""

import logging
import re
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from prometheus_client.metrics_core import Metric

from exporter.endpoint import without_password
from exporter.errors import NotPermitted, Refused, Unreachable
from exporter.scrape import Source
from exporter.sources.haproxy import families as metrics
from exporter.sources.haproxy.options import Options, PagePlace, Place, TcpPlace, UnixPlace, place
from exporter.sources.haproxy.reading import (
    NOT_RUNNING,
    QUESTION,
    HaproxyReading,
    parse_page,
    parse_socket_answer,
)
from exporter.transports import interfaces, processes, tcp_socket, unix_socket
from exporter.transports.deadline import Deadline

log = logging.getLogger(__name__)

PROGRAMS = ("haproxy", "hapee-lb")  # the enterprise edition is called so
STARTING_SECONDS = 5.0  # a process younger than that may not listen yet; an agent's script may have its name

# HAProxy binds a socket under this name, then renames it (src/proto_uxst.c, 1.4 to 3.5-dev5).
_BOUND = re.compile(r"(.+)\.[0-9]+\.tmp")

_RIGHTS = (
    "give the exporter's user the right, as with `stats socket PATH mode 660 group haproxy level user` in "
    "HAProxy's `global` section and the user in that group"
)


class HaproxySource(Source[HaproxyReading]):
    name = "haproxy"

    def __init__(
        self,
        options: Options,
        find: Callable[[Collection[str]], processes.Process | None] = processes.find,
        listening: Callable[[], Collection[str]] = processes.listening_paths,
    ):
        self._options = options
        self._place = place(options.stats)
        self._find = find
        self._listening = listening

    @property
    def timeout(self) -> float:
        return self._options.timeout

    def start(self) -> None:
        if not self._options.verify:
            log.warning(
                "haproxy: verify is false: whoever answers at %s is believed and is sent the password",
                without_password(self._options.stats),
            )
        if processes.hidden():
            log.warning(
                "haproxy: /proc hides other users' processes (hidepid, or ProtectProc of systemd): whether "
                "HAProxy runs is seen by its sockets alone"
            )

    def read(self, deadline: Deadline) -> HaproxyReading:
        """On the passive node HAProxy does not run: that is a reading. A wrong `stats` is not."""
        try:
            return self._ask(deadline)
        except Refused as refused:
            if not _here(self._place):
                raise
            self._check_not_running(refused)
            return NOT_RUNNING

    def collect(self, reading: HaproxyReading) -> Iterable[Metric]:
        return metrics.families(reading)

    def _ask(self, deadline: Deadline) -> HaproxyReading:
        match self._place:
            case UnixPlace(path):
                return parse_socket_answer(_ask_unix(path, deadline))
            case TcpPlace(endpoint):
                return parse_socket_answer(tcp_socket.ask(endpoint, QUESTION, deadline))
            case PagePlace(url):
                from exporter.transports import http  # noqa: PLC0415  # requests only where a page is read

                trust = http.Trust(self._options.ca_file, self._options.verify)
                return parse_page(http.get(url, deadline, trust))

    def _check_not_running(self, refused: Refused) -> None:
        """Raises Unreachable where HAProxy runs all the same, or could not have made that socket."""
        if isinstance(self._place, UnixPlace):
            _check_path(self._place.path, refused)
        process = self._find(PROGRAMS)
        sockets = [match[1] for path in self._listening() if (match := _BOUND.fullmatch(path))]
        if process:
            runs = time.time() - process.started > STARTING_SECONDS
        else:
            runs = bool(sockets) and not self._is_bound(sockets)
        if runs:
            pid = f" (pid {process.pid})" if process else ""
            where = f" and listens at {', '.join(sockets)}" if sockets else ""
            raise Unreachable(f"{refused}, but HAProxy runs{pid}{where}: {_remedy(self._place)}")

    def _is_bound(self, paths: Collection[str]) -> bool:
        """It was bound since it was asked: HAProxy is just starting."""
        return isinstance(self._place, UnixPlace) and self._place.path in paths


def _ask_unix(path: str, deadline: Deadline) -> bytes:
    try:
        return unix_socket.ask(path, QUESTION, deadline, expected=PROGRAMS)
    except NotPermitted as error:
        raise NotPermitted(f"{error}: {_RIGHTS}") from None


def _here(where: Place) -> bool:
    """Whether the process that does not answer would be one of this host's."""
    match where:
        case UnixPlace():
            return True
        case TcpPlace(endpoint):
            return interfaces.is_here(endpoint.host)
        case PagePlace():
            return interfaces.is_here(where.host)


def _check_path(path: str, refused: Refused) -> None:
    """A path where HAProxy's socket can't be is a mistake, whether HAProxy runs or not."""
    if path.startswith("\0"):
        return
    file = Path(path)
    if not file.parent.is_dir():
        raise Unreachable(f"{refused}: the folder {file.parent} does not exist: is the path right?")
    if file.exists() and not file.is_socket():
        raise Unreachable(f"{refused}: {path} is no socket: is the path right?")


def _remedy(where: Place) -> str:
    match where:
        case UnixPlace(path):
            wanted = f"`stats socket {unix_socket.shown(path)} level user` in its `global` section"
        case TcpPlace(endpoint):
            wanted = f"`stats socket ipv4@{endpoint} level user` in its `global` section"
        case PagePlace():
            wanted = "`stats enable` in a frontend that listens there"
    return f"it needs {wanted}, or `haproxy.stats` the right address"
