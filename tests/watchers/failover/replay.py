"""Captured failovers, as one balancer saw them: see captured/README.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from exporter.errors import SourceError
from exporter.sources.pacemaker.parse import cib, crm_mon
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.watchers.failover.detection.detector import Detected, Detector
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.failover.events import Event, Moment

CAPTURED = Path(__file__).parent / "captured"


@dataclass(frozen=True)
class Frame:
    at: float  # seconds since the recording began
    wall: float
    reading: PacemakerReading


def frames(recording: str) -> Iterator[Frame]:
    """What could be read, each time it had changed; readings that the tools refused are left out."""
    constraints: bytes | None = None
    began: float | None = None
    for path in sorted((CAPTURED / recording).glob("*.xml")):
        at = float(path.name[:7])
        if "cibadmin" in path.name:
            constraints = path.read_bytes() if path.name.endswith("-0.xml") else constraints
            continue
        try:
            view = crm_mon.parse(path.read_bytes(), UTC)
        except SourceError:
            continue
        # cibadmin ran after crm_mon: the first frame has the constraints that were read next.
        output = constraints if constraints is not None else _first_constraints(recording)
        reading = PacemakerReading(view, cib.parse(output), cib.colocations(output))
        began = view.last_update - at if began is None else began
        yield Frame(at, began + at, reading)


def _first_constraints(recording: str) -> bytes:
    return min((CAPTURED / recording).glob("*-cibadmin-0.xml")).read_bytes()


def detected(recording: str, detector: Detector | None = None) -> list[Detected]:
    detector = detector or Detector({})
    found: list[Detected] = []
    for frame in frames(recording):
        found += detector.observe(snapshot(frame.reading), Moment(frame.at, frame.wall))
    return found


def reported(recording: str, detector: Detector | None = None) -> list[Event]:
    return [one.event for one in detected(recording, detector)]
