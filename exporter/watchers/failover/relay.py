"""Passes on what probers and claimants notice to the failover watcher that runs at the moment, if one does.

They outlive it where a reload replaces it.
"""

from exporter.endpoint import Endpoint
from exporter.watchers.failover.journal.phases import FinishedOutage
from exporter.watchers.failover.watcher import FailoverWatcher


class Relay:
    """A Listener of probers and of the claimants: called from any thread."""

    def __init__(self) -> None:
        self.watcher: FailoverWatcher | None = None

    def failing(self, endpoint: Endpoint) -> None:
        if watcher := self.watcher:
            watcher.failing(endpoint)

    def recovered(self, endpoint: Endpoint) -> None:
        if watcher := self.watcher:
            watcher.recovered(endpoint)

    def outage(self, endpoint: Endpoint, outage: FinishedOutage) -> None:
        if watcher := self.watcher:
            watcher.outage(endpoint, outage)

    def shared(self, address: str) -> None:
        if watcher := self.watcher:
            watcher.shared(address)
