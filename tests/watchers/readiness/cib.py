"""A cluster's CIB, changed as people and faults change it, and what Pacemaker's own tools make of it."""

import shutil
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from lxml import etree

from exporter.sources.pacemaker.parse import cib as cib_parser
from exporter.sources.pacemaker.parse import crm_mon
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.sources.pacemaker.source import _DIALECTS
from exporter.transports import command
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.readiness.lost_node import fail_counts, without
from exporter.watchers.readiness.metrics import Takeover
from exporter.watchers.readiness.reasons import Loss
from exporter.watchers.readiness.simulator import Simulator
from exporter.watchers.readiness.watcher import View, takeover

ARTICLE = (
    Path(__file__).parent / "captured/article-2.1.5.cib.xml"
)  # cibadmin --query in the lab; node01 holds
HOLDER, PEER = "haproxy-node01", "haproxy-node02"
Element = etree._Element
Change = Callable[[Element], object]

needs_pacemaker = pytest.mark.skipif(
    not shutil.which("crm_simulate"), reason="needs crm_simulate of the package pacemaker-cli-utils"
)


def article(change: Change | None = None) -> bytes:
    """The lab's cluster at rest, without the constraint that its last move left, changed by `change`."""
    root = etree.fromstring(ARTICLE.read_bytes())
    drop(root, "rsc_location")
    if change:
        change(root)
    return etree.tostring(root)


def drop(root: Element, tag: str) -> None:
    for one in list(root.iter(tag)):
        one.getparent().remove(one)  # type: ignore[union-attr]  # it was found below the root


def add(root: Element, path: str, xml: str) -> None:
    parent = root.find(path)
    assert parent is not None, path
    parent.append(etree.fromstring(xml))


def option(root: Element, name: str, value: str) -> None:
    """Of the cluster."""
    drop_option = [
        one for one in root.iterfind("configuration/crm_config//nvpair") if one.get("name") == name
    ]
    for one in drop_option:
        one.getparent().remove(one)  # type: ignore[union-attr]  # as above
    xml = f'<nvpair id="test-{name}" name="{name}" value="{value}"/>'
    add(root, "configuration/crm_config/cluster_property_set", xml)


def ban(resource: str) -> Change:
    """Of the peer."""
    xml = f'<rsc_location id="cli-ban" rsc="{resource}" role="Started" node="{PEER}" score="-INFINITY"/>'
    return lambda root: add(root, "configuration/constraints", xml)


def reading_of(cib: bytes, folder: Path) -> PacemakerReading:
    """By the real crm_mon and cibadmin."""
    file = folder / "cib.xml"
    file.write_bytes(cib)
    environment = {"TZ": "UTC0", "CIB_file": str(file)}
    shown = command.run(("crm_mon", *_DIALECTS[0]), Deadline.after(10), environment)
    asked = ("cibadmin", "--query", "--local", "--xpath", cib_parser.XPATH)
    configured = command.run(asked, Deadline.after(10), environment)
    assert (shown.returncode, configured.returncode) == (0, 0), (shown, configured)
    return PacemakerReading.of(crm_mon.parse(shown.stdout, UTC), cib_parser.configuration(configured.stdout))


SIMULATOR = Simulator("cibadmin", "crm_simulate", "crm_mon")


def predicted(
    cib: bytes,
    folder: Path,
    *,
    lost: str = HOLDER,
    quorate: bool | None = None,
    simulator: Simulator = SIMULATOR,
) -> dict[str, Takeover]:
    """By resource what would become of it, by the real crm_simulate."""
    reading = reading_of(cib, folder)
    view = View(reading, snapshot(reading), 0.0)
    placed = simulator.placement(without(cib, lost, quorate=quorate), Deadline.after(10))
    failed = fail_counts(cib)
    return {
        name: takeover(view, name, Loss(lost, quorate, placed.get(name, ()), failed))
        for name in view.snapshot.holders
    }
