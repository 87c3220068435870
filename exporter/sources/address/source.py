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

    def read(self, deadline: Deadline) -> Holding:
        deadline.remaining(self.name)
        here = held(interfaces())
        bound = {vip: vip in here for vip in self._vips}
        return Holding(bound, self._claimants.counts() if self._claimants else {})

    def collect(self, reading: Holding) -> Iterable[Metric]:
        return families(reading)

    def close(self) -> None:
        if self._claimants:
            self._claimants.close()
