"""Captures of Pacemaker's tools."""

from datetime import UTC, tzinfo

from exporter.sources.pacemaker.parse import cib, crm_mon
from exporter.sources.pacemaker.reading import ClusterView, PacemakerReading
from tests.golden import CAPTURES

REFUSALS = (
    "2.1.5-cib-gone",
    "2.1.5-cib-refused",
    "2.1.5-no-read-rule",
    "2.1.5-no-right",
    "2.1.5-not-running",
    "2.1.5-shutting-down",
    "3.0.0-no-read-rule",
)
TWINS = ("2.1.5-structures-as-xml",)  # the same page as the one without -as-xml
VIEWS = sorted(
    {path.stem.removeprefix("crm_mon-") for path in CAPTURES.glob("crm_mon-*.xml")} - {*REFUSALS, *TWINS}
)


def crm_mon_output(case: str) -> bytes:
    return (CAPTURES / f"crm_mon-{case}.xml").read_bytes()


def cibadmin_output(case: str) -> bytes:
    return (CAPTURES / f"cibadmin-{case}.xml").read_bytes()


def view(case: str, zone: tzinfo = UTC) -> ClusterView:
    return crm_mon.parse(crm_mon_output(case), zone)


def reading(case: str) -> PacemakerReading:
    """The view of that capture, with the constraints captured beside it, if any."""
    constraints = CAPTURES / f"cibadmin-{case}.xml"
    if not constraints.exists():
        return PacemakerReading(view(case), ())
    return PacemakerReading.of(view(case), cib.configuration(constraints.read_bytes()))
