"""Reads from the kernel which of the VIPs this host holds.

How many hosts answer for each is found out in the background (exporter/watchers/claimants), and never waited
for here.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from prometheus_client.metrics_core import Metric

from exporter.scrape import Source
from exporter.sources.address.families import families
from exporter.sources.address.parse import held
from exporter.sources.address.reading import Holding
from exporter.transports.deadline import Deadline
from exporter.transports.interfaces import interfaces


class Claimants(Protocol):
    """Finds out how many hosts answer for each address: exporter/watchers/claimants."""

    def start(self) -> None: ...
    def counts(self) -> Mapping[str, int]: ...
    def shared_seconds(self) -> Mapping[str, float]: ...
    def change(self, vips: Iterable[str]) -> None: ...
    def close(self) -> None: ...


class AddressSource(Source[Holding]):
    """Has no options of its own: `vips` are the addresses of that section, normalised, each of them once."""

    name = "address"

    def __init__(self, vips: tuple[str, ...], claimants: Claimants | None = None):
        self._vips = vips
        self._claimants = claimants

    @property
    def timeout(self) -> float:
        return 5.0

    def start(self) -> None:
        if self._claimants:
            self._claimants.start()

    def change(self, vips: tuple[str, ...], asked: tuple[str, ...]) -> None:
        """These instead, in the next reading; `asked` are those whose owners are asked for."""
        self._vips = vips
        if self._claimants:
            self._claimants.change(asked)

    def claimants(self) -> Mapping[str, int]:
        """How many hosts answer for each address, this one counted, where it is known. Waits for nothing."""
        return self._claimants.counts() if self._claimants else {}

    def read(self, deadline: Deadline) -> Holding:
        deadline.remaining(self.name)
        here, vips = held(interfaces()), self._vips
        counts = self.claimants()
        shared = self._claimants.shared_seconds() if self._claimants else {}
        return Holding(
            {vip: vip in here for vip in vips},
            {vip: count for vip, count in counts.items() if vip in vips},
            {vip: seconds for vip, seconds in shared.items() if vip in vips},
        )

    def collect(self, reading: Holding) -> Iterable[Metric]:
        return families(reading)

    def close(self) -> None:
        if self._claimants:
            self._claimants.close()
