"""Still writing? What was committed through the address while the cluster was broken is there afterwards."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from deploy.lab import exporters, galera
from deploy.lab.host import Host
from deploy.lab.page import Page
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARTICLE

pytestmark = pytest.mark.lab

STRESS = ("haproxy-killed", "corosync-stopped", "resource-moved", "galera-stopped", "galera-network-gone")
READ_BACK = 50.0  # seconds: sooner than the one that comes each minute, later than that after an outage


@dataclass(frozen=True)
class Writing:
    """A client's exporter that writes through the first address."""

    cluster: Cluster
    host: Host

    def count(self, what: str) -> float:
        name = f"vip_{what}_total"
        return self._page().get(name, vip=self.cluster.lab.topology.vip) or 0

    def _page(self) -> Page:
        return self.cluster.page(self.host.name)

    def acknowledged(self, more: int, seconds: float = 30) -> None:
        """Wait for so many more acknowledged commits."""
        wanted = self.count("commits_acknowledged") + more
        until(f"{more} more acknowledged", lambda: self.count("commits_acknowledged") >= wanted, seconds)

    def read_back(self) -> None:
        """Make an outage, and wait until rows written before it were looked for."""
        name, vip, now = "vip_commits_read_back_timestamp_seconds", self.cluster.lab.topology.vip, time.time()
        self.cluster.lab.fault("haproxy-killed")
        until("a read-back", lambda: (self._page().get(name, vip=vip) or 0) > now, READ_BACK)


@pytest.fixture
def writing(cluster: Cluster) -> Iterator[Writing]:
    """Writes for the time of the test."""
    host, topology = cluster.lab.fleet.clients[0], cluster.lab.topology
    with exporters.committing(host, topology):
        yield Writing(cluster, host)


@contextmanager
def fault(cluster: Cluster, name: str) -> Iterator[None]:
    cluster.lab.fault(name)
    yield
    cluster.lab.heal()


@ON_ARTICLE
def test_nothing_acknowledged_is_lost_in_the_articles_stress(writing: Writing) -> None:
    """Each case in turn while rows are written: some are acknowledged in each, and all of those are there."""
    writing.acknowledged(5)
    for name in STRESS:
        with fault(writing.cluster, name):
            writing.acknowledged(5)
    writing.read_back()
    assert writing.count("commits_lost") == 0
    attempts, doubts = writing.count("commit_attempts"), writing.count("commits_in_doubt")
    assert attempts >= writing.count("commits_acknowledged") + doubts
    assert rows(writing.cluster.lab.fleet.databases[0])


def test_what_only_a_dead_node_knew_is_lost(writing: Writing) -> None:
    """A node acknowledges without replicating, and dies: its rows are on no other, and are counted."""
    cluster = writing.cluster
    honest, *_, liar = cluster.lab.fleet.databases
    vip = cluster.lab.topology.vip
    writing.acknowledged(5)
    assert galera.sql(liar, "SET GLOBAL wsrep_on = OFF; SELECT @@GLOBAL.wsrep_on").strip() == "0"
    until("two rows that it alone has", lambda: len(rows(liar, vip) - rows(honest, vip)) >= 2, 30)
    liar.signal("KILL", liar.named("mariadbd"))
    liar.path("/var/lib/mysql/grastate.dat").unlink()  # what it wrote is replaced when it joins again
    writing.read_back()
    lost = writing.count("commits_lost")
    assert 2 <= lost <= writing.count("commits_acknowledged") / 2
    writing.read_back()
    assert writing.count("commits_lost") == lost  # each of them once


def test_the_table_is_left_empty(writing: Writing) -> None:
    """An exporter that is stopped takes its rows with it."""
    writing.acknowledged(2)
    exporters.stop(writing.host)
    assert not rows(writing.cluster.lab.fleet.databases[0])


def rows(database: Host, vip: str = "") -> set[str]:
    """As `mon 10.0.0.100:3306 1f2e3d4c 17`; those of another address are numbered alike."""
    listed = galera.sql(database, "SELECT writer, number FROM failover_exporter.commits").splitlines()
    return {row for row in listed if f" {vip}:" in row or not vip}
