"""Every query of every dashboard on the lab's Prometheus: healthy, failed over, split, Galera in parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from dashboards.src.theme import GALERA_INITIALIZED, GALERA_SYNCED, NODE_DISPUTED
from tests.dashboards.pages import TARGETS
from tests.lab.balancers import Cluster
from tests.lab.dashboard_answers import AGAIN, Dashboards, Labels, Moment, as_text, legends
from tests.lab.only import ON_ARTICLE

# On one topology, so that `make test` stays short.
pytestmark = [pytest.mark.lab, ON_ARTICLE]

OF_KEEPALIVED = "failover-keepalived: "  # tests/lab/test_keepalived.py asks it on a pair that has one
EMPTY = yaml.safe_load(Path(__file__).with_name("dashboards_empty.yml").read_text())
NAMES = ("healthy", "failover", "split", "partition")
# Both clusters have two DCs, and two hosts answer for the address.
SPLIT = """count(
    count by (cluster) (count by (cluster, node) (ha_cluster_pacemaker_dc_info)) > 1
    and on (cluster) max by (cluster) (vip_claimants) > 1
) == 2"""
each_moment = pytest.mark.parametrize("name", NAMES)

Moments = dict[str, Moment]


@pytest.fixture(scope="module")
def holder(running: Cluster) -> str:
    """Who held the address before anything happened."""
    return running.lab.holder()


@pytest.fixture(scope="module")
def moments(running: Cluster, holder: str) -> Iterator[Moments]:
    dashboards = Dashboards(running.lab)
    try:
        dashboards.begin()
        taken = {"healthy": dashboards.moment("both")}
        running.lab.fault("corosync-killed", holder)
        dashboards.fires("VIPSplitBrain")
        taken["failover"] = dashboards.moment()
        running.lab.heal()
        running.lab.fault("lan-cut")
        dashboards.shown(SPLIT)
        taken["split"] = dashboards.moment()
        running.lab.heal()
        running.lab.fault("galera-partition")
        dashboards.shown("count(max by (cluster, node) (mysql_global_status_wsrep_cluster_status) == 0) == 2")
        taken["partition"] = dashboards.moment()
        yield taken
    finally:
        dashboards.end()


@each_moment
def test_prometheus_answers_every_query(moments: Moments, name: str) -> None:
    """With one cluster chosen, and with all: no error, whatever collectors are absent."""
    for answers in moments[name].answers.values():
        assert {target: answer for target, answer in answers.items() if isinstance(answer, str)} == {}


def test_a_healthy_cluster_fills_the_dashboards(moments: Moments) -> None:
    """What is empty is on the list, with the reason."""
    own = [target for target in TARGETS if not target.startswith(OF_KEEPALIVED)]
    empty = {target for target in own if not moments["healthy"].data("one", target)}
    assert set(EMPTY["seldom"]) <= empty <= set(EMPTY["seldom"]) | set(EMPTY["until_it_happens"])


def test_what_happens_is_shown(moments: Moments) -> None:
    """What is empty until something happens has data once it has."""
    shown = {target for target in TARGETS for moment in moments.values() if moment.data("one", target)}
    assert set(EMPTY["until_it_happens"]) - shown == set()


def of(cluster: str, labels: Labels) -> bool:
    return dict(labels).get("cluster") == cluster


@each_moment
def test_two_clusters_do_not_mix(moments: Moments, running: Cluster, name: str) -> None:
    """What is shown of a cluster is the same with another one; when nothing happens the other is there too.

    They are scraped at different moments: what shows for an instant may show in one of them alone.
    """
    cluster, moment = running.lab.topology.cluster_name, moments[name]
    for target in [target for target, asked in TARGETS.items() if asked.kind != "variable"]:
        one, all_of_them = as_text(moment.data("one", target)), as_text(moment.data("all", target))
        if any("cluster" in dict(labels) for labels in one):
            chosen = {labels: values for labels, values in all_of_them.items() if of(cluster, labels)}
            assert chosen == one, target
            assert name != "healthy" or any(of(AGAIN, labels) for labels in all_of_them), target


def test_clusters_chosen_by_name_are_those_of_all(moments: Moments) -> None:
    """There are two: naming both gives the same as All."""
    moment = moments["healthy"]
    for target in TARGETS:
        assert as_text(moment.data("both", target)) == as_text(moment.data("all", target))


@each_moment
def test_no_series_is_there_twice(moments: Moments, name: str) -> None:
    """Both balancers report the whole cluster: in each panel a name is one series."""
    for target, legend in legends():
        moments[name].names("one", target, legend)


def test_the_first_row_shows_the_failover(moments: Moments, running: Cluster, holder: str) -> None:
    """Who holds and held the address, is it split, since when, why, and how long were clients out."""
    moment, peer = moments["failover"], running.peer(holder)

    def first(panel: str, legend: str) -> dict[str, float]:
        return moment.names("one", f"failover-story: {panel}", legend)

    assert first("Holds the address now A", "{{what}}") == {holder: 2, peer: 2}
    assert list(first("The last failover A", "{{what}}")) == [f"{holder} → {peer}"]
    assert list(first("Because of A", "{{cause}}")) == ["node_lost"]
    ((_, at),) = first("At A", "at").items()
    ((_, split),) = first("Split for A", "split").items()
    assert moment.window.start < at / 1000 < moment.window.end
    assert 0 < split <= moment.window.end - at / 1000 + 2 * moment.window.step
    assert first("Clients were out for A", "now") == {"now": 0}
    ((_, out),) = first("Clients were out for B", "in this range").items()
    assert 0 <= out < 10


def test_the_row_of_the_old_holder_turns(moments: Moments, holder: str) -> None:
    """In the timeline it holds the address alone, and then as another does; the other turns from nothing."""
    held = moments["failover"].data("one", "failover-story: Who holds the address A")
    rows = {dict(labels)["host"]: list(dict.fromkeys(values)) for labels, values in held.items()}
    assert rows.pop(holder) == [1, 2]
    assert list(rows.values()) == [[0, 2]]


def test_a_cut_network_shows_two_halves(moments: Moments) -> None:
    """Each with a DC, each sees the other as lost; nobody could take over for anybody."""
    moment = moments["split"]
    signs = ["A", "B", "C", "D"]  # bound twice, two MAC addresses, two DCs, two halves
    for ref in signs:
        assert set(moment.names("one", f"failover-story: Signs of a split {ref}", "sign").values()) == {1}
    seen = moment.names("one", "failover-story: Who sees whom A", "{{host}} {{node}}")
    of_the_other = {way: sees for way, sees in seen.items() if len(set(way.split())) == 2}
    assert len(of_the_other) == 2 and not any(of_the_other.values())
    nodes = moment.names("one", "failover-cluster: Nodes A", "{{node}}")
    assert set(nodes.values()) == {NODE_DISPUTED.value}
    able = moment.names("one", "failover-cluster: Nodes that can take over A", "able")
    assert able == {"able": 0}


def test_a_galera_partition_shows_who_is_out(moments: Moments, running: Cluster) -> None:
    """One node in no component, the two others together in the only Primary."""
    moment = moments["partition"]
    states = moment.names("one", "failover-galera: Nodes A", "{{node}}")
    (lost,) = [node for node, state in states.items() if state == GALERA_INITIALIZED.value]
    assert set(states.values()) == {GALERA_INITIALIZED.value, GALERA_SYNCED.value}
    assert moment.names("one", "failover-galera: In a Primary component A", "{{node}}")[lost] == 0
    assert moment.names("one", "failover-galera: Primary components A", "components") == {"components": 1}
    views = moment.names("one", "failover-galera: Cluster size, by node A", "{{node}}")
    assert views == {node: 1 if node == lost else 2 for node in running.databases}
