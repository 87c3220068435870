"""A pair under Keepalived: read without root, and a fair sample of what breaks; `make keepalived` has all."""

import pytest

from deploy.lab.lab import Lab
from deploy.lab.page import scrape
from tests.lab.balancers import Cluster
from tests.lab.only import ON_KEEPALIVED
from tests.trials.keepalived.cases import BY_NAME, SAMPLE
from tests.trials.keepalived.runs import run
from tests.trials.keepalived.verdict import problems

pytestmark = [pytest.mark.lab, ON_KEEPALIVED]

ABSENT = ("ha_cluster_pacemaker_", "ha_cluster_corosync_", "failover_takeover_")


@pytest.fixture
def pair(running: Cluster) -> Lab:
    return running.lab


def test_both_are_read_and_agree(pair: Lab) -> None:
    """By the package's user with CAP_KILL: state, priority, script, holder; and nothing of Pacemaker."""
    one, other = pair.topology.balancers
    for place, state, priority in ((one, 2, 150), (other, 1, 100)):
        page = scrape(pair, place.name)
        assert page.get("keepalived_vrrp_state", ip_address=pair.topology.vip) == state
        assert page.get("keepalived_vrrp_effective_priority") == priority
        assert page.get("keepalived_script_status", name="haproxy") == 1
        assert page.get("failover_holder", node=one.name) == 1
        assert page.get("failover_holder", node=other.name) == 0
        assert all(page.all("ha_cluster_scrape_success").values())
        assert not [series for series in page.points if series.name.startswith(ABSENT)]


@pytest.mark.parametrize("fault", SAMPLE)
def test_a_fault_is_told_as_it_should_be(pair: Lab, fault: str) -> None:
    """Each move with its cause by both hosts, the ticket and the page, and nothing untrue."""
    seen = run(pair, BY_NAME[fault], print)
    assert problems(BY_NAME[fault], seen) == []
