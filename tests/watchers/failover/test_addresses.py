"""Which addresses the resources are, from a double of crm_resource; the real one is asked in the lab."""

from dataclasses import replace
from pathlib import Path

import pytest

from exporter.sources.pacemaker.reading import LastChange
from exporter.watchers.failover.addresses import Addresses
from exporter.watchers.failover.detection.snapshot import Snapshot
from tests.watchers.failover.detection.test_detector import a_snapshot

# crm_resource --resource NAME --get-parameter ip
DOUBLE = """#!/bin/sh
echo "$2" >> "$0.asked"
cat "$0.$2"
"""


class Tool:
    def __init__(self, folder: Path):
        self.path = folder / "crm_resource"
        self.path.write_text(DOUBLE)
        self.path.chmod(0o755)

    def says(self, resource: str, address: str) -> None:
        Path(f"{self.path}.{resource}").write_text(f"{address}\n")

    def asked(self) -> list[str]:
        log = Path(f"{self.path}.asked")
        return log.read_text().split() if log.exists() else []


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    tool = Tool(tmp_path)
    tool.says("vip", "10.0.0.100")
    tool.says("vip6", "2001:DB8::1")
    return tool


def seen(*resources: str, changed: float = 1.0) -> Snapshot:
    together = {name: frozenset({name}) for name in resources}
    configured = LastChange(changed, "root", "cibadmin", "alpha")
    return replace(a_snapshot(), addresses=frozenset(resources), together=together, configured=configured)


def learn(addresses: Addresses, snapshot: Snapshot) -> None:
    for resource in addresses.unknown(snapshot):
        addresses.learn(resource)


def test_each_is_asked_once_until_the_configuration_changes(tool: Tool, tmp_path: Path) -> None:
    """One by one, so that the watcher can look in between; until then what was known is kept."""
    addresses, first = Addresses(str(tmp_path / "crm_mon")), seen("vip", "vip6")
    assert addresses.unknown(first) == ["vip", "vip6"]
    learn(addresses, first)
    assert addresses.unknown(first) == []
    assert addresses.of("vip6", first) == {"2001:db8::1"}
    changed = seen("vip", "vip6", changed=2.0)
    tool.says("vip", "10.0.0.101")
    assert addresses.unknown(changed) == ["vip", "vip6"]
    assert addresses.of("vip", changed) == {"10.0.0.100"}
    addresses.learn("vip")
    assert addresses.of("vip", changed) == {"10.0.0.101"}
    assert addresses.unknown(changed) == ["vip6"]
    assert tool.asked() == ["vip", "vip6", "vip"]


def test_a_resource_without_an_answer_or_gone_has_no_address(tool: Tool, tmp_path: Path) -> None:
    """Not the one that it had before."""
    addresses = Addresses(str(tmp_path / "crm_mon"))
    learn(addresses, seen("vip", "vip6"))
    tool.says("vip", "")
    after = seen("vip", changed=2.0)
    learn(addresses, after)
    assert addresses.of("vip", after) == frozenset()
    again = seen("vip", "vip6", changed=2.0)
    assert addresses.unknown(again) == ["vip6"]
    assert addresses.of("vip6", again) == frozenset()
