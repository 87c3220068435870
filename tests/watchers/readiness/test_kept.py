"""What is promised of a process that Keepalived tracks, and a real pair of Keepalived that keeps it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.watchers.readiness.kept import NO_EVENTS

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
LATE = 1.0  # second that a busy machine may be late
NO_RIGHT = ("Operation not permitted", NO_EVENTS)


def test_a_takeover_takes_no_longer_than_promised() -> None:
    """A process with a weight, terminate_delay and preempt_delay; and one without a weight that a single
    instance of a sync group tracks. Nor less than what is always waited for."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "ip", "keepalived"))):
        pytest.skip("a pair of Keepalived takes root, unshare, ip and keepalived")
    done = subprocess.run(
        [shutil.which("unshare") or "", "--mount", sys.executable, HERE / "kept.py"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode and any(text in done.stderr for text in NO_RIGHT):
        pytest.skip("this root may not make namespaces, or hear of the kernel's processes")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    promised, took = found["promised"], found["took"]
    skew = (256 - 100) / 256
    assert promised == {
        "alone": pytest.approx(0.3 + 0.5 + 1.5 + 1.5 + skew / 2),
        "both": pytest.approx(skew),
    }
    for name, longest in promised.items():
        assert took[name] <= longest + LATE
    assert took["alone"] >= 0.3 + 1.5  # terminate_delay and preempt_delay
    assert took["both"] >= skew - 0.1
