"""How long a failover would take, and what would make it faster: from the live configuration."""

from typing import Any

from exporter.app import SOURCES
from exporter.commands.check_config.service_user import as_service_user
from exporter.config import Config
from exporter.errors import SourceError
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.readiness.expected.explanation import Explanation, explain
from exporter.watchers.readiness.expected.haproxy import HaproxyTimers
from exporter.watchers.readiness.expected.settings import settings


def read(config: Config) -> tuple[Explanation, ...]:
    """As the service's user where root asks; none where Pacemaker is not watched, or can't be read: that is
    a finding."""
    if config.pacemaker is None:
        return ()
    with as_service_user():
        pacemaker = _reading("pacemaker", config.pacemaker)
        corosync = _reading("corosync", config.corosync) if config.corosync else None
        backends = HaproxyTimers().read()
    if pacemaker is None:
        return ()
    return explain(settings(pacemaker, snapshot(pacemaker, config.failover.resources), corosync, backends))


def _reading(name: str, section: object) -> Any:
    """None where it can't be read."""
    source = SOURCES[name](section)
    try:
        return source.read(Deadline.after(source.timeout))
    except SourceError:
        return None
    finally:
        source.close()
