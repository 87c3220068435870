"""Ask the kernel which of the VIPs this host holds: one netlink call, no `ip` process."""

from collections.abc import Iterable, Mapping

import psutil
from prometheus_client.metrics_core import Metric

from exporter.errors import Unreachable
from exporter.scrape import Source
from exporter.sources.address.interfaces import held
from exporter.sources.address.metrics import families
from exporter.transports.deadline import Deadline


class AddressSource(Source[Mapping[str, bool]]):
    """It has no options of its own: `vips` are the normalised addresses of that section."""

    name = "address"

    def __init__(self, vips: tuple[str, ...]):
        self._vips = vips

    @property
    def timeout(self) -> float:
        return 5.0

    def read(self, deadline: Deadline) -> Mapping[str, bool]:
        """By address, whether it is here."""
        deadline.remaining(self.name)
        try:
            here = held(psutil.net_if_addrs())
        except OSError as error:
            raise Unreachable(f"the kernel's list of addresses: {error.strerror or error}") from None
        return {vip: vip in here for vip in self._vips}

    def collect(self, reading: Mapping[str, bool]) -> Iterable[Metric]:
        return families(reading)
