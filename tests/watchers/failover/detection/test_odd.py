"""Whatever Pacemaker may print and the source reads, detection takes."""

import re
from datetime import UTC
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import SourceError
from exporter.sources.pacemaker.parse import cib, crm_mon
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.watchers.failover.detection.causes import CAUSES
from exporter.watchers.failover.detection.detector import Detector
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.failover.events import Moment

FIELD = Path(__file__).parent / "field"
CASES = sorted(folder.name for folder in FIELD.iterdir() if folder.is_dir())
_VALUES = re.compile(rb'"[^"]*"')
_ODD = [
    "",
    "-1",
    "nan",
    "1e999",
    "INFINITY",
    "\u0663",
    "true",
    "vip",
    "vip:0",
    "haproxy-clone",
    "lb-a",
    "r1",
    "(",
]


def _changed(output: bytes, data: st.DataObject) -> bytes:
    """Up to three values are others."""
    values = list(_VALUES.finditer(output))
    if not values:
        return output
    for value in data.draw(st.lists(st.sampled_from(values), max_size=3, unique_by=lambda one: one.start())):
        odd = data.draw(st.sampled_from(_ODD)).encode()
        output = output.replace(value[0], b'"' + odd + b'"', data.draw(st.sampled_from([1, -1])))
    return output


def _read(view: bytes, configuration: bytes) -> PacemakerReading | None:
    try:
        return PacemakerReading.of(crm_mon.parse(view, UTC), cib.configuration(configuration))
    except SourceError:
        return None


@given(st.data())
def test_no_value_breaks_detection(data: st.DataObject) -> None:
    """Ids that are empty, or those of another thing, scores and patterns of any kind: each event has a cause
    that there is."""
    folder = FIELD / data.draw(st.sampled_from(CASES))
    detector, now = Detector({}, "lb-b"), 0.0
    for path in sorted(folder.glob("*.crm_mon.xml")):
        configuration = _changed((folder / "constraints.cibadmin.xml").read_bytes(), data)
        reading = _read(_changed(path.read_bytes(), data), configuration)
        if reading is None:
            continue
        now += 1.0
        for one in detector.observe(snapshot(reading), Moment(now, 1.8e9 + now)):
            assert one.event.cause in CAUSES
            assert all(one.event.evidence)
