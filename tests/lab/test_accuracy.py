"""What the prober reports of a real cluster, compared with what clients had; and probing does no harm."""

import json
import time
from dataclasses import dataclass

import pytest

from deploy.lab import exporters, galera, haproxy
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARTICLE
from tests.trials.accuracy import block, cli
from tests.trials.accuracy.trials import hosts

# On one topology, so that `make test` stays short; `make accuracy` does more, on either of them.
pytestmark = [pytest.mark.lab, ON_ARTICLE]

DURATION = "vip_probe_duration_seconds_bucket"
WAIT = 4  # seconds, a little more than HAProxy's `timeout connect`
ATTEMPTS = 500
STRICT, USUAL = 10, 100  # max_connect_errors


@dataclass(frozen=True)
class Reported:
    """What a client's exporter reports of all its addresses, at one moment."""

    attempts: float
    failures: float
    waited: float  # attempts whose handshake took about 3 s
    outages: float
    active: float


def reported(cluster: Cluster) -> Reported:
    page = cluster.page(cluster.lab.fleet.clients[0].name)

    def total(name: str, **labels: str) -> float:
        return sum(page.all(name, **labels).values())

    return Reported(
        total("vip_probe_attempts_total"),
        total("vip_probe_failures_total"),
        total(DURATION, phase="handshake", le="3.3") - total(DURATION, phase="handshake", le="2.9"),
        total("vip_outages_total"),
        total("vip_outage_active_seconds"),
    )


def test_outages_are_reported_as_clients_had_them(cluster: Cluster) -> None:
    """Eight of them: each seen, none invented, durations right, by a client that logs in every 10 ms."""
    results = cli.run(cluster.lab, print, "make test", short=True, cost=0)
    assert not [target for target in results.targets if not target.met], results.rows
    for host in hosts(cluster.lab):
        assert block.TABLE not in host.run("nft", "list", "tables")


def test_a_galera_node_without_network_is_slow_and_no_outage(cluster: Cluster) -> None:
    """A third of the connects wait 3 s until HAProxy leaves the node out; nobody calls that an outage."""
    gone, holder = cluster.databases[-1], cluster.lab.host(cluster.lab.holder())
    before = reported(cluster)
    cluster.lab.fault("galera-network-gone", gone)
    until(f"{gone} down", lambda: haproxy.servers(holder)[gone].startswith("DOWN"), 30)
    down = reported(cluster)
    time.sleep(WAIT)  # by then no attempt waits for its handshake
    after = reported(cluster)
    share = (after.waited - before.waited) / (down.attempts - before.attempts)
    assert 0.15 < share < 0.5, (before, down, after)
    assert (after.outages, after.failures, after.active) == (before.outages, before.failures, 0)


def test_probing_gets_nobody_blocked(cluster: Cluster) -> None:
    """500 attempts of each mode, where ten bad ones block: clients get in; with an account none was bad."""
    _set(cluster, STRICT)
    try:
        before = _aborted(cluster)
        assert _probe(cluster, "--client-file", f"{exporters.FOLDER}/probe.cnf") == ATTEMPTS
        assert _aborted(cluster) == before
        assert _probe(cluster) == ATTEMPTS
        topology = cluster.lab.topology
        answers = {
            galera.login(client, topology.vip, topology.port) for client in cluster.lab.fleet.clients * 6
        }
        assert answers <= set(cluster.databases)
    finally:
        _set(cluster, USUAL)


def _probe(cluster: Cluster, *options: str) -> int:
    """How many were answered."""
    topology, host = cluster.lab.topology, cluster.lab.fleet.clients[0]
    limits = ["--json", "--interval=0.02", f"--count={ATTEMPTS}"]
    command = [exporters.PROGRAM, "watch", f"{topology.vip}:{topology.port}", *limits, *options]
    *_, last = host.run(*exporters.as_service(host, *command), timeout=120).splitlines()
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
