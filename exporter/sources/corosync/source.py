"""Read quorum and statistics for each reading, the links too where the statistics have none.

With knet the statistics map has what corosync-cfgtool prints of links. The rest is configuration (the
layout): read again when the membership changes, when a link appears or disappears, and after a minute, since
nothing else shows a reload.

Corosync is asked through its libraries where they are those that are known and no other tools are configured;
a scrape then costs it 0.3 ms instead of 17, see asked.py.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from prometheus_client.metrics_core import Metric

from exporter.options import check_command, check_seconds
from exporter.scrape import Source
from exporter.sources.corosync import families as metrics
from exporter.sources.corosync.asked import Asked, Libraries, Tools, Unsuitable
from exporter.sources.corosync.parse.cfgtool import parse_cfgtool
from exporter.sources.corosync.parse.cmapctl import parse_map
from exporter.sources.corosync.parse.configuration import Configuration, parse_configuration
from exporter.sources.corosync.parse.quorumtool import parse_quorumtool
from exporter.sources.corosync.parse.stats import parse_stats, stats_keys
from exporter.sources.corosync.reading import CorosyncReading, Layout, check_layout, put_together
from exporter.transports.deadline import Deadline

log = logging.getLogger(__name__)

_LAYOUT_SECONDS = 60.0
_TOOLS_SECONDS = 600.0  # so long the tools are used where the libraries can't be; another Corosync may come


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

    @property
    def tools(self) -> Tools:
        return Tools(self.cfgtool_path, self.quorumtool_path, self.cmapctl_path)


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
        """Tools that somebody configured are used whatever the libraries can do."""
        self._options = options
        self._known: KnownLayout | None = None
        self._tools = options.tools
        self._libraries = Libraries() if options.tools == Options().tools else None
        self._tools_until = float("-inf")  # monotonic seconds
        self._unsuitable = ""

    @property
    def timeout(self) -> float:
        return self._options.timeout

    def read(self, deadline: Deadline) -> CorosyncReading:
        if self._libraries is None or time.monotonic() < self._tools_until:
            return self._read_all(self._tools, deadline)
        try:
            return self._read_all(self._libraries, deadline)
        except Unsuitable as error:
            self._tools_until = time.monotonic() + _TOOLS_SECONDS
            if self._unsuitable != str(error):
                log.info("corosync: asked by its tools, its libraries can't be used: %s", error)
            self._unsuitable = str(error)
        return self._read_all(self._tools, deadline)

    def collect(self, reading: CorosyncReading) -> Iterable[Metric]:
        return metrics.families(reading)

    def close(self) -> None:
        if self._libraries:
            self._libraries.close()

    def _read_all(self, asked: Asked, deadline: Deadline) -> CorosyncReading:
        """Read the layout again, and then all else, where the reading does not fit the known one."""
        known, self._known = self._known, None
        if known and known.holds():
            reading = _read(asked, known.layout, deadline)
            if _fingerprint(reading) == known.fingerprint:
                self._known = known
                return reading
        read_at = time.monotonic()
        layout = _read_layout(asked, deadline)
        reading = _read(asked, layout, deadline)
        self._known = KnownLayout(layout, _fingerprint(reading), read_at)
        return reading


def _read_layout(asked: Asked, deadline: Deadline) -> Layout:
    configuration = parse_configuration(parse_map(asked.configuration(deadline)))
    return _with_links(asked, configuration, deadline)


def _with_links(asked: Asked, configuration: Configuration, deadline: Deadline) -> Layout:
    layout = Layout(configuration, parse_cfgtool(asked.links(deadline)))
    check_layout(layout)
    return layout


def _read(asked: Asked, layout: Layout, deadline: Deadline) -> CorosyncReading:
    if not layout.local.knet:
        layout = _with_links(asked, layout.configuration, deadline)
    wanted = [] if layout.local.corosync_2 else stats_keys(layout.knet_links() if layout.local.knet else ())
    quorum, stats = asked.status(wanted, deadline)
    return put_together(layout, parse_quorumtool(quorum), parse_stats(parse_map(stats)) if wanted else None)


def _fingerprint(reading: CorosyncReading) -> tuple[str, frozenset[tuple[int, int]]]:
    """The membership's ring id, and the links without counters, by number and node id."""
    missing = frozenset((link.number, link.node_id) for link in reading.links if not link.knet)
    return reading.quorum.ring_id, missing
