"""In CI every test runs: one that is skipped, for want of a package or a right, is a failure there.

Elsewhere a machine may lack something: `pytest -ra` lists each reason. CI allows no skip at all; a
test that is for one topology alone is parametrized with it (tests/lab/only.py).
"""

import os
from collections.abc import Generator

import pytest

IN_CI = os.environ.get("CI") == "true"  # .ci/run sets it


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):  # an expected failure is reported alike
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Of a module that is skipped as a whole."""
    report = yield
    if IN_CI and report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    """A skip's `longrepr` is its file, line and reason."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: in CI every test must run; {reason}"
