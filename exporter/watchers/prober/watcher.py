"""The collector `vip`: a prober for each address and port, and for some a writer that commits through it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from prometheus_client.metrics_core import Metric

from exporter.errors import SourceError
from exporter.scrape import Source
from exporter.transports.deadline import Deadline
from exporter.watchers.commits.metrics import CommitReading
from exporter.watchers.commits.metrics import families as commit_families
from exporter.watchers.commits.writer import Writer
from exporter.watchers.prober.counters import ProbeReading
from exporter.watchers.prober.metrics import families
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.prober import Listener, Prober


@dataclass(frozen=True)
class VipReading:
    probes: tuple[ProbeReading, ...]
    commits: tuple[CommitReading, ...]
    troubles: tuple[Exception, ...]  # of those that can't be probed, written to or read back just now


class VipWatcher(Source[VipReading]):
    name = "vip"
    timeout = 5.0  # a reading never waits: the numbers are there

    def __init__(
        self,
        vips: Sequence[Vip],
        listeners: Sequence[Listener] = (),
        nodes: Mapping[str, str] = MappingProxyType({}),
    ):
        """Probes those that have a port, from start() to close(). `nodes`: those of Galera, by name, for the
        addresses that are written through."""
        self._probers: list[Prober] = []
        self._writers: list[Writer] = []
        for vip in vips:
            if vip.port is None:
                continue
            writers = [Writer(vip.address, vip.port, vip.write, nodes)] if vip.write else []
            self._writers += writers
            self._probers.append(Prober(vip, [*listeners, *writers]))

    def start(self) -> None:
        for prober in self._probers:
            prober.start()
        for writer in self._writers:
            writer.start()

    def read(self, deadline: Deadline) -> VipReading:  # noqa: ARG002  # nothing to wait for
        """Raises the trouble where none can be probed, or where it is a defect; else the reading has it."""
        well = [prober for prober in self._probers if prober.trouble is None]
        troubles = [prober.trouble for prober in self._probers if prober.trouble]
        for trouble in troubles:
            if not well or not isinstance(trouble, SourceError):
                raise trouble
        troubles += [trouble for writer in self._writers for trouble in writer.troubles()]
        return VipReading(
            probes=tuple(prober.reading() for prober in well),
            commits=tuple(writer.reading() for writer in self._writers),
            troubles=tuple(troubles),
        )

    def failures(self, reading: VipReading) -> Sequence[Exception]:
        return reading.troubles

    def collect(self, reading: VipReading) -> Iterable[Metric]:
        return [*families(reading.probes), *commit_families(reading.commits)]

    def close(self) -> None:
        for writer in self._writers:
            writer.stop()
        for prober in self._probers:
            prober.stop()
