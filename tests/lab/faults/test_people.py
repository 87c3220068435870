"""What people do to Pacemaker's cluster is there for Pacemaker, and is taken back."""

from xml.etree import ElementTree

import pytest

from deploy.lab import cluster as pacemaker
from deploy.lab import orders
from deploy.lab.cluster import View
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE, ON_ARTICLE

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE]

MOVE = 30  # seconds
MOVES = "failover_events_total"


def view(cluster: Cluster, host: str) -> View:
    seen = pacemaker.view(cluster.lab.host(host))
    assert seen
    return seen


def all_on(cluster: Cluster, host: str) -> bool:
    running = view(cluster, host).running
    return all(running.get(one) == (host,) for one in cluster.lab.topology.primitives)


def test_standby(cluster: Cluster) -> None:
    """Everything leaves the node, which stays online; healed, it may be used again."""
    left = cluster.lab.holder()
    peer = cluster.peer(left)
    with cluster.broken("standby"):
        until(f"everything on {peer}", lambda: all_on(cluster, peer), MOVE)
        seen = view(cluster, peer)
        assert f"{left} is in standby" in seen.troubles
        assert seen.online == set(cluster.balancers)
        until("clients to be served", cluster.served, MOVE)
    assert not view(cluster, peer).troubles


@ON_ARTICLE
def test_maintenance(cluster: Cluster) -> None:
    """Pacemaker manages nothing, and clients notice nothing; healed, it manages all."""
    holder = cluster.lab.holder()
    with cluster.broken("maintenance"):
        until("nothing to be managed", lambda: managed(cluster) == {"false"}, MOVE)
        assert "maintenance mode is on" in view(cluster, holder).troubles
        assert cluster.served()
    assert managed(cluster) == {"true"}
    assert cluster.lab.holder() == holder


def managed(cluster: Cluster) -> set[str]:
    """What crm_mon says of its resources."""
    xml = cluster.lab.host(cluster.balancers[0]).run("crm_mon", "-1", "-r", "--output-as=xml")
    root = ElementTree.fromstring(xml)  # noqa: S314 - our own crm_mon wrote it
    return {resource.get("managed", "") for resource in root.findall("resources//resource")}


@ON_ARTICLE
def test_ping_pong(cluster: Cluster) -> None:
    """Three moves by hand, each reported; it ends on the other balancer, held there by one constraint."""
    first, moved = cluster.lab.holder(), cluster.lab.topology.moved
    second = cluster.peer(first)

    def moves() -> float:
        page = cluster.page(second)
        return page.get(MOVES, resource=moved, kind="move", cause="operator_move") or 0

    before = moves()
    with cluster.broken("ping-pong"):
        assert all_on(cluster, second)
        assert orders.leftovers(cluster.lab.host(second)) == [f"cli-prefer-{moved}"]
        until("three moves to be reported", lambda: moves() == before + 3, MOVE)
    assert not orders.leftovers(cluster.lab.host(second))


def test_rolling_restart(cluster: Cluster) -> None:
    """Both balancers' daemons are new, the passive one's first; it is whole again without being healed."""
    holder = cluster.lab.host(cluster.lab.holder())
    peer = cluster.lab.host(cluster.peer(holder.name))
    before = {host.daemon(name) for host in (holder, peer) for name in ("corosync", "pacemakerd")}
    cluster.lab.fault("rolling-restart")
    assert not cluster.lab.problems()
    after = [host.daemon(name) for host in (peer, holder) for name in ("corosync", "pacemakerd")]
    started = [daemon.start for daemon in after if daemon]
    assert len(started) == 4
    assert not before & set(after)
    assert started == sorted(started)
    assert cluster.lab.holder() == peer.name
