"""A cluster as the checks are told of it: the lab's article, by Pacemaker's real tools."""

from dataclasses import replace
from pathlib import Path

from exporter.sources.haproxy.configuration.files import Host
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.haproxy_files import HaproxyFiles
from exporter.watchers.readiness.checks.parameters import parameters
from tests.watchers.readiness.cib import Change, article, reading_of

SOON = Deadline.after(3600)
CFG = "/etc/haproxy/haproxy.cfg"
VIP = "10.0.0.100"
CONFIG = f"""\
defaults
    mode tcp
    timeout connect 3s
    timeout client 1h
    timeout server 1h
frontend mysql
    bind {VIP}:3306
    default_backend galera
backend galera
    server galera-node01 10.0.0.21:3306 check
"""


def host(folder: Path, files: dict[str, str]) -> Host:
    """A root with these files, by their paths."""
    for path, text in files.items():
        place = folder / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return Host(folder, {})


def cluster(folder: Path, change: Change | None = None) -> Known:
    cib = article(change)
    reading = reading_of(cib, folder)
    return Known(pacemaker=reading, snapshot=snapshot(reading), configured=parameters(cib))


def with_files(known: Known, *paths: str) -> Known:
    return replace(known, files=HaproxyFiles(paths))
