"""A real cluster for the tests: one lab after the other, each with a folder of its own."""

from collections.abc import Iterator

import pytest

from deploy.lab.errors import LabError, Missing
from deploy.lab.lab import Lab
from deploy.lab.preflight import check_for
from deploy.lab.topologies import PAIRS, TOPOLOGIES
from tests.lab.balancers import Cluster


@pytest.fixture(scope="session", params=[topology.name for topology in PAIRS])
def topology(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def running(
    topology: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """The topology, up; skipped with the reason where this machine can't run it."""
    try:
        check_for(TOPOLOGIES[topology])
    except Missing as missing:
        pytest.skip(str(missing))
    lab = Lab(tmp_path_factory.mktemp(topology) / "lab")
    try:
        lab.up(topology, release=request.config.getoption("--release"))
        yield Cluster(lab)
    finally:
        lab.down()


@pytest.fixture
def cluster(running: Cluster) -> Iterator[Cluster]:
    """The topology, whole before the test and healed after it."""
    yield running
    try:
        if running.lab.state.faults() or running.lab.problems():
            running.lab.heal()
    except LabError as error:
        pytest.fail(f"the cluster did not heal: {error}")
