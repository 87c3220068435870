"""Pacemaker moves the addresses."""

from collections.abc import Iterable, Mapping

from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.sources.pacemaker.source import Options
from exporter.watchers.failover.addresses import Addresses
from exporter.watchers.failover.detection.causes import CAUSES
from exporter.watchers.failover.detection.detector import Detector
from exporter.watchers.failover.detection.snapshot import Snapshot, snapshot
from exporter.watchers.failover.events import Held


class Pacemaker(Addresses):
    collector = "pacemaker"
    causes = CAUSES

    def __init__(self, options: Options):
        super().__init__(options.crm_mon_path)
        self.stream = options.crm_mon_path

    @staticmethod
    def detector(kept: Mapping[str, Held], here: str) -> Detector:
        return Detector(kept, here)

    @staticmethod
    def snapshot(reading: PacemakerReading, chosen: Iterable[str]) -> Snapshot:
        return snapshot(reading, chosen)
