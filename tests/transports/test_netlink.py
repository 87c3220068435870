"""The kernel's notifications of addresses, on a real interface in a network namespace of its own."""

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.errors import Unreachable
from exporter.transports.netlink import AddressChanges

INSIDE = """
import select, subprocess
from exporter.transports.netlink import AddressChanges
changes = AddressChanges()
ready = lambda seconds: bool(select.select([changes], [], [], seconds)[0])
assert not ready(0)
for command in ("add 10.9.9.9/32", "del 10.9.9.9/32", "add fd00::9/128", "del fd00::9/128"):
    subprocess.run(["ip", "addr", *command.split(), "dev", "lo"], check=True)
    assert ready(20), command
    for _ in range(3):  # of an IPv6 address the kernel speaks again once it has looked whether it is free
        changes.drain()
        if not ready(0.1):
            break
    else:
        raise AssertionError(command)
changes.close()
print("well")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")
def test_it_becomes_readable_when_an_address_comes_or_goes() -> None:
    """IPv4 and IPv6, and not before or after."""
    unshare = shutil.which("unshare")
    if not unshare or not shutil.which("ip"):
        pytest.skip("unshare or ip is not installed")
    argv = [unshare, "--net", "--", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
    ran = subprocess.run(
        [*argv, sys.executable, "-c", INSIDE],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    if "unshare failed" in ran.stderr:
        pytest.skip("no network namespaces here")
    assert ran.stdout == "well\n", ran.stderr


def test_nothing_is_there_to_drain() -> None:
    """It never waits."""
    changes = AddressChanges()
    changes.drain()
    assert select.select([changes], [], [], 0)[0] == []
    changes.close()


def test_a_sandbox_without_netlink_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """RestrictAddressFamilies= without AF_NETLINK."""

    def refuse(*_: object) -> None:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr("socket.socket", refuse)
    with pytest.raises(Unreachable, match="Address family not supported"):
        AddressChanges()
