"""Side by side with the exporters that people use today, on the live cluster."""

import pytest

from deploy.lab.errors import Missing
from deploy.lab.preflight import PEERS, need
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE
from tests.trials.compare.rounds import parity

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE]


def test_nothing_is_missing_and_nothing_differs(cluster: Cluster) -> None:
    """Every series of theirs is on our page with its labels and value, or is a documented correction."""
    try:
        need(PEERS, "compare")
    except Missing as missing:
        pytest.skip(str(missing))
    compared = parity(cluster.lab)
    assert len(compared) == 2 + len(cluster.databases)
    assert [str(failure) for peer in compared for failure in peer.failures] == []
