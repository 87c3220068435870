"""Which of the VIPs this host holds: by given lists, by this host's own, and in a network namespace."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import TimedOut, Unparsable, Unreachable
from exporter.interface_address import InterfaceAddress, Interfaces
from exporter.sources.address.families import families
from exporter.sources.address.parse import held
from exporter.sources.address.reading import Holding
from exporter.sources.address.source import AddressSource
from exporter.transports.deadline import Deadline
from tests.golden import assert_golden

EXPECTED = Path(__file__).parent / "expected"
REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True)
class Listed:
    """Stands in for psutil's snicaddr."""

    family: int
    address: str
    netmask: str | None = None


def read(*vips: str) -> dict[str, bool]:
    return dict(AddressSource(vips).read(Deadline.after(5)).bound)


def test_loopback_is_held_and_a_documentation_address_is_not() -> None:
    """The kernel is really asked: 127.0.0.1 is here, 198.51.100.1 (RFC 5737) is nobody's."""
    assert read("127.0.0.1", "198.51.100.1") == {"127.0.0.1": True, "198.51.100.1": False}


def test_ipv6_loopback_is_held_where_the_kernel_has_it() -> None:
    """IPv6 is asked for in the same call."""
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("this kernel has no IPv6")
    assert read("::1", "2001:db8::1") == {"::1": True, "2001:db8::1": False}


class TwoHolders:
    """In place of the watcher of claimants; one of the addresses could not be asked for."""

    def start(self) -> None: ...

    def counts(self) -> dict[str, int]:
        return {"10.0.0.100": 2}

    def shared_seconds(self) -> dict[str, float]:
        return {"10.0.0.100": 4.2}

    def change(self, vips: Iterable[str]) -> None: ...

    def close(self) -> None: ...


def test_page(monkeypatch: pytest.MonkeyPatch, update_golden: bool) -> None:
    """A balancer with one VIP of two: the page shows which, and how many claim it."""
    interfaces = {
        "lo": [Listed(socket.AF_INET, "127.0.0.1"), Listed(socket.AF_INET6, "::1")],
        "eth0": [
            Listed(socket.AF_PACKET, "0a:fc:00:00:00:01"),
            Listed(socket.AF_INET, "10.0.0.11"),
            Listed(socket.AF_INET, "10.0.0.100"),
            Listed(socket.AF_INET6, "fe80::8fc:ff:fe00:1%eth0"),
        ],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: interfaces)
    source = AddressSource(("10.0.0.100", "2001:db8::100"), TwoHolders())
    families = source.collect(source.read(Deadline.after(5)))
    assert_golden(EXPECTED / "balancer.prom", families, update=update_golden)


def test_other_addresses_are_taken_over_while_it_runs() -> None:
    """What is left out is not on the page any more, though it was counted a moment ago."""
    source = AddressSource(("127.0.0.1", "10.0.0.100"), TwoHolders())
    assert source.read(Deadline.after(5)).claimants == {"10.0.0.100": 2}
    source.change(("127.0.0.1", "192.0.2.1"), ("127.0.0.1",))
    reading = source.read(Deadline.after(5))
    assert reading == Holding({"127.0.0.1": True, "192.0.2.1": False})


@pytest.mark.parametrize("written", ["2001:DB8::100", "2001:0db8:0000::0100", "2001:db8:0:0:0:0:0:100"])
def test_ipv6_is_compared_as_an_address_and_not_as_text(written: str) -> None:
    """However the kernel or a tool writes an IPv6 address, it is the same one."""
    assert "2001:db8::100" in held({"eth0": [InterfaceAddress("ipv6", written)]})


def test_scope_may_be_named_or_left_out() -> None:
    """A link-local VIP is found with its interface and without."""
    found = held({"eth0": [InterfaceAddress("ipv6", "fe80::1%eth0")]})
    assert {"fe80::1", "fe80::1%eth0"} <= found
    assert "fe80::1%eth1" not in found


def test_no_interface_is_no_answer() -> None:
    """An empty list is not a host without addresses but an answer that can't be right: every host has lo."""
    with pytest.raises(Unparsable, match="no interface"):
        held({})


@pytest.mark.parametrize(
    "odd", ["", "10.0.0", "\u0661\u0660.\u0660.\u0660.\u0661", "10.0.0.1/24", "x" * 10_000_000]
)
def test_odd_address_is_unparsable(odd: str) -> None:
    """What is listed as an IP address and is none is reported, with its beginning and its interface."""
    with pytest.raises(Unparsable, match="interface eth0: expected an IP address") as caught:
        held({"eth0": [InterfaceAddress("ipv4", odd)]})
    assert len(str(caught.value)) < 500


def test_kernel_that_refuses_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the kernel is the source's error, with what the kernel said."""

    def refuse() -> None:
        raise OSError(105, "No buffer space available")

    monkeypatch.setattr(psutil, "net_if_addrs", refuse)
    with pytest.raises(Unreachable, match="No buffer space available"):
        read("10.0.0.100")


def test_deadline_that_is_over() -> None:
    """After its deadline it raises TimedOut and does not ask the kernel."""
    with pytest.raises(TimedOut):
        AddressSource(("10.0.0.100",)).read(Deadline.after(-1))


KINDS = st.sampled_from(["ipv4", "ipv6", "mac"])


@given(st.dictionaries(st.text(), st.lists(st.builds(InterfaceAddress, KINDS, st.text()))))
def test_any_answer_is_read_or_unparsable(interfaces: Interfaces) -> None:
    """Whatever the list holds, it is a set of addresses or Unparsable."""
    with suppress(Unparsable):
        held(interfaces)


def test_each_vip_is_one_series() -> None:
    """A VIP of each kind, bound or not, is one series each."""
    holding = Holding({"10.0.0.100": True, "10.0.0.101": False}, {"10.0.0.101": 2}, {"10.0.0.101": 6.5})
    bound, claimants, shared = families(holding)
    assert [sample.value for sample in bound.samples] == [1.0, 0.0]
    assert [(sample.labels, sample.value) for sample in claimants.samples] == [({"vip": "10.0.0.101"}, 2.0)]
    assert [(sample.labels, sample.value) for sample in shared.samples] == [({"vip": "10.0.0.101"}, 6.5)]


MOVE = """
import subprocess

from exporter.sources.address.source import AddressSource
from exporter.transports.deadline import Deadline

source = AddressSource(("10.99.0.100", "2001:db8:99::100"))
for step in (
    "link set lo up",
    "address add 10.99.0.100/24 dev lo",
    "address add 2001:db8:99::100/64 dev lo",
    "address del 10.99.0.100/24 dev lo",
    "address del 2001:db8:99::100/64 dev lo",
):
    subprocess.run(["ip", *step.split()], check=True)
    print(*map(int, source.read(Deadline.after(5)).bound.values()))
"""


def test_vip_comes_and_goes() -> None:
    """On a real interface in a namespace of its own, both families are seen the moment they are there."""
    unshare = shutil.which("unshare")
    if os.geteuid() != 0 or not unshare or not shutil.which("ip"):
        pytest.skip("a network namespace of its own takes root, unshare and ip")
    done = subprocess.run(
        [unshare, "--net", sys.executable, "-c", MOVE],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("this root may not make a network namespace")
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["0 0", "1 0", "1 1", "0 1", "0 0"]
