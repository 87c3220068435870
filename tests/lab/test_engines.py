"""VictoriaMetrics beside Prometheus tells the same: a sample of `make engines`, which has all the engines."""

import pytest

from deploy.lab.errors import LabError
from deploy.lab.monitoring.engines import find
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARTICLE
from tests.trials.matrix import trial
from tests.trials.matrix.engines.stacks import USUALLY, Beside, beside, end
from tests.trials.matrix.expectations import Expectation, expectations
from tests.trials.matrix.today import Nobody
from tests.trials.matrix.verdict import judge

pytestmark = [pytest.mark.lab, ON_ARTICLE]

OTHER = Beside("victoria-metrics", USUALLY.interval)
# It does not come and go by itself.
FAULTS = [one for one in expectations() if one.name == "galera-two-primaries"]


@pytest.mark.parametrize("expected", FAULTS, ids=lambda one: one.name)
def test_both_tell_a_fault_as_it_should_be(cluster: Cluster, expected: Expectation) -> None:
    """Each page and ticket in time and with its cause, nothing untrue, and all resolved after healing."""
    try:
        find(OTHER.engine).root()
    except LabError as error:
        pytest.skip(str(error))
    monitorings = beside(cluster.lab, [USUALLY, OTHER])
    try:
        watching = [(one, expected) for one in monitorings.values()]
        outcomes = trial.side_by_side(cluster.lab, watching, Nobody(), print)
    finally:
        end(cluster.lab, [USUALLY, OTHER])
    for one, outcome in zip(monitorings, outcomes, strict=True):
        verdict = judge(expected, outcome)
        assert verdict.well, f"{one.name}: {'; '.join(verdict.problems)}\n{outcome}"
