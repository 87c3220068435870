"""What breaks behind the balancers does what it says, as each Galera node reports it, and heals."""

import time

import pytest

from deploy.lab import galera, load
from deploy.lab.host import Host
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE, ON_ARTICLE

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE, ON_ARTICLE]

SPLIT = 30  # seconds; evs.suspect_timeout is 5
PAUSED = "wsrep_flow_control_paused_ns"


def servers(cluster: Cluster) -> list[int]:
    return [process.pid for host in cluster.lab.fleet.databases for process in host.named("mariadbd")]


def views(cluster: Cluster) -> list[tuple[str, str]]:
    """Of each node: whether it is Primary, and how many it sees."""
    seen = [galera.status(host) for host in cluster.lab.fleet.databases]
    return [(one.get("wsrep_cluster_status", ""), one.get("wsrep_cluster_size", "")) for one in seen]


def test_galera_killed(cluster: Cluster) -> None:
    """Nothing of it was put in order, and the others go on without it."""
    *_, killed = cluster.lab.fleet.databases
    with cluster.broken("galera-killed"):
        assert not killed.named("mariadbd")
        state = killed.path("/var/lib/mysql/grastate.dat").read_text()
        assert "seqno:   -1" in state
        until("two to go on", lambda: views(cluster)[:2] == [("Primary", "2")] * 2, SPLIT)


def test_galera_partition(cluster: Cluster) -> None:
    """Two go on, the third is reached and answers no query; no server was restarted to heal it."""
    before = servers(cluster)
    wanted = [("Primary", "2"), ("Primary", "2"), ("non-Primary", "1")]
    with cluster.broken("galera-partition"):
        until("two against one", lambda: views(cluster) == wanted, SPLIT)
        client, third = cluster.lab.fleet.clients[0], cluster.lab.topology.databases[-1]
        assert "ERROR 1047" in galera.login(client, third.address, 3306)
    assert servers(cluster) == before


def test_galera_split_three(cluster: Cluster) -> None:
    """No Primary component is left, so no client is answered; no server was restarted to heal it."""
    before = servers(cluster)
    with cluster.broken("galera-split-three"):
        until("each alone", lambda: views(cluster) == [("non-Primary", "1")] * 3, SPLIT)
        assert not cluster.served()
    assert servers(cluster) == before
    assert cluster.served()


def test_galera_frozen(cluster: Cluster) -> None:
    """The servers are there and don't answer; going on, they find each other without a restart."""
    before = servers(cluster)
    with cluster.broken("galera-frozen"):
        assert {
            process.state for host in cluster.lab.fleet.databases for process in host.named("mariadbd")
        } == {"T"}
        assert not cluster.served()
    assert servers(cluster) == before


def test_galera_desynced(cluster: Cluster) -> None:
    """One node calls itself Donor/Desynced and is Primary still; healed, it takes part again."""
    *_, host = cluster.lab.fleet.databases
    with cluster.broken("galera-desynced"):
        seen = galera.status(host)
        assert seen["wsrep_local_state_comment"] == "Donor/Desynced"
        assert seen["wsrep_cluster_status"] == "Primary"
    assert galera.sql(host, "SELECT @@wsrep_desync").strip() == "0"


def test_galera_flow_control(cluster: Cluster) -> None:
    """All nodes stand still for as long as it lasts, and commits wait; healed, they pass."""
    first, *_, locked = cluster.lab.fleet.databases
    galera.sql(first, "CREATE DATABASE IF NOT EXISTS lab; CREATE OR REPLACE TABLE lab.rows (id SERIAL)")
    insert = "INSERT INTO lab.rows VALUES (); SELECT COUNT(*) FROM lab.rows"
    with cluster.broken("galera-flow-control"):
        assert galera.status(locked)["wsrep_flow_control_requested"] == "true"
        assert paused_share(first) > 0.8
        assert galera.sql(first, insert) == ""  # no answer within 5 s
    assert galera.sql(first, insert)
    assert not locked.daemon(load.LOCK)
    assert not cluster.lab.fleet.clients[0].daemon(load.WRITER)


def paused_share(host: Host) -> float:
    """Of two seconds, in which the node stood still."""
    began, before = time.monotonic(), int(galera.status(host)[PAUSED])
    until("two seconds to pass", lambda: time.monotonic() > began + 2, 3)
    return (int(galera.status(host)[PAUSED]) - before) / 1e9 / (time.monotonic() - began)


def test_a_mixture(cluster: Cluster) -> None:
    """Whatever is broken at once is healed, also where no majority of the last component is left."""
    for name in ("maintenance", "galera-split-three", "exporters-killed", "galera-stopped", "node-off"):
        cluster.lab.fault(name)
    cluster.lab.heal()
    assert cluster.served()
