"""The Makefile, as somebody new to it uses it."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_help_names_targets_that_are_there() -> None:
    """`make help` can be printed, and each line of it begins with a target."""
    done = subprocess.run(
        ["/usr/bin/make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    named = re.findall(r"^make ([\w-]+)", done.stdout, re.MULTILINE)
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(named) == len(done.stdout.splitlines())
    assert {*named} <= {*targets}
