"""Whether Pacemaker would take over, on the page of a real cluster."""

from pathlib import Path

import pytest

from deploy.lab.errors import LabError
from deploy.lab.page import Page
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARTICLE
from tests.trials.common.kept import Kept
from tests.trials.readiness import breaks
from tests.trials.readiness.cases import Case
from tests.trials.readiness.pair import Pair
from tests.trials.readiness.results import read_row
from tests.trials.readiness.runs import all_of

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


@ON_ARTICLE
def test_a_case_of_make_readiness_that_goes_wrong_is_put_back(cluster: Cluster, tmp_path: Path) -> None:
    """Its error is its row's, and what follows has a whole lab."""
    undone: list[str] = []

    def wrong(pair: Pair) -> None:
        pair.undo.callback(undone.append, "what neither the CIB nor heal puts back")
        breaks.standby(pair)
        raise LabError("a slip")

    kept = Kept(tmp_path / "kept.json", read_row)
    (row,) = all_of(cluster.lab, [Case("wrong", "something wrong", wrong)], kept, print)
    assert row.problems == ["something wrong: a slip"]
    assert undone
    assert not cluster.lab.problems()
