"""Run corosync-quorumtool and corosync-cmapctl for each reading, corosync-cfgtool where that is not enough.

Measured with Corosync 3.1.7 on two cores: a connection costs corosync's own single thread 3.4 ms of CPU (it
makes three rings of a megabyte each), so the tools wait for each other. quorumtool connects four times
(16 ms in all), cfgtool twice (10 ms), cmapctl once (9 ms with the keys asked for here, 22 ms with the whole
map); the first and the last at once 20 to 26 ms, all three 40. With knet the statistics map has what cfgtool
prints of links. The rest is configuration (the layout): read again when the membership changes, when a link
appears or disappears, and after a minute, since nothing else shows a reload.
"""

import re
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

from prometheus_client.metrics_core import Metric

from exporter.errors import Denied, SourceError, Unreachable
from exporter.options import check_command, check_seconds
from exporter.scrape import Source
from exporter.sources.corosync import families as metrics
from exporter.sources.corosync.parse.cfgtool import CfgtoolStatus, parse_cfgtool
from exporter.sources.corosync.parse.cmapctl import parse_map
from exporter.sources.corosync.parse.configuration import CONFIGURATION_PREFIXES, parse_configuration
from exporter.sources.corosync.parse.quorumtool import Quorum, parse_quorumtool
from exporter.sources.corosync.parse.stats import Stats, parse_stats, stats_prefixes
from exporter.sources.corosync.reading import CorosyncReading, Layout, check_layout, put_together
from exporter.transports.command import Completed, run
from exporter.transports.deadline import Deadline

_LAYOUT_SECONDS = 60.0
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


@dataclass(frozen=True)
class Options:
    cfgtool_path: str = "corosync-cfgtool"
    quorumtool_path: str = "corosync-quorumtool"
    cmapctl_path: str = "corosync-cmapctl"
    timeout: float = 5.0  # seconds

    def __post_init__(self) -> None:
        for key in ("cfgtool_path", "quorumtool_path", "cmapctl_path"):
            check_command(key, getattr(self, key))
        check_seconds("timeout", self.timeout, 0, 60)


@dataclass(frozen=True)
class KnownLayout:
    """The layout as it was read last, and the fingerprint of a reading that fitted it."""

    layout: Layout
    fingerprint: tuple[str, frozenset[tuple[int, int]]]
    read_at: float  # monotonic seconds

    def holds(self) -> bool:
        return time.monotonic() - self.read_at < _LAYOUT_SECONDS


class CorosyncSource(Source[CorosyncReading]):
    name: ClassVar[str] = "corosync"

    def __init__(self, options: Options):
        self._options = options
        self._known: KnownLayout | None = None

    @property
    def timeout(self) -> float:
        return self._options.timeout

    def read(self, deadline: Deadline) -> CorosyncReading:
        """Read the layout again, and then all else, where the reading does not fit the known one."""
        known, self._known = self._known, None
        if known and known.holds():
            reading = self._read(known.layout, deadline)
            if _fingerprint(reading) == known.fingerprint:
                self._known = known
                return reading
        read_at = time.monotonic()
        layout = self._read_layout(deadline)
        reading = self._read(layout, deadline)
        self._known = KnownLayout(layout, _fingerprint(reading), read_at)
        return reading

    def collect(self, reading: CorosyncReading) -> Iterable[Metric]:
        return metrics.families(reading)

    def _read_layout(self, deadline: Deadline) -> Layout:
        """cmapctl first: of the three only it and cfgtool distinguish "denied" from "not running"."""
        configuration = run([self._options.cmapctl_path, *CONFIGURATION_PREFIXES], deadline)
        _check(self._options.cmapctl_path, configuration)
        layout = Layout(parse_configuration(parse_map(configuration.stdout)), self._read_links(deadline))
        check_layout(layout)
        return layout

    def _read(self, layout: Layout, deadline: Deadline) -> CorosyncReading:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="quorumtool") as other:
            quorum = other.submit(self._read_quorum, deadline)
            if not layout.local.knet:
                layout = Layout(layout.configuration, self._read_links(deadline))
                check_layout(layout)
            stats = None if layout.local.corosync_2 else self._read_stats(layout, deadline)
            return put_together(layout, quorum.result(), stats)

    def _read_quorum(self, deadline: Deadline) -> Quorum:
        completed = run([self._options.quorumtool_path, "-p"], deadline)
        _check(self._options.quorumtool_path, completed, also_good=[_NOT_QUORATE])
        return parse_quorumtool(completed.stdout)

    def _read_links(self, deadline: Deadline) -> CfgtoolStatus:
        completed = run([self._options.cfgtool_path, "-s"], deadline)
        failure = _FAILURE.search(completed.stdout.decode(errors="replace"))
        if failure:
            raise _failure(self._options.cfgtool_path, failure[0])
        # 1: a ring is faulty (2.x) or a link not connected (3.0.4 to 3.1.0); with a message a failure
        _check(self._options.cfgtool_path, completed, also_good=[] if completed.stderr else [1])
        return parse_cfgtool(completed.stdout)

    def _read_stats(self, layout: Layout, deadline: Deadline) -> Stats:
        wanted = stats_prefixes(layout.knet_links() if layout.local.knet else ())
        completed = run([self._options.cmapctl_path, "-m", "stats", *wanted], deadline)
        _check(self._options.cmapctl_path, completed)
        return parse_stats(parse_map(completed.stdout))


def _fingerprint(reading: CorosyncReading) -> tuple[str, frozenset[tuple[int, int]]]:
    """The membership's ring id, and the links without counters, by number and node id."""
    missing = frozenset((link.number, link.node_id) for link in reading.links if not link.knet)
    return reading.quorum.ring_id, missing


def _check(tool: str, completed: Completed, also_good: Sequence[int] = ()) -> None:
    if completed.returncode != 0 and completed.returncode not in also_good:
        raise _failure(tool, completed.complaint())


def _failure(tool: str, message: str) -> SourceError:
    text = f"{tool}: {message}"
    if _ACCESS.search(message):
        return Denied(_DENIED.format(failure=text))
    running = "; is Corosync running? `systemctl status corosync`" if _NOT_RUNNING.search(message) else ""
    return Unreachable(text + running)
