"""Captures of Pacemaker's tools."""

from datetime import UTC, tzinfo

from exporter.sources.pacemaker import cib, crm_mon
from exporter.sources.pacemaker.view import ClusterView, PacemakerReading
from tests.golden import CAPTURES

VIEWS = (
    "1.1.24-fenced",
    "2.0.5-fenced",
    "2.1.5-article",
    "2.1.5-structures",
    "2.1.5-trouble",
    "3.0.2-fenced",
    "3.0.2-fencer-silent",
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
    return PacemakerReading(view(case), cib.parse(constraints.read_bytes()) if constraints.exists() else ())
