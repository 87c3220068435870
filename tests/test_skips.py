"""In CI a skipped test is a failure; elsewhere it is a skip."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SKIPS = {
    "test_mark.py": "@pytest.mark.skipif(True, reason='no root here')\ndef test_it(): pass",
    "test_body.py": "def test_it(): pytest.skip('no root here')",
    "test_fixture.py": "@pytest.fixture\ndef lab(): pytest.skip('no root here')\ndef test_it(lab): pass",
    "test_module.py": "pytest.skip('no root here', allow_module_level=True)",
}
EXPECTED_TO_FAIL = {"test_xfail.py": "@pytest.mark.xfail(reason='known')\ndef test_it(): assert False"}


def run(folder: Path, files: Mapping[str, str], ci: str) -> tuple[int, str]:
    """Exit code and output of a run of these files, with the plugin as tests/conftest.py has it."""
    for name, source in files.items():
        (folder / name).write_text(f"import pytest\n{source}\n")
    options = ["-ra", "-p", "tests.skips", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-c", "/dev/null", f"--rootdir={folder}", str(folder)],
        cwd=REPOSITORY,
        env={**os.environ, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_each_skip_is_a_failure_in_ci(tmp_path: Path) -> None:
    """By a mark, in a test, in a fixture or of a whole module; each with its reason."""
    code, output = run(tmp_path, SKIPS, "true")
    assert code == 1, output
    for name in SKIPS:
        assert any(
            line.startswith(name) and "in CI every test must run" in line and "no root here" in line
            for line in output.splitlines()
        ), output
    assert "skipped" not in output.splitlines()[-1]


def test_elsewhere_it_is_a_skip(tmp_path: Path) -> None:
    """With its reason."""
    code, output = run(tmp_path, SKIPS, "")
    assert code == 0, output
    assert "4 skipped" in output and "no root here" in output


def test_what_is_expected_to_fail_may_fail_in_ci(tmp_path: Path) -> None:
    """It has run; pytest reports it as skipped, too."""
    code, output = run(tmp_path, EXPECTED_TO_FAIL, "true")
    assert code == 0, output
    assert "1 xfailed" in output
