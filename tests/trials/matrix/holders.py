"""Which hosts have the addresses while a fault is tried, by their kernels: is a split real?"""

import re
import time
from pathlib import Path

from deploy.lab import network
from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.observer import Observer

EVERY = 0.5  # seconds


class Holders(Observer):
    def __init__(self, fleet: Fleet):
        super().__init__("holders")
        self._fleet = fleet
        self.shared = 0.0  # the longest time in which two hosts had one address, in seconds

    def observe(self) -> None:
        since: float | None = None
        while not self.stop.wait(EVERY):
            now = time.monotonic()
            try:
                twice = self._twice()
            except (LabError, OSError):  # a host that ends just now: the next reading may succeed
                continue
            since = (now if since is None else since) if twice else None
            if since is not None:
                self.shared = max(self.shared, now - since)

    def _twice(self) -> bool:
        hosts = [host for host in self._fleet.hosts.values() if not self._is_fenced(host)]
        tables = [Path(f"/proc/{host.pid()}/net/fib_trie").read_text() for host in hosts]
        return any(sum(holds(vip, one) for one in tables) > 1 for vip in self._fleet.topology.vips)

    def _is_fenced(self, host: Host) -> bool:
        """Fabric fencing lets a host run on with its addresses, and nobody reaches it."""
        fleet = self._fleet
        return network.is_fenced(fleet.switch, fleet.topology, fleet.place(host.name))


def holds(address: str, table: str) -> bool:
    """By a kernel's own table of routes, whose format is that of net/ipv4/fib_trie.c: an address of the host
    is a leaf, with its route of type LOCAL on the line below.
    """
    return re.search(rf"\|-- {re.escape(address)}\n\s+/32 host LOCAL", table) is not None
