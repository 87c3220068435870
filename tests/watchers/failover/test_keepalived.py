"""What Keepalived, the kernel and ARP say becomes one look."""

import platform
import socket
from dataclasses import replace

import psutil
import pytest

from exporter.errors import Unreachable
from exporter.sources.keepalived.reading import KeepalivedReading
from exporter.sources.keepalived.source import Options
from exporter.transports import names
from exporter.watchers.failover.detection.vrrp.snapshot import VrrpSnapshot
from exporter.watchers.failover.keepalived import Keepalived
from tests.sources.address.test_address import Listed
from tests.sources.keepalived.captured import reading

VIP, EXCLUDED = "10.4.0.100", "10.4.0.101"
OWN = Options(nodes={"proxy-a": "10.4.0.11", "proxy-b": "10.4.0.12"})


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Listed]]:
    """Another host's interfaces and name, in place of this one's."""
    listed = {"lo": [Listed(socket.AF_INET, "127.0.0.1")], "eth0": [Listed(socket.AF_INET, "10.4.0.12")]}
    up = psutil.net_if_stats()["lo"]
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: listed)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: dict.fromkeys(listed, up))
    monkeypatch.setattr(platform, "node", lambda: "proxy-b")
    return listed


def look(manager: Keepalived, case: str = "2.2.7-backup", counted: int | None = None) -> VrrpSnapshot:
    manager.attach(lambda: {} if counted is None else {VIP: counted})
    return manager.snapshot(reading(case), ())


def test_a_backup_with_a_master() -> None:
    """The other host answers for the address: by name, and with all addresses of the instance."""
    seen = look(Keepalived(OWN), counted=1)
    shown = seen.instances["entrance"]
    assert (shown.bound, shown.others, shown.link, shown.received) == (False, 1, True, 3)
    assert seen.holders == {"entrance": ("proxy-a",)}
    assert seen.nodes == ("proxy-b", "proxy-a")
    assert Keepalived.of("entrance", seen) == {VIP, EXCLUDED}


def test_a_master_counts_itself(host: dict[str, list[Listed]]) -> None:
    """One that answers is this host; two are a split."""
    host["eth0"].append(Listed(socket.AF_INET, VIP))
    manager = Keepalived(Options(nodes={"proxy-c": "10.4.0.12"}))
    assert look(manager, "2.2.7-master", counted=1).holders == {"entrance": ("proxy-b",)}
    assert look(manager, "2.2.7-master", counted=2).holders == {"entrance": ("proxy-b", "proxy-c")}


def test_without_the_right_to_ask_by_arp_keepalived_says_who() -> None:
    """A BACKUP hears its master; one in FAULT knows nothing."""
    assert look(Keepalived(OWN)).holders == {"entrance": ("proxy-a",)}
    assert look(Keepalived(OWN), "2.2.7-fault-script").holders == {"entrance": ()}


def test_once_it_is_stopped_the_last_is_remembered(host: dict[str, list[Listed]]) -> None:
    """Killed, it leaves the address behind: the kernel still has it."""
    manager = Keepalived(OWN)
    look(manager, "2.2.7-master")
    host["eth0"].append(Listed(socket.AF_INET, VIP))
    seen = manager.snapshot(KeepalivedReading(None), ())
    assert (seen.parent, seen.instances["entrance"].state) == (None, None)
    assert seen.holders == {"entrance": ("proxy-b",)}
    assert manager.known() == {"entrance": VIP}


def test_an_instance_that_is_no_longer_configured_is_forgotten() -> None:
    """After a reload."""
    manager = Keepalived(OWN)
    look(manager)
    assert manager.snapshot(replace(reading("2.2.7-backup"), instances=()), ()).holders == {}


def test_only_those_that_are_chosen() -> None:
    """`failover.resources`."""
    assert Keepalived(OWN).snapshot(reading("2.2.7-backup"), ["other"]).instances == {}


def test_scripts_that_fail_and_a_link_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name; the interface by the kernel."""
    assert look(Keepalived(OWN), "2.2.7-fault-script").bad_scripts == {"haproxy"}
    monkeypatch.setattr(psutil, "net_if_stats", dict)
    assert not look(Keepalived(OWN), "2.2.7-fault-link").instances["entrance"].link


def test_processes_that_do_not_run_and_sync_groups() -> None:
    """By name; an instance knows those that go with it."""
    seen = look(Keepalived(OWN), "2.2.7-tracking-lost")
    assert seen.bad_processes == {"haproxy-runs", "haproxy-there"}
    assert seen.instances["third"].together == ("reports", "third")
    assert seen.instances["entrance"].together == ()


@pytest.mark.parametrize(
    ("resolved", "own", "shown"),
    [
        ("proxy-a.example.com", "proxy-b", "proxy-a"),
        ("proxy-a.example.com", "proxy-b.example.com", "proxy-a.example.com"),
        (None, "proxy-b", "10.4.0.11"),
    ],
)
def test_names_that_the_configuration_does_not_say(
    resolved: str | None, own: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the other host calls itself: the resolver's, without a domain where this one has none."""

    def name_of(address: str) -> str:
        if resolved is None:
            raise Unreachable(f"{address}: no name")
        return resolved

    monkeypatch.setattr(names, "name_of", name_of)
    monkeypatch.setattr(platform, "node", lambda: own)
    assert look(Keepalived(Options())).instances["entrance"].peers == (shown,)
