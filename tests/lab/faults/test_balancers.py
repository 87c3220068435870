"""What breaks on a balancer does what it says, as the other hosts see it, and heals."""

import pytest

from deploy.lab import cluster as pacemaker
from deploy.lab.fleet import addresses
from deploy.lab.host import Host
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE, ON_ARTICLE

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE]

TAKEOVER = 30  # seconds
CHECK = ["haproxy", "-c", "-q", "-f", "/etc/haproxy/haproxy.cfg"]


def takes_over(cluster: Cluster, peer: str) -> None:
    def holders() -> list[str]:
        return [host.name for host in cluster.lab.fleet.holders()]

    until(f"{peer} alone to hold the address", lambda: holders() == [peer], TAKEOVER)
    until(f"{peer} to serve", cluster.served, TAKEOVER)


def test_haproxy_broken(cluster: Cluster) -> None:
    """HAProxy can't start where it was, so the other balancer serves; healed, it could start again."""
    broken = cluster.lab.host(cluster.lab.holder())
    peer = cluster.peer(broken.name)
    with cluster.broken("haproxy-broken"):
        takes_over(cluster, peer)
        assert broken.exec(CHECK).returncode == 1
        assert not broken.named("haproxy")
        view = pacemaker.view(cluster.lab.host(peer))
        assert view
        resource = cluster.lab.topology.primitives[-1]
        # Twin's agent may call it started before HAProxy has read its file; then the monitor fails.
        tasks = ["start_0"] if cluster.lab.topology.name == "article" else ["start_0", "monitor_1000"]
        failed = [f"failed operation {resource}_{task} on {broken.name}" for task in tasks]
        assert set(failed) & set(view.troubles)
    assert broken.exec(CHECK).returncode == 0


@ON_ARTICLE
def test_pacemakerd_killed(cluster: Cluster) -> None:
    """Its children go on and so does the service; crm_mon fails there alone; a new one takes them over.

    Before Pacemaker 2.1 crm_mon asks one of the children, and answers.
    """
    host = cluster.lab.host(cluster.lab.holder())
    peer = cluster.lab.host(cluster.peer(host.name))
    before = children(host)
    with cluster.broken("pacemakerd-killed"):
        assert not host.named("pacemakerd")
        assert children(host) == before
        assert bool(pacemaker.view(host)) == (cluster.lab.state.release() == "bullseye")
        view = pacemaker.view(peer)
        assert view
        assert view.online == set(cluster.balancers)
        assert cluster.served()
    assert cluster.lab.holder() == host.name
    assert children(host) == before
    assert host.named("pacemakerd")


def children(host: Host) -> set[int]:
    """Pacemaker's processes but the first."""
    return {process.pid for process in host.processes() if process.name.startswith("pacemaker-")}


def test_node_off(cluster: Cluster) -> None:
    """Nobody reaches it, nothing runs on it, it has forgotten the address; the other balancer serves."""
    off = cluster.lab.host(cluster.lab.holder())
    peer, topology = cluster.peer(off.name), cluster.lab.topology
    with cluster.broken("node-off"):
        assert {process.name for process in off.processes()} == {"tini", "sleep"}
        assert not set(addresses(off)) & set(topology.vips)
        assert not list(off.path("/run").glob("**/*.pid"))
        takes_over(cluster, peer)
        for address in cluster.lab.fleet.place(off.name).addresses:
            assert not reached(cluster.lab.host(peer), address)
    assert cluster.lab.holder() == peer
    for address in cluster.lab.fleet.place(off.name).addresses:
        assert reached(cluster.lab.host(peer), address)


def reached(host: Host, address: str) -> bool:
    """Whether a machine at the address says that nobody listens there."""
    done = host.exec(["timeout", "1", "bash", "-c", f"</dev/tcp/{address}/9"])
    return "refused" in done.stderr
