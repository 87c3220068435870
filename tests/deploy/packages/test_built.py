"""The built packages themselves: the same again, and what Debian's own checker finds."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from deploy.packages import cache, package, roots
from deploy.packages.releases import RELEASES
from tests.deploy.packages.conftest import ROOT, Built
from tests.deploy.tools import tool

pytestmark = [pytest.mark.lab, pytest.mark.release]


def test_the_same_tree_gives_the_same_bytes(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its libraries installed and compiled anew, too; only the clean root is the same."""
    first, root = built("bookworm"), roots.clean_root("bookworm")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (cache.folder() / root.name).symlink_to(root)
    second = package.build(ROOT, RELEASES["bookworm"], tmp_path / "dist")
    assert second != first
    assert hashlib.sha256(second.read_bytes()).digest() == hashlib.sha256(first.read_bytes()).digest()


def test_lintian_finds_nothing_that_has_no_reason(built: Built) -> None:
    """Errors and warnings; what is overridden stands with its reason in files/lintian-overrides."""
    command = [tool("lintian"), "--allow-root", "--fail-on=error,warning", str(built("bookworm"))]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout == ""
