"""The probers of all addresses, as the collector `vip` of the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

from exporter.errors import SourceError
from exporter.scrape import Source
from exporter.transports.deadline import Deadline
from exporter.watchers.vip.metrics import families
from exporter.watchers.vip.options import Vip
from exporter.watchers.vip.prober import Listener, Prober
from exporter.watchers.vip.tally import Reading


@dataclass(frozen=True)
class VipReading:
    probes: tuple[Reading, ...]
    troubles: tuple[SourceError, ...]  # of those that can't be probed just now


class VipWatcher(Source[VipReading]):
    name = "vip"
    timeout = 5.0  # a reading never waits: the numbers are there

    def __init__(self, vips: Sequence[Vip], listeners: Sequence[Listener] = ()):
        """Those that have a port are probed, from start() on to close()."""
        self._probers = [Prober(vip, listeners) for vip in vips if vip.port is not None]

    def start(self) -> None:
        for prober in self._probers:
            prober.start()

    def read(self, deadline: Deadline) -> VipReading:  # noqa: ARG002  # nothing to wait for
        """Raises what keeps every one of them from being probed; the trouble of a few is in the reading."""
        well = [prober for prober in self._probers if prober.trouble is None]
        troubles = [prober.trouble for prober in self._probers if prober.trouble]
        for trouble in troubles:
            if not well or not isinstance(trouble, SourceError):
                raise trouble
        told = tuple(trouble for trouble in troubles if isinstance(trouble, SourceError))
        return VipReading(tuple(prober.reading() for prober in well), told)

    def failures(self, reading: VipReading) -> Sequence[SourceError]:
        return reading.troubles

    def collect(self, reading: VipReading) -> Iterable[Metric]:
        return families(reading.probes)

    def close(self) -> None:
        for prober in self._probers:
            prober.stop()
