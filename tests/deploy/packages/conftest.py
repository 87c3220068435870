"""The packages of this tree, each built once for all tests that want it."""

import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from deploy.packages import package
from deploy.packages.errors import CannotBuild
from deploy.packages.releases import RELEASES
from tests.deploy.tools import tool

ROOT = Path(__file__).parents[3]
Built = Callable[[str], Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Gives the package of a release; where none can be built, the test is skipped."""

    @cache
    def build(name: str) -> Path:
        try:
            return package.build(ROOT, RELEASES[name], tmp_path_factory.mktemp(name))
        except CannotBuild as error:
            pytest.skip(str(error))

    return build


@pytest.fixture
def older(built: Built, tmp_path: Path) -> Built:
    """The same deb by the version 0.1.9 and with one file more, as the one to upgrade from."""

    def make(name: str) -> Path:
        tree, deb = tmp_path / "older", tmp_path / "older.deb"
        subprocess.run([tool("dpkg-deb"), "--raw-extract", built(name), tree], check=True)
        control = tree / "DEBIAN/control"
        text = re.sub(r"^Version: .*", "Version: 0.1.9-1", control.read_text(), flags=re.MULTILINE)
        control.write_text(text)
        (tree / "usr/lib/failover-exporter/older").write_text("")
        subprocess.run([tool("dpkg-deb"), "-Znone", "--build", tree, deb], check=True, capture_output=True)
        return deb

    return make
