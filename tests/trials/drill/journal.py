"""The events in an exporter's journal, by `failover-exporter events` on a host of the lab."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.lab import exporters
from deploy.lab.host import Host

PARTS = ("detection", "address", "service", "reconnect")


@dataclass(frozen=True)
class Event:
    """One move or restart."""

    resource: str
    kind: str
    cause: str
    seconds: Mapping[str, float]  # by phase, and the total; empty where no client had an outage

    @property
    def whole(self) -> bool:
        """Whether the phases add up to the outage that clients had."""
        parts = sum(self.seconds.get(part, 0.0) for part in PARTS)
        return bool(self.seconds) and abs(parts - self.seconds.get("total", 0.0)) < 0.001


def events(host: Host) -> list[dict[str, Any]]:
    """All of its journal, oldest first; times in seconds since 1970."""
    program = [exporters.PROGRAM, "events", "--config.file", exporters.CONFIG, "--json"]
    found = [json.loads(line) for line in host.run(*exporters.as_service(host, *program)).splitlines()]
    return sorted(found, key=lambda event: float(event["at"]))


def events_since(found: Sequence[Mapping[str, Any]], since: float) -> tuple[Event, ...]:
    return tuple(
        Event(event["resource"], event["kind"], event["cause"], event["phases"])
        for event in found
        if event["at"] >= since
    )
