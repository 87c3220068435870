"""Each fault of the lab moves on the page what it should move, and healed, the page is whole again.

Every test waits for what the page must show, as a person at a dashboard would.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from deploy.lab.page import COLLECTORS, Page
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ON_TWIN

pytestmark = pytest.mark.lab

PACEMAKER = "ha_cluster_pacemaker_"
COROSYNC = "ha_cluster_corosync_"


@contextmanager
def fault(cluster: Cluster, name: str, host: str | None = None) -> Iterator[None]:
    """The fault, healed at the end; then both pages must be whole."""
    cluster.lab.fault(name, host)
    yield
    cluster.lab.heal()
    for balancer in cluster.balancers:
        cluster.until(balancer, "every collector", lambda page: not page.failed(), 20)


def others_whole(page: Page, *failed: str) -> bool:
    """Just these collectors fail, and the others have series of their own."""
    return page.failed() == set(failed)


def test_haproxy_killed(cluster: Cluster) -> None:
    """The failed monitor and its count show, and HAProxy is back with a younger process."""
    holder = cluster.lab.holder()
    before = cluster.page(holder).get("haproxy_process_start_time_seconds")
    with fault(cluster, "haproxy-killed"):
        resource = cluster.lab.topology.primitives[-1]
        page = cluster.until(
            holder,
            "the failure",
            lambda page: page.get(f"{PACEMAKER}fail_count", resource=resource, node=holder),
        )
        assert page.get(f"{PACEMAKER}failed_operations", resource=resource, task="monitor", node=holder) == 1
        page = cluster.until(holder, "HAProxy again", lambda page: page.get("haproxy_up") == 1)
        after = page.get("haproxy_process_start_time_seconds")
        assert before and after and after > before


def test_haproxy_frozen(cluster: Cluster) -> None:
    """Pacemaker says Started, and HAProxy's collector times out alone: the others are whole."""
    holder = cluster.lab.holder()
    with fault(cluster, "haproxy-frozen"):
        page = cluster.until(holder, "the time-out", lambda page: page.failures("haproxy", "timeout"))
        assert others_whole(page, "haproxy")
        assert not page.all("haproxy_up")
        assert page.get("vip_bound", vip=cluster.lab.topology.vip) == 1


def test_corosync_stopped_in_order(cluster: Cluster) -> None:
    """The stopped node can't read Pacemaker or Corosync; the other holds the address and sees it offline."""
    stopped = cluster.lab.holder()
    peer, vip = cluster.peer(stopped), cluster.lab.topology.vip
    with fault(cluster, "corosync-stopped", stopped):
        page = cluster.until(
            stopped,
            "no cluster",
            lambda page: page.get("vip_bound", vip=vip) == 0 and others_whole(page, "pacemaker", "corosync"),
        )
        assert page.failures("corosync", "unreachable")
        assert page.failures("pacemaker", "unreachable")
        page = cluster.until(peer, "the address", lambda page: page.get("vip_bound", vip=vip) == 1)
        page = cluster.until(
            peer,
            f"{stopped} offline",
            lambda page: not page.get(f"{PACEMAKER}nodes", node=stopped, status="online"),
        )
        assert page.get(f"{COROSYNC}quorate") == 1
        assert len(page.all(f"{COROSYNC}member_votes")) == 1


def test_corosync_killed(cluster: Cluster) -> None:
    """Both nodes hold the address: the split that clients don't notice, and the page does."""
    killed, vip = cluster.lab.holder(), cluster.lab.topology.vip
    with fault(cluster, "corosync-killed", killed):
        cluster.until(cluster.peer(killed), "the address", lambda page: page.get("vip_bound", vip=vip) == 1)
        page = cluster.until(killed, "no cluster", lambda page: others_whole(page, "pacemaker", "corosync"))
        assert page.get("vip_bound", vip=vip) == 1


def test_resource_moved_by_hand(cluster: Cluster) -> None:
    """The address is on the other node, and the constraint that `move` left is named."""
    holder, vip = cluster.lab.holder(), cluster.lab.topology.vip
    target = cluster.peer(holder)
    with fault(cluster, "resource-moved"):
        cluster.until(target, "the address", lambda page: page.get("vip_bound", vip=vip) == 1)
        page = cluster.until(
            target, "HAProxy and the constraint", lambda page: page.all(f"{PACEMAKER}leftover_constraints")
        )
        moved = cluster.lab.topology.moved
        (series,) = page.all(f"{PACEMAKER}leftover_constraints", resource=moved, node=target)
        assert dict(series.labels)["constraint"] == f"cli-prefer-{moved}"
        cluster.until(holder, "no address", lambda page: page.get("vip_bound", vip=vip) == 0)
    cluster.until(holder, "no constraint", lambda page: not page.all(f"{PACEMAKER}leftover_constraints"))


def test_galera_node_stopped(cluster: Cluster) -> None:
    """The node is down for MySQL and for HAProxy, and the others' view has one member less."""
    *living, gone = cluster.databases
    holder = cluster.lab.holder()
    with fault(cluster, "galera-stopped", gone):
        page = cluster.until(
            holder, "it DOWN", lambda page: page.get("haproxy_server_status", server=gone, state="DOWN")
        )
        assert page.get("mysql_up", node=gone) == 0
        assert not page.all("galera_node_state", node=gone)
        for node in living:
            assert page.get("mysql_up", node=node) == 1
            assert page.get("galera_view_members", node=node) == len(living)
        assert page.get("galera_primary_components") == 1
        assert not page.failed()


def test_galera_network_gone(cluster: Cluster) -> None:
    """A node that answers nothing costs its own deadline: the page comes in time, the rest is whole."""
    *living, gone = cluster.databases
    holder = cluster.lab.holder()
    with fault(cluster, "galera-network-gone", gone):
        page = cluster.until(holder, "it down", lambda page: page.get("mysql_up", node=gone) == 0)
        # Unreachable where the kernel has asked for its link address in vain, for 3 s, before or while we do.
        assert page.failures("galera", "timeout") + page.failures("galera", "unreachable")
        assert not page.failed()
        page = cluster.until(
            holder,
            "the smaller view",
            lambda page: all(page.get("galera_view_members", node=one) == len(living) for one in living),
        )
        assert page.get("galera_primary_components") == 1


def test_lan_cut_between_the_balancers(cluster: Cluster) -> None:
    """Two clusters of one: each names itself DC, sees the other gone, holds the address, and is quorate."""
    with fault(cluster, "lan-cut"):
        for host in cluster.balancers:
            peer = cluster.peer(host)
            page = cluster.until(host, "a cluster of one", alone(cluster, host, peer), 60)
            assert page.get(f"{COROSYNC}ring_errors") == len(cluster.lab.topology.prefixes)
            assert page.get(f"{COROSYNC}quorate") == 1
            assert not page.failed()


def alone(cluster: Cluster, host: str, peer: str) -> Callable[[Page], bool]:
    vip = cluster.lab.topology.vip

    def shown(page: Page) -> bool:
        return (
            page.get("vip_bound", vip=vip) == 1
            and bool(page.all(f"{PACEMAKER}dc_info", node=host))
            and not page.get(f"{PACEMAKER}nodes", node=peer, status="online")
            and not any(page.all(f"{COROSYNC}link_connected", node=peer).values())
        )

    return shown


@ON_TWIN
def test_one_of_two_links_cut(cluster: Cluster) -> None:
    """The link is disconnected and its ring faulty; the other link and the cluster go on."""
    host = cluster.balancers[0]
    peer = cluster.peer(host)
    with fault(cluster, "link-cut", host):
        page = cluster.until(
            host, "the cut", lambda page: page.get(f"{COROSYNC}link_connected", link="1", node=peer) == 0
        )
        assert page.get(f"{COROSYNC}link_connected", link="0", node=peer) == 1
        assert page.get(f"{COROSYNC}rings", number="1") == 0
        assert page.get(f"{COROSYNC}rings", number="0") == 1
        assert page.get(f"{COROSYNC}ring_errors") == 1
        assert page.get(f"{COROSYNC}link_down_total", link="1", node=peer)
        assert len(page.all(f"{COROSYNC}member_votes")) == 2


def test_pacemaker_hung(cluster: Cluster) -> None:
    """With pacemaker-based stopped the page comes in time, four collectors whole, no process left behind."""
    host = cluster.lab.holder()
    with fault(cluster, "pacemaker-hung", host):
        page = cluster.until(host, "the time-out", lambda page: page.failures("pacemaker", "timeout"))
        assert others_whole(page, "pacemaker")
        for timeout in (2, 10):
            page = cluster.page(host, timeout)
            assert others_whole(page, "pacemaker")
            for collector in set(COLLECTORS) - {"pacemaker"}:
                assert page.get("ha_cluster_scrape_success", collector=collector) == 1
        tools = [process for process in cluster.lab.host(host).processes() if process.name == "crm_mon"]
        assert len(tools) <= 1, "only the failover watcher's stream may be there"
        cluster.lab.host(host).signal("CONT", cluster.lab.host(host).named("pacemaker-based"))
        cluster.until(host, "Pacemaker again", lambda page: not page.failed(), 20)


def test_the_exporter_keeps_two_children_and_no_descriptor(cluster: Cluster) -> None:
    """After six readings of Corosync the exporter has what it keeps, no zombie, and no more open files."""
    host = cluster.lab.host(cluster.lab.holder())
    daemon = host.daemon("failover-exporter")
    assert daemon
    process = host.path(f"/proc/{daemon.pid}")

    def open_files() -> int:
        return len(list(process.joinpath("fd").iterdir()))

    cluster.page(host.name)
    before = open_files()
    readings: set[float | None] = set()

    def many(page: Page) -> bool:
        readings.add(page.get("ha_cluster_scrape_duration_seconds", collector="corosync"))
        return len(readings) > 5

    cluster.until(host.name, "six readings", many)
    until("no attempt under way, and so no file more", lambda: open_files() <= before, 10)
    children = {pid for path in process.glob("task/*/children") for pid in path.read_text().split()}
    names = sorted(one.name for one in host.processes() if str(one.pid) in children)
    assert names == ["crm_mon", "python3"], "the failover watcher's stream, the connections to Corosync"
