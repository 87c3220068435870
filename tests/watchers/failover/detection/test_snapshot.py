"""What is watched, and what of Pacemaker's reading is in a snapshot."""

from dataclasses import replace
from datetime import UTC

import pytest

from exporter.sources.pacemaker.parse import crm_mon
from exporter.sources.pacemaker.reading import Colocation, PacemakerReading
from exporter.watchers.failover.detection.snapshot import Call, snapshot
from tests.golden import CAPTURES
from tests.watchers.failover.replay import frames

STRUCTURES = PacemakerReading(
    crm_mon.parse((CAPTURES / "crm_mon-2.1.5-structures.xml").read_bytes(), UTC), ()
)


def test_by_default_addresses_and_what_is_colocated_with_them() -> None:
    """In the article's cluster HAProxy is colocated with the address."""
    first = snapshot(next(frames("haproxy-killed-haproxy-node01")).reading)
    assert first.holders == {"failover-ip": ("haproxy-node01",), "haproxy": ("haproxy-node01",)}
    assert first.addresses == {"failover-ip"}
    assert first.together["haproxy"] >= {"haproxy", "failover-ip"}


def test_a_group_moves_together() -> None:
    """All of a group with an address in it, and what is colocated with the group by its name."""
    plain = snapshot(STRUCTURES)
    groups = {one.group for one in STRUCTURES.view.resources if one.id in plain.addresses and not one.clone}
    members = {one.id for one in STRUCTURES.view.resources if one.group in groups - {""} and not one.clone}
    assert members <= set(plain.holders)
    assert members
    outsider = next(
        one.id for one in STRUCTURES.view.resources if one.id not in plain.holders and not one.clone
    )
    group = next(iter(groups - {""}))
    tied = PacemakerReading(STRUCTURES.view, (), (Colocation((outsider, group), float("inf")),))
    assert outsider in snapshot(tied).holders
    apart = PacemakerReading(STRUCTURES.view, (), (Colocation((outsider, group), float("-inf")),))
    assert outsider not in snapshot(apart).holders


def test_chosen_resources_alone_are_watched() -> None:
    """Names that the configuration gives; one that does not exist, or is a clone, is not there."""
    name = next(one.id for one in STRUCTURES.view.resources if not one.clone and not one.orphaned)
    assert set(snapshot(STRUCTURES, (name, "nonsense")).holders) == {name}
    assert snapshot(STRUCTURES, ("nonsense",)).holders == snapshot(STRUCTURES).holders


@pytest.mark.parametrize("story", ["resource-moved-haproxy-node01", "standby-haproxy-node02"])
def test_a_resource_that_stops_or_starts_has_no_holder(story: str) -> None:
    """Starting and Stopping name a node, and a pending start is no start."""
    for frame in frames(story):
        for one in frame.reading.view.resources:
            if one.role in ("Starting", "Stopping", "Stopped"):
                assert snapshot(frame.reading).holders[one.id] == ()


def test_a_start_that_failed_is_no_start_and_its_stop_no_stop() -> None:
    """Pacemaker tried it on the other node: the resource never ran there."""
    *_, last = frames("resource-moved-haproxy-node01")
    view = last.reading.view
    assert ("failover-ip", "haproxy-node01") in snapshot(last.reading).stops
    failed = next(one for one in view.operations if one.resource == "failover-ip" and one.task == "start")
    tried = replace(failed, node="haproxy-node01", rc=1)
    reading = replace(last.reading, view=replace(view, operations=(*view.operations, tried)))
    assert ("failover-ip", "haproxy-node01") not in snapshot(reading).stops
    assert snapshot(reading).starts[("failover-ip", "haproxy-node02")] == Call(failed.call, failed.changed)


def test_before_2_1_a_resource_that_is_being_started_says_started() -> None:
    """Only its start, still pending, shows that it does not run yet."""
    *_, last = frames("resource-moved-haproxy-node01")
    view = last.reading.view
    under_way = tuple(
        replace(one, rc=193) if one.resource == "haproxy" and one.task == "start" else one
        for one in view.operations
    )
    reading = replace(last.reading, view=replace(view, operations=under_way))
    assert snapshot(last.reading).holders["haproxy"] == ("haproxy-node02",)
    assert snapshot(reading).holders["haproxy"] == ()
