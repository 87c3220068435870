"""Programs that the tests of deploy/ use."""

import shutil

import pytest


def tool(name: str) -> str:
    """Its path; without it the test is skipped."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}: deploy/lab/packages.sh tests/packages.txt")
    return path
