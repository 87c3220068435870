"""A whole cluster on the page of each balancer."""

import subprocess

import pytest

from deploy.lab import exporters
from deploy.lab.lab import Lab
from deploy.lab.page import COLLECTORS
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE

LASTING = ("bug", "unparsable")  # reasons of failures

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE]


def test_every_collector_reads_on_both_balancers(cluster: Cluster) -> None:
    """Both exporters read all that the configuration turns on, and count no failure of a kind that lasts."""
    for name in cluster.balancers:
        # What a tool did not answer while the cluster came up is asked again after 10 s.
        page = cluster.until(
            name,
            "every collector",
            lambda page: page.values("collector", "ha_cluster_scrape_success") == sorted(COLLECTORS),
        )
        lasting = [(one, why) for one in COLLECTORS for why in LASTING if page.failures(one, why)]
        assert lasting == [], exporters.tail(cluster.lab.host(name))


# promtool's taste, on names that ha_cluster_exporter and mysqld_exporter gave long ago and that are kept;
# with their types (theirs are partly untyped, which it lets pass).
KNOWN_NAMES = {
    "ha_cluster_pacemaker_fail_count",
    "mysql_global_status_wsrep_applier_thread_count",
    "mysql_global_status_wsrep_desync_count",
    "mysql_global_status_wsrep_flow_control_paused_ns",
    "mysql_global_status_wsrep_rollbacker_thread_count",
    "mysql_global_status_wsrep_thread_count",
}


def test_promtool_accepts_both_pages(cluster: Cluster) -> None:
    """`promtool check metrics` parses both pages, and has remarks on known names alone."""
    for host, page in cluster.pages().items():
        checked = subprocess.run(
            ["/usr/bin/promtool", "check", "metrics"],
            input=page.text,
            capture_output=True,
            text=True,
            check=False,
        )
        remarked = {line.split()[0] for line in checked.stderr.splitlines()}
        assert checked.returncode in (0, 3), f"{host}: {checked.stdout}{checked.stderr}"  # 3: it has remarks
        assert remarked <= KNOWN_NAMES, f"{host}: {checked.stderr}"


def test_one_holder_and_both_agree(cluster: Cluster) -> None:
    """One balancer holds each address, Pacemaker runs it once, and both name one DC."""
    holder = cluster.lab.holder()
    pages = cluster.pages()
    for vip in cluster.lab.topology.vips:
        assert {host: page.get("vip_bound", vip=vip) for host, page in pages.items()} == {
            holder: 1,
            cluster.peer(holder): 0,
        }
    dcs = {next(iter(page.all("ha_cluster_pacemaker_dc_info"))) for page in pages.values()}
    assert len(dcs) == 1
    for page in pages.values():
        assert page.get("ha_cluster_pacemaker_dc_present") == 1
        for resource in cluster.lab.topology.primitives:
            assert page.get("ha_cluster_pacemaker_resource_running_nodes", resource=resource) == 1
        for node in cluster.balancers:
            assert page.get("ha_cluster_pacemaker_nodes", node=node, status="online") == 1


def test_links_quorum_and_token(cluster: Cluster) -> None:
    """Every peer is connected on every link, the cluster is quorate, and the token's timeout is known."""
    for host, page in cluster.pages().items():
        assert page.get("ha_cluster_corosync_quorate") == 1
        assert page.get("ha_cluster_corosync_ring_errors") == 0
        assert page.get("ha_cluster_corosync_token_timeout_seconds") == pytest.approx(3.0, abs=2.5)
        assert page.get("ha_cluster_corosync_flags", flag="2Node") == 1
        for link in range(len(cluster.lab.topology.prefixes)):
            peer = cluster.peer(host)
            assert page.get("ha_cluster_corosync_link_connected", link=str(link), node=peer) == 1


def test_haproxy_serves_on_the_holder_alone(cluster: Cluster) -> None:
    """HAProxy runs where the address is, with every server up; on the other it is not there."""
    holder = cluster.lab.holder()
    pages = cluster.pages()
    assert pages[holder].get("haproxy_up") == 1
    for server in cluster.databases:
        assert pages[holder].get("haproxy_server_status", server=server, state="UP") == 1
    assert pages[cluster.peer(holder)].get("haproxy_up") == 0


def test_galera_is_one_component(cluster: Cluster) -> None:
    """Three nodes, Synced, each other's members: one Primary component, from both balancers."""
    for page in cluster.pages().values():
        assert page.get("galera_primary_components") == 1
        for node in cluster.databases:
            assert page.get("mysql_up", node=node) == 1
            assert page.get("galera_node_state", node=node, state="synced") == 1
            assert page.get("galera_view_members", node=node) == len(cluster.databases)


def test_the_page_in_openmetrics_and_packed(cluster: Cluster) -> None:
    """The live page is served as OpenMetrics too, to its end."""
    host = cluster.balancers[0]
    headers = {"Accept": "application/openmetrics-text;version=1.0.0"}
    answer = cluster.lab.http_get(host, "http://127.0.0.1:10664/metrics", headers=headers)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_up_twice_does_no_harm(cluster: Cluster) -> None:
    """`up` on a lab that is up changes nothing."""
    lab = cluster.lab
    before = lab.state.outers()
    Lab(lab.state.folder).up(lab.topology.name, release=lab.state.release())
    assert lab.state.outers() == before
