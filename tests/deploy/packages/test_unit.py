"""The units of deploy/systemd, by systemd's own tools."""

import re
import subprocess
from pathlib import Path

from tests.deploy.tools import tool

UNITS = Path(__file__).parents[3] / "deploy/systemd"
SERVICE = UNITS / "failover-exporter.service"
# What a service that asks the network can't be without, and what says little; as systemd-analyze has them.
_PLAIN = {"AmbientCapabilities", "CapabilityBoundingSet", "DeviceAllow", "RestrictAddressFamilies"}


def security() -> str:
    """https://www.freedesktop.org/software/systemd/man/systemd-analyze.html"""
    command = [tool("systemd-analyze"), "security", "--offline=true", "--no-pager", str(SERVICE)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_service_is_little_exposed() -> None:
    """At most 2.0 of 10; a usual unit without a sandbox has more than 9."""
    found = re.search(r"Overall exposure level for failover-exporter\.service: ([\d.]+)", security())
    assert found is not None
    assert float(found[1]) <= 2.0


def test_each_setting_that_stays_open_has_its_reason() -> None:
    """In a comment of the unit, by the setting's name."""
    open_ones = set(re.findall(r"^✗ (\w+)=", security(), re.MULTILINE)) - _PLAIN
    reasons = "\n".join(line for line in SERVICE.read_text().splitlines() if line.startswith("#"))
    assert "PrivateNetwork" in open_ones
    assert sorted(one for one in open_ones if one not in reasons) == []


def test_a_start_and_a_reload_are_as_the_program_has_them() -> None:
    """It says when it is ready and that it lives, and SIGHUP is its reload."""
    lines = SERVICE.read_text().splitlines()
    assert "Type=notify" in lines
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)
