"""Which IP address a resource is: asked with crm_resource, once and when the configuration changes."""

import ipaddress
import logging
from pathlib import Path

from exporter.errors import SourceError
from exporter.sources.pacemaker.reading import LastChange
from exporter.transports import command
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import Snapshot

log = logging.getLogger(__name__)

TIMEOUT = 5.0  # seconds for one resource


class Addresses:
    def __init__(self, crm_mon_path: str):
        """crm_resource is in the same folder as crm_mon."""
        self._crm_resource = str(Path(crm_mon_path).with_name("crm_resource"))
        self._configured: LastChange | None = None
        self._asked: set[str] = set()  # since the configuration changed
        self._by_resource: dict[str, str] = {}

    def unknown(self, seen: Snapshot) -> list[str]:
        """The resources to ask for; until learn() an address that was known before is kept."""
        if seen.configured != self._configured:
            self._configured = seen.configured
            self._asked.clear()
        self._by_resource = {name: at for name, at in self._by_resource.items() if name in seen.addresses}
        return sorted(seen.addresses - self._asked)

    def known(self) -> dict[str, str]:
        """By resource; may be called from any thread."""
        return dict(self._by_resource)

    def learn(self, resource: str) -> None:
        """Ask for the resource's address; blocking. Without an answer the address is not known."""
        address = self._ask(resource)
        self._asked.add(resource)
        if address:
            self._by_resource[resource] = address
        else:
            self._by_resource.pop(resource, None)

    def of(self, resource: str, seen: Snapshot) -> frozenset[str]:
        """The resource's own address, or those of what moves with it; empty: not known, so it may be any."""
        names = {resource} if resource in self._by_resource else seen.together[resource]
        return frozenset(self._by_resource[name] for name in names if name in self._by_resource)

    def _ask(self, resource: str) -> str | None:
        argv = (self._crm_resource, "--resource", resource, "--get-parameter", "ip")
        try:
            done = command.run(argv, Deadline.after(TIMEOUT), {"TZ": "UTC0"})
            return str(ipaddress.ip_address(done.stdout.decode().strip()))
        except (SourceError, ValueError) as error:
            log.info("%s: its address is not known: %s", resource, error)
            return None
