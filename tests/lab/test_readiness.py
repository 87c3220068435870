"""Whether Pacemaker would take over, on the page of a real cluster."""

import pytest

from deploy.lab.page import Page
from tests.lab.balancers import Cluster

pytestmark = pytest.mark.lab

READY, TARGET, BLOCKED = (
    "failover_takeover_ready",
    "failover_takeover_target_info",
    "failover_takeover_blocked_info",
)


def test_a_forgotten_ban_is_seen_before_it_is_needed(cluster: Cluster) -> None:
    """On both balancers: the passive one is the target; banned, nothing is; cleared, it is again."""
    holder = cluster.lab.holder()
    peer, resource = cluster.peer(holder), cluster.lab.topology.primitives[0]
    ready = {"resource": resource, "lost": holder}

    def taken_over(page: Page) -> bool:
        return page.get(READY, **ready) == 1 and page.get(TARGET, **ready, to=peer) == 1

    for balancer in cluster.balancers:
        cluster.until(balancer, f"{peer} would take over", taken_over)
    crm = cluster.lab.host(holder).run
    crm("crm_resource", "--ban", "--resource", resource, "--node", peer)
    try:
        for balancer in cluster.balancers:
            page = cluster.until(balancer, "nothing would", lambda page: page.get(READY, **ready) == 0)
            assert page.get(BLOCKED, **ready, reason="banned") == 1
    finally:
        crm("crm_resource", "--clear", "--resource", resource)
    for balancer in cluster.balancers:
        cluster.until(balancer, f"{peer} would take over again", taken_over)
