"""The collector `readiness` under Keepalived: what it says, when, and what its checks are told."""

import time

import pytest

from exporter.errors import Unreachable
from exporter.interface_address import InterfaceAddress
from exporter.sources.keepalived.reading import KeepalivedReading
from exporter.transports import interfaces
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.vrrp.snapshot import VrrpSnapshot
from exporter.watchers.readiness.checks import loop
from exporter.watchers.readiness.checks.loop import STALE_SECONDS, Wanted
from exporter.watchers.readiness.keepalived import KeepalivedReadiness
from exporter.watchers.readiness.metrics import Takeover
from exporter.watchers.readiness.options import Options
from tests.sources.keepalived.captured import reading
from tests.watchers.failover.detection.vrrp.looks import AT_B, NAME, A, B
from tests.watchers.readiness.checks.test_loop import shown, states

NOW = Deadline.after(10)
SNAPSHOT = VrrpSnapshot(B, 10, ((11, 0.0),), {NAME: AT_B})


async def test_what_the_latest_look_says_is_on_the_page() -> None:
    """At once, without asking anybody; not once the look is old."""
    one = KeepalivedReadiness(Options(), Wanted())
    with pytest.raises(Unreachable):
        one.read(NOW)
    one.start()
    assert one.read(NOW).takeovers == ()
    one.observe(reading("2.2.7-backup"), SNAPSHOT, time.monotonic())
    assert one.read(NOW).takeovers == (Takeover(NAME, A, (B,)),)
    one.observe(reading("2.2.7-backup"), SNAPSHOT, time.monotonic() - STALE_SECONDS - 1)
    assert one.read(NOW).takeovers == ()
    one.halt()
    one.close()


async def test_what_is_promised_is_on_the_page() -> None:
    """Of a takeover by this host, in BACKUP; nothing of it where Keepalived does not run, or was not seen."""
    one = KeepalivedReadiness(Options(), Wanted())
    one.start()

    def totals() -> dict[str, float | None]:
        return {two.fault: two.seconds for two in one.read(NOW).promises if two.phase == "total"}

    assert totals() == {}
    one.observe(reading("2.2.7-backup"), SNAPSHOT, time.monotonic())
    assert totals()["node_lost"] == pytest.approx(4.7, abs=0.01)
    one.observe(KeepalivedReading(None), SNAPSHOT, time.monotonic())
    assert totals() == {}
    one.halt()
    one.close()


async def test_keepalived_names_the_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    """By it the check knows what is missing here; as it was configured also while Keepalived does not run."""
    monkeypatch.setattr(loop, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(loop, "SETTLING_SECONDS", 0.0)
    there = {"eth1": [InterfaceAddress("ipv4", "10.4.0.12", "255.255.255.0")]}
    monkeypatch.setattr(interfaces, "interfaces", lambda: there)
    monkeypatch.setattr(interfaces, "running", lambda: frozenset(there))
    one = KeepalivedReadiness(Options(), Wanted(addresses=("10.4.0.100",)))
    one.start()
    await shown(one._checks, lambda results: states(results).get("vip_interface") == ())
    one.observe(reading("2.2.7-backup"), SNAPSHOT, time.monotonic())
    found = await shown(one._checks, lambda results: states(results).get("vip_interface"))
    assert "belongs on eth0, and there is no such interface" in states(found)["vip_interface"][0]
    one.observe(KeepalivedReading(None), SNAPSHOT, time.monotonic())
    assert one._configured(NOW).interfaces["10.4.0.100"] == "eth0"
    one.halt()
    one.close()
