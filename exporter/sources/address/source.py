"""Ask the kernel which of the VIPs this host holds: one netlink call, no `ip` process.

Beside it stands who else claims them, which is asked for in the background and never waited for here.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

import psutil
from prometheus_client.metrics_core import Metric

from exporter.errors import Unreachable
from exporter.scrape import Source
from exporter.sources.address.families import families
from exporter.sources.address.parse import held
from exporter.sources.address.reading import Holding
from exporter.transports.deadline import Deadline


class Claimants(Protocol):
    """Who finds out how many hosts answer for each address."""

    def start(self) -> None: ...
    def counts(self) -> Mapping[str, int]: ...
    def close(self) -> None: ...


class AddressSource(Source[Holding]):
    """It has no options of its own: `vips` are the normalised addresses of that section."""

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
        try:
            here = held(psutil.net_if_addrs())
        except OSError as error:
            raise Unreachable(f"the kernel's list of addresses: {error.strerror or error}") from None
        bound = {vip: vip in here for vip in self._vips}
        return Holding(bound, self._claimants.counts() if self._claimants else {})

    def collect(self, reading: Holding) -> Iterable[Metric]:
        return families(reading)

    def close(self) -> None:
        if self._claimants:
            self._claimants.close()
