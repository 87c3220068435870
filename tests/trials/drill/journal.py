"""What `failover-exporter events` tells on a host of the lab."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.lab import exporters
from deploy.lab.host import Host

PARTS = ("detection", "address", "service", "reconnect")


@dataclass(frozen=True)
class Told:
    """Of one move or restart."""

    resource: str
    kind: str
    cause: str
    seconds: Mapping[str, float]  # by phase, and the total; empty where no client felt it

    @property
    def whole(self) -> bool:
        """Whether the phases add up to what clients felt."""
        parts = sum(self.seconds.get(part, 0.0) for part in PARTS)
        return bool(self.seconds) and abs(parts - self.seconds.get("total", 0.0)) < 0.001


def events(host: Host) -> list[dict[str, Any]]:
    """Of all its journal, oldest first; times in seconds since 1970."""
    program = [str(exporters.PROGRAM), "events", "--config.file", exporters.CONFIG, "--json"]
    found = [json.loads(line) for line in host.run(*program).splitlines()]
    return sorted(found, key=lambda event: float(event["at"]))


def told(found: Sequence[Mapping[str, Any]], since: float) -> tuple[Told, ...]:
    return tuple(
        Told(event["resource"], event["kind"], event["cause"], event["phases"])
        for event in found
        if event["at"] >= since
    )
