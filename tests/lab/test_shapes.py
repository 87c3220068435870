"""Other clusters than the article's pair: what each reports, well and with the fault that is its own."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from deploy.lab import network, orders
from deploy.lab.page import COLLECTORS, Page
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARBITER, ON_FABRIC, ON_FENCED, ON_IPV6, ON_SBD, ON_THREE
from tests.lab.test_failovers import added, counts

pytestmark = pytest.mark.lab

PACEMAKER = "ha_cluster_pacemaker_"
COROSYNC = "ha_cluster_corosync_"
FENCED = f"{PACEMAKER}fence_last_timestamp_seconds"
DECIDED = 60.0  # seconds until a cluster that lost a node has done all that it does
MOVE = 30.0  # seconds


def check_well(cluster: Cluster) -> dict[str, Page]:
    """Each page is whole, and sees each address held once, by one host."""
    pages = cluster.pages()
    for host, page in pages.items():
        assert not page.failed(), host
        assert {one for one in COLLECTORS if page.get("ha_cluster_scrape_success", collector=one)} == {
            *COLLECTORS
        }
        assert page.get(f"{COROSYNC}quorate") == 1
        assert page.get(f"{PACEMAKER}with_quorum") == 1
    for vip in cluster.lab.topology.vips:
        assert sum(page.get("vip_bound", vip=vip) or 0 for page in pages.values()) == 1
    return pages


def hold_on(cluster: Cluster, host: str) -> None:
    """The first address is held there, each page says how it came there, and no constraint is left."""
    fleet, topology = cluster.lab.fleet, cluster.lab.topology
    if cluster.lab.holder() == host:
        return
    before = {one: counts(cluster.page(one)) for one in cluster.balancers}
    orders.move(cluster.lab.host(host), topology.moved)
    there = [fleet.host(host)]
    until(f"{host} to hold it", lambda: fleet.holders() == there and cluster.served(), MOVE)
    for one in cluster.balancers:
        reports(cluster, one, before[one], topology.tied or topology.primitives, "operator_move")
    orders.tidy(cluster.lab.host(host))
    cluster.lab.wait_whole()


def moved(resources: Sequence[str], cause: str) -> dict[tuple[str, str, str], float]:
    return {(one, "move", cause): 1 for one in resources}


def reports(
    cluster: Cluster,
    host: str,
    before: Mapping[tuple[str, str, str], float],
    resources: Sequence[str],
    cause: str,
) -> Page:
    """The page, once it has exactly these moves more, each once."""
    wanted = moved(resources, cause)
    return cluster.until(host, f"{wanted}", lambda page: added(before, counts(page)) == wanted, DECIDED)


def answered(vip: str) -> Callable[[Page], bool]:
    return lambda page: page.get("vip_probe_up", vip=vip) == page.get("vip_claimants", vip=vip) == 1


def has_failed(resource: str, node: str) -> Callable[[Page], bool]:
    return lambda page: page.get(f"{PACEMAKER}fail_count", resource=resource, node=node) == 1


@ON_ARBITER
def test_an_arbiter_decides_which_half_goes_on(cluster: Cluster) -> None:
    """It votes for both while they are together. Of a split one half has quorum and the address, by one move;
    the other has stopped, and its status page says where the arbiter's vote is not."""
    for page in check_well(cluster).values():
        for node in cluster.balancers:
            assert page.get(f"{COROSYNC}qdevice_alive", node=node) == 1
            assert page.get(f"{COROSYNC}qdevice_votes", node=node) == 1
    winner, loser = cluster.balancers  # of equal halves ffsplit prefers the lowest node id
    hold_on(cluster, loser)
    before = counts(cluster.page(winner))
    with cluster.broken("lan-cut"):
        page = reports(cluster, winner, before, cluster.lab.topology.primitives, "node_lost")
        event = {"resource": "vip", "kind": "move", "from": loser, "to": winner, "cause": "node_lost"}
        assert page.get("failover_last_event_info", **event) == 1
        assert page.get(f"{PACEMAKER}with_quorum") == 1
        assert page.get(f"{COROSYNC}qdevice_votes", node=winner) == 1
        page = cluster.until(loser, "no quorum", lambda page: page.get(f"{PACEMAKER}with_quorum") == 0)
        assert page.get("vip_bound", vip=cluster.lab.topology.vip) == 0
        assert page.get(f"{COROSYNC}qdevice_votes", node=loser) == 0
        said = cluster.lab.exec(loser, ["failover-exporter", "status"], 30).stdout
        assert "no quorum" in said
        assert "The arbiter's vote is not here" in said
        assert cluster.served()


@ON_THREE
def test_each_address_of_three_balancers_has_its_own_story(cluster: Cluster) -> None:
    """Two addresses are on two nodes, HAProxy serves on all three. When one node is lost its address moves,
    by one event, and the other address has none."""
    first, second = cluster.lab.topology.primitives
    pages = check_well(cluster)
    assert all(page.get("haproxy_up") == 1 for page in pages.values())
    assert not any(page.all(f"{COROSYNC}flags", flag="2Node") for page in pages.values())
    lost = cluster.lab.holder()
    [other] = {
        node
        for node in cluster.balancers
        if pages[lost].get("failover_holder", resource=second, node=node) == 1
    }
    assert other != lost
    before = counts(pages[other])
    with cluster.broken("node-off"):
        page = reports(cluster, other, before, [first], "node_lost")
        [event] = page.all("failover_last_event_info", resource=first, kind="move")
        assert dict(event.labels)["from"] == lost
        assert page.get("failover_holder", resource=second, node=other) == 1
        assert page.get(f"{PACEMAKER}with_quorum") == 1
        assert page.get(f"{COROSYNC}quorum_votes", type="total_votes") == 2


@ON_THREE
def test_a_cloned_haproxy_restarts_in_place(cluster: Cluster) -> None:
    """Beside an address that is one event about that instance, felt by its clients; elsewhere none."""
    first, second = cluster.lab.topology.primitives
    page = check_well(cluster)[cluster.lab.holder()]
    here = {one: page.get("failover_holder", resource=first, node=one) for one in cluster.balancers}
    there = {one: page.get("failover_holder", resource=second, node=one) for one in cluster.balancers}
    holder = next(one for one in cluster.balancers if here[one])
    spare = next(one for one in cluster.balancers if not here[one] and not there[one])
    before = counts(page)
    for host in (spare, holder):
        cluster.lab.fault("haproxy-killed", host)
        cluster.until(holder, f"its failure on {host}", has_failed("balancer", host))
    wanted = {("balancer", "restart", "resource_failure"): 1.0}
    page = cluster.until(holder, f"{wanted}", lambda page: added(before, counts(page)) == wanted, DECIDED)
    event = {"resource": "balancer", "kind": "restart", "from": holder, "to": holder}
    assert page.get("failover_last_event_info", **event, cause="resource_failure") == 1
    cluster.lab.heal()


@ON_FENCED
def test_a_split_ends_with_one_node_off(cluster: Cluster) -> None:
    """The loser of the race is fenced, all its processes are gone, and what it ran moved once: by fencing."""
    loser, winner = cluster.balancers  # the device that would shoot lb2 waits for two seconds
    for page in check_well(cluster).values():
        assert page.get(f"{PACEMAKER}stonith_enabled") == 1
    hold_on(cluster, loser)
    before = counts(cluster.page(winner))
    with cluster.broken("lan-cut"):
        page = reports(cluster, winner, before, cluster.lab.topology.tied, "fencing")
        event = {"resource": "vip", "kind": "move", "from": loser, "to": winner, "cause": "fencing"}
        assert page.get("failover_last_event_info", **event) == 1
        assert page.get(f"{PACEMAKER}fence_events", target=loser, action="off", status="success")
        assert not cluster.lab.host(loser).named("corosync")
        assert cluster.served()
    assert (
        not added(before, counts(cluster.page(winner))).keys() - moved(("vip", "balancer"), "fencing").keys()
    )


def holding(cluster: Cluster) -> list[str]:
    return [host.name for host in cluster.lab.fleet.holders()]


@ON_SBD
def test_a_message_on_the_shared_disk_ends_a_node(cluster: Cluster) -> None:
    """The node that nobody can see reads it and is off, long before the other takes over: never do both have
    the address, and what it ran moves once, by fencing. It is healed, and its disk and SBD with it."""
    check_well(cluster)
    loser = cluster.lab.holder()
    winner = cluster.peer(loser)
    before = counts(cluster.page(winner))
    with cluster.broken("corosync-killed"):
        lost = cluster.lab.host(loser)
        until(
            f"{loser} to be off", lambda: not lost.named("haproxy") and loser not in holding(cluster), DECIDED
        )
        assert not holding(cluster)
        page = reports(cluster, winner, before, cluster.lab.topology.tied, "fencing")
        assert page.get(f"{PACEMAKER}fence_events", target=loser, action="off", status="success")
        assert not lost.named("sbd")
        assert cluster.served()
    assert cluster.lab.host(loser).named("sbd")


@ON_FABRIC
def test_a_node_is_let_in_again_before_anything_runs_there(cluster: Cluster) -> None:
    """Fenced it runs on, cut off from clients, and what it ran moves once, by fencing. Unfenced it is back,
    and that is neither a fencing nor a failover."""
    fleet = cluster.lab.fleet
    for page in check_well(cluster).values():
        for node in cluster.balancers:
            assert page.get(f"{PACEMAKER}fence_events", target=node, action="on", status="success")
    loser = cluster.lab.holder()
    winner = cluster.peer(loser)
    before = counts(cluster.page(winner))
    with cluster.broken("corosync-killed"):
        page = reports(cluster, winner, before, cluster.lab.topology.tied, "fencing")
        off = page.get(FENCED, target=loser, action="off", status="success") or 0.0
        assert not network.is_plugged(fleet.switch, fleet.place(loser))
        assert cluster.lab.host(loser).named("haproxy")
        assert cluster.served()
    assert network.is_plugged(fleet.switch, fleet.place(loser))
    page = cluster.page(winner)
    assert (page.get(FENCED, target=loser, action="on", status="success") or 0.0) > off
    assert added(before, counts(page)) == moved(cluster.lab.topology.tied, "fencing")


@ON_IPV6
def test_an_ipv6_address_beside_the_other(cluster: Cluster) -> None:
    """Both are held, probed and asked for on the link in the same way, and Galera is reached over IPv6; when
    they move, both stories say from where, to where and why."""
    four, six = cluster.lab.topology.vips
    origin = cluster.lab.holder()
    target = cluster.peer(origin)
    pages = check_well(cluster)
    for vip in (four, six):
        assert pages[origin].get("vip_bound", vip=vip) == 1
        cluster.until(target, f"{vip} answered by one host", answered(vip))
    for node in cluster.databases:
        assert pages[origin].get("mysql_up", node=node) == 1
    before = counts(pages[target])
    with cluster.broken("resource-moved"):
        page = reports(cluster, target, before, cluster.lab.topology.primitives, "operator_move")
        for resource in ("vip", "vip6"):
            event = {
                "resource": resource,
                "kind": "move",
                "from": origin,
                "to": target,
                "cause": "operator_move",
            }
            assert page.get("failover_last_event_info", **event) == 1
        for vip in (four, six):
            assert page.get("vip_bound", vip=vip) == 1
