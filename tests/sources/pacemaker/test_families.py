import dataclasses
import re

import pytest

from exporter.sources.pacemaker.families import cluster as metrics
from exporter.sources.pacemaker.reading import PacemakerReading
from tests.golden import CAPTURES, assert_golden, exposition
from tests.sources.pacemaker.captured import VIEWS, reading, view


def page(read: PacemakerReading) -> dict[str, float]:
    lines = exposition(list(metrics.collect(read))).splitlines()
    return {
        series.removeprefix("ha_cluster_pacemaker_"): float(value)
        for series, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
    }


@pytest.mark.parametrize("case", VIEWS)
def test_golden_exposition(case: str, update_golden: bool) -> None:
    """Each captured cluster becomes exactly the page beside it."""
    assert_golden(CAPTURES / f"crm_mon-{case}.prom", metrics.collect(reading(case)), update=update_golden)


def test_a_resource_on_two_nodes_has_series_for_both() -> None:
    """And counts two: the sign of a split brain."""
    series = page(reading("2.1.5-trouble"))
    assert series['resource_running_nodes{resource="twice"}'] == 2
    assert {name for name in series if 'resource="twice"' in name and 'status="active"' in name} == {
        f'resources{{agent="ocf:heartbeat:Dummy",clone="",group="",managed="false",node="{node}",resource="twice",'
        'role="started",status="active"}'
        for node in ("alpha", "beta")
    }


def test_a_clone_counts_the_nodes_that_run_it() -> None:
    """Its instances share a name; none of them running is 0, not absent."""
    series = page(reading("2.1.5-structures"))
    assert series['resource_running_nodes{resource="ping"}'] == 2
    assert series['resource_running_nodes{resource="off"}'] == 0


def test_instances_of_a_stopped_clone_are_one_series_that_is_1_if_any_is() -> None:
    """Two stopped instances that differ in a status would else be the same series with two values."""
    seen = view("2.1.5-structures")
    resources = list(seen.resources)
    second = max(number for number, one in enumerate(resources) if one.id == "off")
    resources[second] = dataclasses.replace(resources[second], blocked=True)
    blocked = page(PacemakerReading(dataclasses.replace(seen, resources=tuple(resources)), ()))
    values = [
        value for name, value in blocked.items() if 'resource="off"' in name and 'status="blocked"' in name
    ]
    assert values == [1]


def test_a_node_listed_twice_is_one_node() -> None:
    """A node that came back with another id stays in the list with the old one until it is removed."""
    seen = view("2.1.5-trouble")
    ghost = dataclasses.replace(seen.nodes[0], online=False, health="red")
    series = page(PacemakerReading(dataclasses.replace(seen, nodes=(ghost, *seen.nodes)), ()))
    assert series['nodes{node="alpha",status="online",type="member"}'] == 1
    assert series['node_health{health="green",node="alpha"}'] == 1


def test_a_fail_count_of_a_million_is_infinite() -> None:
    """As Pacemaker means it."""
    series = page(reading("2.1.5-trouble"))
    assert series['fail_count{node="alpha",resource="stuck"}'] == float("inf")
    assert series['fail_count{node="alpha",resource="haproxy"}'] == 2
    assert series['migration_threshold{node="alpha",resource="haproxy"}'] == 3


def test_without_a_dc_nobody_knows_of_quorum() -> None:
    """with_quorum is absent then, not 0."""
    series = page(reading("2.1.5-trouble"))
    assert series["dc_present"] == 0
    assert not [name for name in series if name.startswith(("with_quorum", "dc_info"))]


def test_what_a_move_left_behind_is_reported_with_the_node_it_holds_to() -> None:
    """Also where the node stands in a rule; constraints by hand are not counted."""
    leftovers = {name for name in page(reading("2.1.5-structures")) if name.startswith("leftover")}
    assert leftovers == {
        'leftover_constraints{constraint="cli-ban-haproxy-on-beta",node="beta",resource="haproxy"}',
        'leftover_constraints{constraint="cli-prefer-vip",node="beta",resource="vip"}',
    }


def test_an_unknown_health_is_a_state() -> None:
    """Before 2.1.3 nobody knows, and no health is 1 but unknown."""
    series = page(reading("1.1.24-fenced"))
    health = {name: value for name, value in series.items() if name.startswith("node_health")}
    assert len(health) == 8
    assert {name for name, value in health.items() if value} == {
        f'node_health{{health="unknown",node="{node}"}}' for node in ("north", "south")
    }


def test_a_health_that_we_do_not_know_is_unknown() -> None:
    """A state set always has exactly one state at 1."""
    seen = view("2.1.5-article")
    odd = dataclasses.replace(seen, nodes=(dataclasses.replace(seen.nodes[0], health="purple"),))
    health = {name: value for name, value in page(PacemakerReading(odd, ())).items() if "node_health" in name}
    assert [name for name, value in health.items() if value] == [
        'node_health{health="unknown",node="haproxy-node01"}'
    ]


def test_intervals_are_in_seconds() -> None:
    """One text for all versions, half seconds too."""
    intervals = {re.search('interval="([^"]*)"', name) for name in page(reading("2.0.5-fenced"))}
    assert {found[1] for found in intervals if found} == {"0s", "1.5s"}


def disabled(read: PacemakerReading) -> set[str]:
    """The resources that are disabled; each other one has 0."""
    series = {name: value for name, value in page(read).items() if name.startswith("resource_disabled")}
    assert len(series) == len({one.id for one in read.view.resources})
    return {name.split('resource="')[1].split('"')[0] for name, value in series.items() if value}


def test_what_is_disabled_on_purpose_is_distinguished_from_what_could_not_be_started() -> None:
    """Target roles and tickets that are not held here; neither an unmanaged resource nor one that may not be
    promoted, nor one whose ticket is here."""
    read = reading("2.1.5-disabled")
    by_role = {one.id for one in read.view.resources if one.disabled}
    assert disabled(read) - by_role == {"ticketed", "ticketed2", "tagged"}
    assert {"held", "db", "unmanaged", "vip-unprom", "vip", "fence"} & disabled(read) == set()
    assert disabled(reading("2.1.5-stopped-on-purpose")) == {"vip-old"}


def test_a_ticket_in_standby_is_not_held() -> None:
    """A person sent it to standby before giving it back."""
    read = reading("2.1.5-disabled")
    tickets = tuple(dataclasses.replace(one, granted=True, standby=True) for one in read.view.tickets)
    away = dataclasses.replace(read, view=dataclasses.replace(read.view, tickets=tickets))
    assert "held" in disabled(away)


def test_stop_all_resources_disables_all() -> None:
    """Fencing devices too."""
    read = reading("2.1.5-disabled")
    assert read.view.options
    options = dataclasses.replace(read.view.options, stop_all_resources=True)
    stopped = dataclasses.replace(read, view=dataclasses.replace(read.view, options=options))
    assert disabled(stopped) == {one.id for one in read.view.resources}


def test_families_are_gauges_with_a_sentence() -> None:
    """Every one has a HELP that ends as a sentence does."""
    for family in metrics.collect(reading("2.1.5-structures")):
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
