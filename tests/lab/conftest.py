"""A real cluster for the tests: one lab after the other, each with a folder of its own."""

from collections.abc import Iterator

import pytest

from deploy.lab import roots
from deploy.lab.errors import LabError, Missing
from deploy.lab.lab import Lab
from deploy.lab.preflight import check_for
from deploy.lab.topologies import PAIRS, TOPOLOGIES
from tests.lab.balancers import Cluster


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The releases of a test: this machine's and those of its mark, or the one that was chosen for all."""
    if "release" in metafunc.fixturenames:
        chosen, also = (
            metafunc.config.getoption("--release"),
            metafunc.definition.get_closest_marker("also_on"),
        )
        here = [pytest.param(None, id=pytest.HIDDEN_PARAM), *(also.args if also else ())]
        metafunc.parametrize("release", [chosen] if chosen else here, indirect=True, scope="session")


@pytest.fixture(scope="session")
def release(request: pytest.FixtureRequest) -> str | None:
    """Whose files the lab's hosts have; this machine's without one."""
    chosen: str | None = request.param
    return chosen


@pytest.fixture(scope="session", params=[topology.name for topology in PAIRS])
def topology(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def running(
    topology: str, release: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """The topology, up; skipped with the reason where this machine can't run it or make its root."""
    try:
        check_for(TOPOLOGIES[topology])
        roots.root(release)
    except Missing as missing:
        pytest.skip(str(missing))
    lab = Lab(tmp_path_factory.mktemp(topology) / "lab")
    try:
        lab.up(topology, release=release)
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
