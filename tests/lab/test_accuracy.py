"""What the prober tells of a real cluster, beside what clients had; and that knocking does no harm."""

import json
import time

import pytest

from deploy.accuracy import block, cli
from deploy.accuracy.trials import hosts
from deploy.lab import exporters, galera
from deploy.lab.page import Page
from tests.lab.balancers import Cluster

pytestmark = pytest.mark.lab

DURATION = "vip_probe_duration_seconds_bucket"
WAIT = 4  # seconds, a little more than HAProxy's `timeout connect`
KNOCKS = 500
STRICT, USUAL = 10, 100  # max_connect_errors


def total(page: Page, name: str, **labels: str) -> float:
    """Of all addresses."""
    return sum(page.all(name, **labels).values())


def test_outages_are_told_as_clients_had_them(cluster: Cluster) -> None:
    """Eight of them: each seen, none invented, durations right, beside a client that logs in every 10 ms."""
    results = cli.run(cluster.lab, print, "make test", short=True, cost=0)
    assert [target for target in results.targets if not target.met] == [], results.rows
    for host in hosts(cluster.lab):
        assert block.TABLE not in host.run("nft", "list", "tables")


def test_a_galera_node_without_network_is_slow_and_no_outage(cluster: Cluster) -> None:
    """A third of the connects wait 3 s until HAProxy leaves the node out; nobody calls that an outage."""
    everybody = [host.name for host in cluster.lab.fleet.exporters]
    gone, holder = cluster.databases[-1], cluster.lab.holder()

    def count(name: str, **labels: str) -> float:
        return sum(total(cluster.page(host), name, **labels) for host in everybody)

    def waited() -> float:
        """Attempts that took about 3 s to be greeted."""
        up_to, before = (count(DURATION, phase="handshake", le=le) for le in ("3.3", "2.9"))
        return up_to - before

    outages, failures = count("vip_outages_total"), count("vip_probe_failures_total")
    slow, launched = waited(), count("vip_probe_attempts_total")
    cluster.lab.fault("galera-network-gone", gone)
    cluster.until(holder, f"{gone} down", lambda page: gone in _down(page))
    meanwhile = count("vip_probe_attempts_total") - launched
    time.sleep(WAIT)  # no longer is anybody waiting to be greeted
    assert 0.2 < (waited() - slow) / meanwhile < 0.45
    assert count("vip_outages_total") == outages
    assert count("vip_outage_active_seconds") == 0
    assert count("vip_probe_failures_total") == failures


def _down(page: Page) -> list[str]:
    return page.values("server", "haproxy_server_status", state="DOWN")


def test_knocking_gets_nobody_blocked(cluster: Cluster) -> None:
    """500 attempts of each mode, where ten bad ones block: clients get in; with an account none was bad."""
    _set(cluster, STRICT)
    try:
        before = _aborted(cluster)
        assert _knock(cluster, "--client-file", f"{exporters.FOLDER}/probe.cnf") == KNOCKS
        assert _aborted(cluster) == before
        assert _knock(cluster) == KNOCKS
        topology = cluster.lab.topology
        answers = {
            galera.login(client, topology.vip, topology.port) for client in cluster.lab.fleet.clients * 6
        }
        assert answers <= set(cluster.databases)
    finally:
        _set(cluster, USUAL)


def _knock(cluster: Cluster, *options: str) -> int:
    """How many were answered."""
    topology, host = cluster.lab.topology, cluster.lab.fleet.clients[0]
    limits = ["--json", "--interval=0.02", f"--count={KNOCKS}"]
    command = [str(exporters.PROGRAM), "watch", f"{topology.vip}:{topology.port}", *limits, *options]
    *_, last = host.run(*command, timeout=120).splitlines()
    return int(json.loads(last)["answered"])


def _aborted(cluster: Cluster) -> dict[str, str]:
    return {
        host.name: galera.sql(host, "SHOW GLOBAL STATUS LIKE 'Aborted_connects'")
        for host in cluster.lab.fleet.databases
    }


def _set(cluster: Cluster, errors: int) -> None:
    for host in cluster.lab.fleet.databases:
        galera.sql(host, f"SET GLOBAL max_connect_errors = {errors}")
        wanted = galera.sql(host, "SELECT @@max_connect_errors")
        assert wanted.strip() == str(errors)
