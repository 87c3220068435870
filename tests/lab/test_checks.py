"""What a host needs in order to take over, asked by the exporter as the package's user, on a real cluster."""

import pytest

from deploy.lab import haproxy
from deploy.lab.page import Page
from tests.lab.balancers import Cluster

pytestmark = pytest.mark.lab

OK, FAILED, CONFIG = "failover_check_ok", "failover_check_failed_info", "failover_config_info"
CHECKS = {"haproxy_config", "vip_interface", "vip_bindable", "galera_reachable", "clock", "resource_agents"}
AGENT = "/usr/lib/ocf/resource.d/heartbeat/IPaddr2"


def states(page: Page) -> dict[str, float]:
    return {dict(one.labels)["check"]: value for one, value in page.all(OK).items()}


def well(page: Page) -> bool:
    return states(page) == dict.fromkeys(CHECKS, 1)


def reason(page: Page, check: str) -> str:
    return "; ".join(page.values("reason", FAILED, check=check))


def digests(page: Page) -> dict[str, str]:
    return {dict(one.labels)["file"]: dict(one.labels)["sha256"] for one in page.all(CONFIG)}


def test_what_the_passive_balancer_lacks_is_seen_before_it_is_needed(cluster: Cluster) -> None:
    """Whole, all checks are well on both and their files the same. Then on the passive one a slip of the pen,
    an agent that can't be run, a database that can't be reached: each is named there, and nowhere else."""
    for balancer in cluster.balancers:
        cluster.until(balancer, "all checks well", well, 90)
    one, other = (digests(page) for page in cluster.pages().values())
    assert one == other
    assert one.keys() == {"haproxy.cfg", "corosync.conf"}

    holder = cluster.lab.holder()
    passive = cluster.peer(holder)
    host, database = cluster.lab.host(passive), cluster.lab.topology.databases[0]
    host.run("mount", "--bind", "/dev/null", AGENT)
    host.run("ip", "route", "add", "blackhole", f"{database.address}/32")
    haproxy.misconfigure(host, cluster.lab.topology)
    try:
        broken = dict.fromkeys(CHECKS, 1.0) | dict.fromkeys(
            ("haproxy_config", "resource_agents", "galera_reachable"), 0.0
        )
        page = cluster.until(passive, "what is broken", lambda page: states(page) == broken)
        assert "unknown keyword 'sever' in 'backend' section" in reason(page, "haproxy_config")
        assert reason(page, "resource_agents") == f"ocf:heartbeat:IPaddr2: {AGENT} is not executable"
        assert reason(page, "galera_reachable") == f"no answer from {database.name}"
        assert digests(page)["haproxy.cfg"] != one["haproxy.cfg"]
        assert digests(page)["corosync.conf"] == one["corosync.conf"]
        assert well(cluster.page(holder))
    finally:
        host.run("umount", AGENT)
        host.run("ip", "route", "del", "blackhole", f"{database.address}/32")
        haproxy.configure(host, cluster.lab.topology)
    page = cluster.until(passive, "all checks well again", well)
    assert digests(page) == one
