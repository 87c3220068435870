"""Corosync through its libraries and by its tools: the same, on a live cluster, well and broken."""

import json
from pathlib import Path

import pytest

from deploy.lab.exporters import PYTHON, as_service
from deploy.lab.host import Host
from tests.lab import corosync_ways
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARTICLE, ON_TWIN

pytestmark = pytest.mark.lab

PROGRAM = str(Path(corosync_ways.__file__))
TRIES = 3  # something may change between the two readings


def both_ways(host: Host) -> str:
    """What both ways read there as the service's user, by the libraries and the tools."""
    for _ in range(TRIES):
        found = json.loads(host.run(*as_service(host, PYTHON, PROGRAM, "compare")))
        assert found["libraries"]
        if found["ours"] == found["tools"]:
            break
    assert found["ours"] == found["tools"]
    return str(found["ours"])


def test_both_ways_read_the_same(cluster: Cluster) -> None:
    """On each balancer of a cluster that is well; not quorate, links down and lost peers included."""
    for name in cluster.balancers:
        text = both_ways(cluster.lab.host(name))
        assert "quorate=True" in text
        assert all(f"node='{peer}'" in text for peer in cluster.balancers if peer != name)


@ON_TWIN
def test_both_ways_read_the_same_of_a_cut_link(cluster: Cluster) -> None:
    """One of two links is not connected, the other is."""
    with cluster.broken("link-cut"):
        page = cluster.lab.topology.balancers[0].name
        cluster.until(page, "it", lambda page: 0 in page.all("ha_cluster_corosync_link_connected").values())
        for name in cluster.balancers:
            text = both_ways(cluster.lab.host(name))
            assert "connected=False" in text
            assert "connected=True" in text


@ON_TWIN
def test_both_ways_read_the_same_of_a_lost_peer(cluster: Cluster) -> None:
    """Its membership is of one node; where Corosync was stopped both say that it does not run."""
    stopped = cluster.lab.holder()
    peer = cluster.peer(stopped)
    with cluster.broken("corosync-stopped"):
        cluster.until(peer, "it", lambda page: len(page.all("ha_cluster_corosync_member_votes")) == 1)
        text = both_ways(cluster.lab.host(peer))
        assert text.count("Member(") == 1
        said = json.loads(
            cluster.lab.host(stopped).run(*as_service(cluster.lab.host(stopped), PYTHON, PROGRAM, "compare"))
        )
        for way in ("ours", "tools"):
            assert said[way].startswith("unreachable: ")
            assert "CS_ERR_LIBRARY; is Corosync running?" in said[way]


@ON_ARTICLE
def test_the_life_of_a_corosync(cluster: Cluster) -> None:
    """Started, frozen, reloaded, killed, started again: a reading is of what is there, or says in time what
    is wrong. What a killed Corosync shared is gone. On a host that is not of the cluster."""
    host = cluster.lab.fleet.clients[0]
    *lines, last = map(json.loads, host.run(PYTHON, PROGRAM, "life", timeout=120).splitlines())
    steps = {line["step"]: line["read"] for line in lines}
    for name in ("before", "killed"):
        assert steps[name].startswith("unreachable: "), steps[name]
        assert "CS_ERR_LIBRARY; is Corosync running?" in steps[name]
    for name in ("frozen", "frozen, asked again"):
        assert steps[name] == "timeout: libcorosync: no answer in time"
    assert all(line["seconds"] < 3 for line in lines if line["step"].startswith("frozen"))
    assert steps["started"] == steps["by its tools"] == steps["goes on"]
    assert "token_timeout=8.0" in steps["started"]
    assert "name='one'" in steps["started"]
    assert "token_timeout=3.0" in steps["reloaded"]
    assert steps["another, without a name"] == steps["by its tools, without a name"]
    assert "token_timeout=4.0" in steps["another, without a name"]
    for name in ("another between two readings", "its program killed"):
        assert "token_timeout=5.0" in steps[name]
        assert "name='three'" in steps[name]
    assert steps["closed"] == "unreachable: libcorosync: not started any more"
    assert last == {"left": []}
