"""How long a failover would take, and what would make it faster: from the live configuration."""

from collections.abc import Mapping
from typing import Any

from exporter.commands.check_config.service_user import as_service_user
from exporter.commands.doctor.direct import ask
from exporter.config import Config
from exporter.errors import SourceError
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.readiness.expected.explanation import Explanation, explain
from exporter.watchers.readiness.expected.haproxy import HaproxyTimers
from exporter.watchers.readiness.expected.settings import settings


def read(config: Config, had: Mapping[str, Any | SourceError]) -> tuple[Explanation, ...]:
    """As the service's user where root asks; none where Pacemaker is not watched, or can't be read: that is
    a finding. `had`: readings of collectors, those that were read already."""
    if config.pacemaker is None:
        return ()
    with as_service_user():
        pacemaker = _reading("pacemaker", config.pacemaker, had)
        corosync = _reading("corosync", config.corosync, had) if config.corosync else None
        backends = HaproxyTimers().read()
    if pacemaker is None:
        return ()
    return explain(settings(pacemaker, snapshot(pacemaker, config.failover.resources), corosync, backends))


def _reading(name: str, section: object, had: Mapping[str, Any | SourceError]) -> Any:
    """None where it can't be read."""
    found = had[name] if name in had else ask(name, section)[0]
    return None if isinstance(found, SourceError) else found
