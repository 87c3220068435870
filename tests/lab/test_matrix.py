"""Those faults of the matrix that CI runs; tests/trials/matrix/expectations.yml has the reasons."""

from collections.abc import Iterator

import pytest

from deploy.lab.monitoring import Monitoring
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE, ON_ARTICLE
from tests.trials.matrix import today, trial
from tests.trials.matrix.expectations import Expectation, expectations
from tests.trials.matrix.verdict import judge

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE, ON_ARTICLE]

CHOSEN = [one for one in expectations() if one.ci]


@pytest.fixture(scope="module")
def peers(running: Cluster) -> Iterator[today.Today]:
    """The exporters in common use run at the same time, as in the whole matrix."""
    with today.running(running.lab) as peers:
        yield peers


@pytest.mark.parametrize("expected", CHOSEN, ids=lambda one: one.name)
def test_a_fault_is_told_as_it_should_be(cluster: Cluster, peers: today.Today, expected: Expectation) -> None:
    """Each page and ticket in time and with its cause, nothing untrue, and all resolved after healing."""
    outcome = trial.run(cluster.lab, Monitoring(cluster.lab.fleet), peers, expected, print)
    verdict = judge(expected, outcome)
    assert verdict.well, f"{'; '.join(verdict.problems)}\n{outcome}"
