"""Whether an address could be had on this host's interfaces."""

from collections.abc import Mapping

import pytest

from exporter.errors import TimedOut
from exporter.interface_address import InterfaceAddress, Interfaces
from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.parameters import Parameters
from exporter.watchers.readiness.checks.vip_interface import VipInterface, failure
from exporter.watchers.readiness.metrics import Checked
from tests.watchers.readiness.checks.known import SOON

VIP = "10.0.0.100"
LO = [InterfaceAddress("ipv4", "127.0.0.1", "255.0.0.0")]
ETH0 = [InterfaceAddress("ipv4", "10.0.0.12", "255.255.255.0")]
ALL = ("lo", "eth0", "eth1")


@pytest.mark.parametrize(
    ("here", "running", "named", "expected"),
    [
        ({"lo": LO, "eth0": ETH0}, ALL, "", ""),
        ({"lo": LO, "eth0": ETH0}, ("lo",), "", "10.0.0.100 belongs on eth0, which has no link"),
        ({"lo": LO}, ALL, "", "10.0.0.100 is in no network of this host's interfaces"),
        ({"eth0": [InterfaceAddress("ipv4", "10.0.0.12", "255.255.255.192")]}, ALL, "",
         "10.0.0.100 is in no network of this host's interfaces"),
        ({"eth0": [InterfaceAddress("ipv4", VIP, "255.255.255.255")]}, ALL, "", ""),  # it is held
        ({"lo": LO}, ALL, "eth1", "10.0.0.100 belongs on eth1, and there is no such interface"),
        ({"lo": LO, "eth1": []}, ALL, "eth1", ""),
        ({"lo": LO, "eth1": []}, (), "eth1", "10.0.0.100 belongs on eth1, which has no link"),
    ],
)  # fmt: skip
def test_where_it_would_go(here: Interfaces, running: tuple[str, ...], named: str, expected: str) -> None:
    """By the network of another address, as IPaddr2 finds it, or where its resource says."""
    assert failure(VIP, named, [VIP], here, running) == expected


def test_ipv6() -> None:
    """Its netmask is written in another way."""
    here: Mapping[str, list[InterfaceAddress]] = {
        "eth0": [InterfaceAddress("ipv6", "2001:db8::12", "ffff:ffff:ffff:ffff::")]
    }
    assert failure("2001:db8::100", "", [], here, ALL) == ""
    assert failure("2001:db8:1::100", "", [], here, ALL)


def test_this_host() -> None:
    """TEST-NET-3 belongs to nobody; without addresses there is no question."""
    nowhere = VipInterface(["203.0.113.9"])
    assert nowhere.ask(Known(), SOON) == Checked(
        "vip_interface", ("203.0.113.9 is in no network of this host's interfaces",)
    )
    assert VipInterface([]).ask(Known(), SOON) is None
    by_pacemaker = Known(configured=Parameters({"vip": "203.0.113.9"}))
    assert VipInterface([]).ask(by_pacemaker, SOON) == nowhere.ask(Known(), SOON)


def test_without_pacemakers_configuration_a_failure_is_not_known() -> None:
    """The resource may name an interface."""
    with pytest.raises(TimedOut):
        VipInterface(["203.0.113.9"]).ask(Known(configured=TimedOut("cibadmin: no answer")), SOON)
