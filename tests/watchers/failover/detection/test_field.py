"""Causes, on what clusters in the field reported: see field/README.md."""

from datetime import UTC
from pathlib import Path

import pytest

from exporter.sources.pacemaker.parse import cib, crm_mon
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.watchers.failover.detection.detector import Detector
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.failover.events import Event, Moment

FIELD = Path(__file__).parent / "field"


def events(case: str, seconds: float) -> list[Event]:
    """Each state is seen twice, `seconds` apart."""
    folder = FIELD / case
    configuration = cib.configuration((folder / "constraints.cibadmin.xml").read_bytes())
    detector, found, now = Detector({}, "lb-b"), [], 1000.0
    for path in sorted(folder.glob("*.crm_mon.xml")):
        reading = PacemakerReading.of(crm_mon.parse(path.read_bytes(), UTC), configuration)
        for _ in range(2):
            found += detector.observe(snapshot(reading), Moment(now, 1.8e9 + now))
            now += seconds
    return [one.event for one in found]


CASES = [
    ("vip-with-cloned-haproxy", 1.0, ["vip"], ("lb-a", "lb-b"), "resource_failure"),
    ("unfencing", 20.0, ["vip"], ("lb-a", "lb-b"), "resource_failure"),
    ("remote-node-lost", 1.0, ["vip"], ("r1", "r2"), "node_lost"),
    ("connectivity-rule", 5.0, ["vip"], ("lb-a", "lb-b"), "node_health"),
    ("on-fail-standby", 1.0, ["haproxy", "vip"], ("lb-a", "lb-b"), "resource_failure"),
]


@pytest.mark.parametrize(
    ("case", "seconds", "resources", "move", "cause"), CASES, ids=[one[0] for one in CASES]
)
def test_cause(case: str, seconds: float, resources: list[str], move: tuple[str, str], cause: str) -> None:
    """One move of each resource, with the cause and a sentence of evidence."""
    found = events(case, seconds)
    assert [(one.resource, one.kind, (one.origin, one.target), one.cause) for one in found] == [
        (resource, "move", move, cause) for resource in resources
    ]
    assert all(one.evidence for one in found)


def test_connectivity_is_reported_with_the_attribute_and_its_values() -> None:
    """The rule's attribute, before and after."""
    (event,) = events("connectivity-rule", 5.0)
    assert event.evidence[0] == "pingd of lb-a: 100 -> 0"


def test_connectivity_that_was_lost_while_the_exporter_was_down() -> None:
    """Of the attribute only what it is now is known: it still bars the node that the address left."""
    folder = FIELD / "connectivity-rule"
    configuration = cib.configuration((folder / "constraints.cibadmin.xml").read_bytes())
    first, *_, last = (
        snapshot(PacemakerReading.of(crm_mon.parse(path.read_bytes(), UTC), configuration))
        for path in sorted(folder.glob("*.crm_mon.xml"))
    )
    before = Detector({}, "lb-b")
    before.observe(first, Moment(1.0, last.updated - 100))
    ((found,),) = [Detector(before.held(), "lb-b").observe(last, Moment(9e5, last.updated))]
    assert (found.event.cause, found.event.late) == ("node_health", True)
    assert found.event.evidence == ("pingd of lb-a: 0",)


def test_unfencing_is_no_evidence() -> None:
    """Nobody was fenced: a node that joined was given access to its storage."""
    (event,) = events("unfencing", 20.0)
    assert event.evidence == ("vip on lb-a: monitor answered 7",)
