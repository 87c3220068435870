"""Whether the agents of a cluster's resources are installed, in a folder that stands for the host's root."""

from pathlib import Path

import pytest

from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.resource_agents import ResourceAgents, places
from exporter.watchers.readiness.metrics import Checked
from tests.watchers.readiness.checks.known import SOON, cluster, host
from tests.watchers.readiness.cib import Element, needs_pacemaker

IPADDR = "/usr/lib/ocf/resource.d/heartbeat/IPaddr2"
SCRIPT = "/etc/init.d/haproxy"


def installed(folder: Path, *paths: str) -> ResourceAgents:
    made = host(folder, dict.fromkeys(paths, "#!/bin/sh\n"))
    for path in paths:
        (folder / path.lstrip("/")).chmod(0o755)
    return ResourceAgents(made)


@needs_pacemaker
def test_the_articles_agents(tmp_path: Path) -> None:
    """An OCF agent and an init script: both there, one not executable, the other gone."""
    known = cluster(tmp_path)
    check = installed(tmp_path, IPADDR, SCRIPT)
    assert check.ask(known, SOON) == Checked("resource_agents")
    (tmp_path / SCRIPT.lstrip("/")).chmod(0o644)
    (tmp_path / IPADDR.lstrip("/")).unlink()
    found = check.ask(known, SOON)
    assert found
    assert found.failures == (
        f"lsb:haproxy: {SCRIPT} is not executable",
        f"ocf:heartbeat:IPaddr2: not installed, no {IPADDR}",
    )


@needs_pacemaker
def test_a_unit_of_systemd(tmp_path: Path) -> None:
    """In any of its folders; masked it is of no use."""

    def by_systemd(root: Element) -> None:
        (proxy,) = root.iterfind("configuration/resources/primitive[@id='haproxy']")
        proxy.set("class", "systemd")

    known = cluster(tmp_path, by_systemd)
    unit = "/lib/systemd/system/haproxy.service"
    check = installed(tmp_path, IPADDR)
    assert check.ask(known, SOON) == Checked(
        "resource_agents", ("systemd:haproxy: not installed, no /etc/systemd/system/haproxy.service",)
    )
    host(tmp_path, {unit: "[Service]\n", "/dev/null": ""})
    assert check.ask(known, SOON) == Checked("resource_agents")
    masked = tmp_path / "etc/systemd/system/haproxy.service"
    masked.parent.mkdir(parents=True)
    masked.symlink_to(tmp_path / "dev/null")
    found = check.ask(known, SOON)
    assert found
    assert found.failures == ("systemd:haproxy: masked, by /etc/systemd/system/haproxy.service",)


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("ocf::heartbeat:IPaddr2", (IPADDR, True)),  # up to Pacemaker 2.0
        ("ocf:heartbeat:IPaddr2", (IPADDR, True)),
        ("lsb:haproxy", (SCRIPT, True)),
        ("service:haproxy", (SCRIPT, True)),
        ("systemd:pair@a", ("/etc/systemd/system/pair@a.service", False)),
    ],
)
def test_where_an_agent_is(agent: str, expected: tuple[str, bool]) -> None:
    """As crm_mon writes them, by version."""
    assert next(places(agent)) == expected


def test_what_is_not_known_is_not_missing() -> None:
    """Another kind of agent, and a Pacemaker that can't be asked."""
    assert [*places("stonith:fence_x")] == []
    assert "/etc/systemd/system/pair@.service" in [path for path, _ in places("systemd:pair@a")]
    assert ResourceAgents(host(Path("/nowhere"), {})).ask(Known(), SOON) is None
