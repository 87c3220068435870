"""The collector `vip`: a prober for each address and port, and for some a writer that commits through it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from prometheus_client.metrics_core import Metric

from exporter.endpoint import Endpoint
from exporter.errors import SourceError
from exporter.scrape import Source
from exporter.transports.deadline import Deadline
from exporter.watchers.commits.metrics import CommitReading
from exporter.watchers.commits.metrics import families as commit_families
from exporter.watchers.commits.writer import Writer
from exporter.watchers.prober.counters import ProbeReading
from exporter.watchers.prober.metrics import families
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.outages import Outage
from exporter.watchers.prober.prober import Listener, Prober

# A launch that is so late is not waited for any more. A host without CPU delays launches by some seconds at
# worst, and the service manager waits as long again before it ends the program.
STUCK_SECONDS = 30.0


@dataclass(frozen=True)
class VipReading:
    probes: tuple[ProbeReading, ...]
    commits: tuple[CommitReading, ...]
    troubles: tuple[Exception, ...]  # of those that can't be probed, written to or read back just now


@dataclass
class _Probed:
    """One address and port."""

    prober: Prober
    writer: Writer | None


class _OtherPorts:
    """Tells the probers of an address's other ports that one fails.

    Where the whole address does, all find it at once, though it may last no longer than the interval.
    """

    def __init__(self, probed: Callable[[], Mapping[Endpoint, _Probed]]):
        self._probed = probed

    def failing(self, endpoint: Endpoint) -> None:
        for other, one in self._probed().items():
            if other.host == endpoint.host and other != endpoint:
                one.prober.hint()

    def recovered(self, endpoint: Endpoint) -> None: ...

    def outage(self, endpoint: Endpoint, outage: Outage) -> None: ...


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
        self._listeners = (*listeners, _OtherPorts(lambda: self._probed))
        self._probed = {endpoint: self._build(vip, nodes) for endpoint, vip in with_port(vips).items()}

    def _build(self, vip: Vip, nodes: Mapping[str, str]) -> _Probed:
        writer = _new_writer(vip, nodes)
        return _Probed(Prober(vip, self._heard_by(writer)), writer)

    def _heard_by(self, writer: Writer | None) -> tuple[Listener, ...]:
        return (*self._listeners, *([writer] if writer else []))

    def start(self) -> None:
        for one in self._probed.values():
            _start(one)

    def change(self, vips: Sequence[Vip], nodes: Mapping[str, str]) -> None:
        """Probe these from now on. Blocks for some seconds where an address is left out.

        An address and port that is still there keeps its prober, whatever its options: with its counters,
        and with an outage that lasts.
        """
        wanted = with_port(vips)
        new = {
            endpoint: self._build(vip, nodes)
            for endpoint, vip in wanted.items()
            if endpoint not in self._probed
        }
        before, self._probed = (
            self._probed,
            {endpoint: new.get(endpoint) or self._probed[endpoint] for endpoint in wanted},
        )
        for one in new.values():
            _start(one)
        for endpoint, vip in wanted.items():
            if endpoint in before:
                self._adapt(before[endpoint], vip, nodes)
        for endpoint in before.keys() - wanted.keys():
            _stop(before[endpoint])
            for listener in self._listeners:
                listener.recovered(endpoint)  # nobody is to wait for the end of an outage that is not seen

    def _adapt(self, one: _Probed, vip: Vip, nodes: Mapping[str, str]) -> None:
        old = one.writer
        if old and vip.write and old.can_become(vip.write):
            old.change(vip.write, nodes)
        else:
            one.writer = _new_writer(vip, nodes)
        one.prober.change(vip, self._heard_by(one.writer))
        if one.writer is not old:
            if one.writer:
                one.writer.start()
            if old:
                old.stop()

    def stuck(self, now: float) -> str:
        for endpoint, one in self._probed.items():
            if (seconds := one.prober.overdue(now)) > STUCK_SECONDS:
                return f"{endpoint}: no attempt was launched for {seconds:.0f} s"
        return ""

    def read(self, deadline: Deadline) -> VipReading:  # noqa: ARG002  # nothing to wait for
        """Raises the trouble where none can be probed, or where it is a defect; else the reading has it."""
        probed = list(self._probed.values())
        probers, writers = [one.prober for one in probed], [one.writer for one in probed if one.writer]
        well = [prober for prober in probers if prober.trouble is None]
        troubles = [prober.trouble for prober in probers if prober.trouble]
        for trouble in troubles:
            if not well or not isinstance(trouble, SourceError):
                raise trouble
        troubles += [trouble for writer in writers for trouble in writer.troubles()]
        return VipReading(
            probes=tuple(prober.reading() for prober in well),
            commits=tuple(writer.reading() for writer in writers),
            troubles=tuple(troubles),
        )

    def failures(self, reading: VipReading) -> Sequence[Exception]:
        return reading.troubles

    def collect(self, reading: VipReading) -> Iterable[Metric]:
        return [*families(reading.probes), *commit_families(reading.commits)]

    def close(self) -> None:
        for one in self._probed.values():
            if one.writer:
                one.writer.stop()
        for one in self._probed.values():
            one.prober.stop()


def with_port(vips: Iterable[Vip]) -> dict[Endpoint, Vip]:
    """Those that are probed."""
    return {Endpoint(vip.address, vip.port): vip for vip in vips if vip.port is not None}


def _new_writer(vip: Vip, nodes: Mapping[str, str]) -> Writer | None:
    return Writer(vip.address, vip.port, vip.write, nodes) if vip.write and vip.port is not None else None


def _start(one: _Probed) -> None:
    one.prober.start()
    if one.writer:
        one.writer.start()


def _stop(one: _Probed) -> None:
    if one.writer:
        one.writer.stop()
    one.prober.stop()
