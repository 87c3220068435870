"""Which balancers have the addresses while a fault is tried, by their kernels: is a split real?"""

import time

from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet, addresses
from deploy.lab.observer import Observer

EVERY = 0.5  # seconds


class Holders(Observer):
    def __init__(self, fleet: Fleet):
        super().__init__("holders")
        self._fleet = fleet
        self.shared = 0.0  # the longest time in which two balancers had one address, in seconds

    def observe(self) -> None:
        since: float | None = None
        while not self.stop.wait(EVERY):
            now = time.monotonic()
            try:
                twice = self._twice()
            except LabError:  # a host that does not answer: the next reading may succeed
                continue
            since = (now if since is None else since) if twice else None
            if since is not None:
                self.shared = max(self.shared, now - since)

    def _twice(self) -> bool:
        held = [addresses(host) for host in self._fleet.balancers]
        return any(sum(vip in one for one in held) > 1 for vip in self._fleet.topology.vips)
