"""What all tests share."""

import gc
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has none

from deploy.lab.lab import on
from deploy.lab.roots import RELEASES
from deploy.lab.topologies import TOPOLOGIES
from tests.mariadb import mariadb  # noqa: F401  # a fixture
from tests.skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401  # hooks

# No deadline: a noisy machine is no defect. Fewer examples than by default, so that `make check` stays short;
# every run takes others.
settings.register_profile("check", max_examples=40, deadline=None)
settings.load_profile("check")


def pytest_xdist_auto_num_workers() -> int:
    """More than half of the tests' time is waiting, for servers that start or peers that hang."""
    return 2 * len(os.sched_getaffinity(0)) + 1


class ByLab(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """Tests of one lab go to one process, those without one by file."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """The lab of a test, by the parameters in its name: the topology is at the end, or before the release.
    The matrix, which takes as long as the rest of its topology, has a lab of its own: two run side by side.
    """
    file, _, name = nodeid.partition("::")
    words = name.removesuffix("]").replace("[", "-").split("-")
    topology = next((one for one in TOPOLOGIES if one in words[-2:]), None)
    if topology is None:
        return file
    lab = file if file.endswith("test_matrix.py") else topology
    return lab + on(next((one for one in RELEASES if one in words), None))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByLab | None:
    """With `--dist=loadscope`."""
    return ByLab(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection() -> None:
    """Nearly all that is made while tests are collected stays: looking through it for garbage, time and
    again, takes each process 1.3 s of CPU."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was collected is left out of every later search for garbage."""
    gc.freeze()
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the expected expositions anew")
    parser.addoption("--release", metavar="NAME", help="the lab's hosts are of this Debian release (trixie)")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A program that ran inside a test has set up the logging of the whole process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
