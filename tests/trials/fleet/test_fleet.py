"""A fair sample of `make fleet`: twenty clusters in a real Prometheus, ten of which fail."""

import pytest

from deploy.lab import preflight
from deploy.lab.errors import Missing
from tests.trials.fleet.faults import FAULTS
from tests.trials.fleet.programs import EXPORTERS, Setup
from tests.trials.fleet.run import measured

CLUSTERS, INTERVAL, SECONDS = 20, 5, 10


@pytest.mark.lab
def test_ten_of_twenty_are_told() -> None:
    """Exactly those that fail, with the right alerts, in time; and all that was measured is there."""
    try:
        preflight.need(preflight.PACKAGES, "fleet")
    except Missing as missing:
        pytest.skip(str(missing))
    found = measured(Setup(CLUSTERS, INTERVAL, "needed"), SECONDS, print, settled=0)
    assert found.problems == []
    assert {one.fault for one in found.told if one.whole} == {one.name for one in FAULTS}
    assert found.head >= CLUSTERS * found.series
    assert found.samples == pytest.approx(found.head / INTERVAL, rel=0.3)
    assert found.disk.samples > CLUSTERS * EXPORTERS
    assert set(found.rules) >= {"vip", "failover", "pacemaker", "exporter"}
