"""Who answers for an address, asked on real links between network namespaces."""

import ipaddress
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import dropwhile, groupby, islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.claimants.ask_policy import Owners
from exporter.watchers.claimants.links import Address
from exporter.watchers.claimants.watcher import ClaimantsWatcher, agreed, several_since

REPOSITORY = Path(__file__).parents[3]
UNSHARE = ["unshare", "--net", "--"]
VIP, VIP6 = "10.99.0.100", "2001:db8:99::100"

ASK = """
import ipaddress, json, sys, threading
from exporter.watchers.claimants.questions import ask
answers = ask([ipaddress.ip_address(vip) for vip in sys.argv[1:]], threading.Event())
owners = {str(vip): len(owners) for vip, owners in answers.owners.items()}
print(json.dumps([owners, [str(error) for error in answers.troubles.values()]]))
"""

WATCH = """
import logging, sys
from exporter.watchers.claimants.watcher import ClaimantsWatcher
logging.basicConfig(format="%(message)s")
class Shared:
    def shared(self, address):
        print(address, "is shared")
claimants = ClaimantsWatcher(sys.argv[1:], [Shared()])
claimants.start()
while claimants._thread.is_alive() and not claimants.counts():
    claimants._thread.join(0.05)
print(dict(claimants.counts()), claimants._thread.is_alive())
claimants.close()
"""

SHARED_FOR = """
import sys, time
from exporter.watchers.claimants.watcher import ClaimantsWatcher
claimants = ClaimantsWatcher(sys.argv[1:])
claimants.start()
until, seen = time.monotonic() + 20, []
while len(seen) < 2 and time.monotonic() < until:
    now = claimants.shared_seconds().get(sys.argv[1])
    if now is not None and now not in seen:
        seen.append(now)
    time.sleep(0.05)
print(*seen)
claimants.close()
"""

# Prints, at each change and until the input ends, how many own the address and to which MAC address this
# host's kernel sends its clients. All runs five times as fast as usual, the kernel's neighbour table too.
FOLLOW = """
import json, subprocess, sys, threading, time
from exporter.watchers.claimants import ask_policy, questions, watcher
watcher.INTERVAL, questions.WINDOW, watcher.CONFIRM_SECONDS, watcher.FRESH_SECONDS = 0.4, 0.1, 0.12, 60
ask_policy.RECENT_SECONDS, ask_policy.ASK_AGAIN_SECONDS = 1.0, float(sys.argv[2])
claimants, before, ended = watcher.ClaimantsWatcher(sys.argv[1:2]), None, threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set())).start()
claimants.start()
until = time.monotonic() + 20
while not ended.is_set() and time.monotonic() < until:
    shown = ["ip", "neighbour", "show", sys.argv[1]]
    words = subprocess.run(shown, capture_output=True, text=True).stdout.split()
    now = [claimants.counts().get(sys.argv[1]), next((word for word in words if word.count(":") == 5), None)]
    if now != before:
        print(json.dumps(now), flush=True)
    before = now
    ended.wait(0.01)
"""
FASTER = "echo 20 > /proc/sys/net/ipv4/neigh/eth0/locktime"  # hundredths of a second


class Host:
    """A network namespace, kept by a process that sleeps."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [*UNSHARE, "sh", "-c", "ip link set lo up; echo; exec sleep infinity"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdout and self.process.stderr
        if not self.process.stdout.readline():
            pytest.skip(f"no network namespace: {self.process.stderr.read().decode().strip()}")

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()

    def run(self, *argv: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        enter = ["nsenter", f"--target={self.process.pid}", "--net", "--"]
        return subprocess.run(
            [*enter, *argv], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=check
        )

    def ip(self, command: str) -> None:
        self.run("ip", *command.split())

    @property
    def mac(self) -> str:
        return str(json.loads(self.run("ip", "-json", "link", "show", "eth0").stdout)[0]["address"])

    def ask(self, *vips: str) -> tuple[dict[str, int], list[str]]:
        """Counts, and errors."""
        counts, troubles = json.loads(self.run(sys.executable, "-c", ASK, *vips).stdout)
        return counts, troubles


@contextmanager
def hosts(count: int, *, twice: bool = False) -> Iterator[list[Host]]:
    """On one bridge, with addresses of both families on eth0; `twice`: the first is plugged in twice."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        pytest.skip("network namespaces take root, unshare, nsenter and ip")
    with ExitStack() as stack:
        made = []
        for _ in range(count + 1):
            made.append(Host())
            stack.callback(made[-1].end)
        switch, *ends = made
        switch.ip("link add bridge type bridge stp_state 0 forward_delay 0")
        switch.ip("link set bridge up")
        for number, host in enumerate(ends, 11):
            plug(switch, f"port{number}", host, "eth0")
            if twice and host is ends[0]:
                plug(switch, "second", host, "eth1")
            host.ip(f"address add 10.99.0.{number}/24 dev eth0")
            host.ip(f"address add fe80::{number:x}/64 dev eth0 nodad")
            host.ip(f"address add 2001:db8:99::{number}/64 dev eth0 nodad")
        yield ends


def plug(switch: Host, port: str, host: Host, interface: str) -> None:
    switch.ip(f"link add {port} type veth peer name {interface} netns {host.process.pid}")
    switch.ip(f"link set {port} master bridge up")
    host.ip(f"link set {interface} up")


@pytest.fixture(scope="module")
def three() -> Iterator[list[Host]]:
    with hosts(3) as made:
        yield made


@pytest.fixture
def link(three: list[Host]) -> Iterator[list[Host]]:
    """Three hosts, none of which holds the addresses before or after."""
    yield three
    for host in three:
        for vip in (f"{VIP}/32", f"{VIP6}/128"):
            host.run("ip", "address", "del", vip, "dev", "eth0", check=False)


def hold(host: Host) -> None:
    host.ip(f"address add {VIP}/32 dev eth0")
    host.ip(f"address add {VIP6}/128 dev eth0 nodad")


def test_nobody_has_it(link: list[Host]) -> None:
    """Asked and not answered is 0."""
    assert link[0].ask(VIP, VIP6) == ({VIP: 0, VIP6: 0}, [])


def test_one_holder(link: list[Host]) -> None:
    """Counted once by itself and by the others."""
    hold(link[0])
    assert [host.ask(VIP, VIP6) for host in link] == [({VIP: 1, VIP6: 1}, [])] * 3


def test_two_holders(link: list[Host]) -> None:
    """Each of them and a third see both: a holder answers also when the other one asks."""
    hold(link[0])
    hold(link[1])
    assert [host.ask(VIP, VIP6) for host in link] == [({VIP: 2, VIP6: 2}, [])] * 3


def test_a_question_changes_no_neighbour_table(link: list[Host]) -> None:
    """After an IPv4 question no host knows the asker's address, nor another owner of the VIP."""
    hold(link[0])
    for host in link:
        host.ip("neighbour flush all")
    assert link[1].ask(VIP) == ({VIP: 1}, [])
    assert [host.run("ip", "-4", "neighbour").stdout for host in link] == ["", "", ""]


def test_an_address_that_is_just_taken_over_is_not_given_up(link: list[Host]) -> None:
    """An IPv6 question while the holder checks for duplicates does not look like one."""
    link[0].run("sh", "-c", "echo 50 > /proc/sys/net/ipv6/conf/eth0/dad_transmits")
    link[0].ip(f"address add {VIP6}/128 dev eth0")
    assert "tentative" in link[0].run("ip", "-6", "address", "show", "to", VIP6).stdout
    assert link[1].ask(VIP6) == ({VIP6: 0}, [])
    listed = link[0].run("ip", "-6", "address", "show", "to", VIP6).stdout
    assert "tentative" in listed and "dadfailed" not in listed


def test_a_second_interface_of_this_host_is_no_other_host() -> None:
    """Linux answers on every interface of a link unless arp_ignore says not to: the holder knows its own two
    MAC addresses; the others can't."""
    with hosts(2, twice=True) as (one, other):
        hold(one)
        assert one.ask(VIP) == ({VIP: 1}, [])
        assert other.ask(VIP) == ({VIP: 2}, [])
        one.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore")
        assert other.ask(VIP) == ({VIP: 1}, [])


def test_a_link_that_is_down_is_not_known() -> None:
    """No 0: nobody could be asked."""
    with hosts(1) as (host,):
        host.ip("link set eth0 down")
        counts, troubles = host.ask(VIP)
        assert (counts, troubles) == ({}, ["eth0: the neighbours can't be asked: Network is down"])


def test_an_address_of_another_network_is_not_known(link: list[Host]) -> None:
    """It is on no link of this host, and nothing is wrong with that."""
    assert link[0].ask("192.0.2.1") == ({}, [])


@pytest.mark.ordinary_user
def test_without_the_right_one_line_says_what_to_grant(link: list[Host]) -> None:
    """As an ordinary user nothing is known, nothing is tried again, and the log says why."""
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    user = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all"]
    done = link[0].run(*user, sys.executable, "-c", WATCH, VIP)
    assert done.stdout.split("\n")[0] == "{} False"
    (line,) = done.stderr.splitlines()
    assert "vip_claimants is off: eth0: " in line
    assert "AmbientCapabilities=CAP_NET_RAW" in line


def test_the_watcher_knows_soon(link: list[Host]) -> None:
    """After the first window the count is there, two questions for a split included, and listeners are
    called in a split."""
    hold(link[0])
    done = link[2].run(sys.executable, "-c", WATCH, VIP)
    assert (done.stdout.split("\n")[0], done.stderr) == (f"{{'{VIP}': 1}} True", "")
    hold(link[1])
    done = link[2].run(sys.executable, "-c", WATCH, VIP)
    expected = [f"{VIP} is shared", f"{{'{VIP}': 2}} True"]
    assert (sorted(done.stdout.splitlines()[:2]), done.stderr) == (sorted(expected), "")


@contextmanager
def followed(
    host: Host, vip: str, holder: Host, ask_again_seconds: float = 60
) -> Iterator[Iterator[list[object]]]:
    """What FOLLOW prints on the third host, whose clients the holder has served so far."""
    host.run("sh", "-c", FASTER)
    host.ip(f"neighbour replace {vip} lladdr {holder.mac} dev eth0 nud reachable")
    holder.ip(f"neighbour replace 10.99.0.13 lladdr {host.mac} dev eth0 nud reachable")
    enter = ["nsenter", f"--target={host.process.pid}", "--net", "--"]
    program = [*enter, sys.executable, "-c", FOLLOW, vip, str(ask_again_seconds)]
    time.sleep(0.25)  # else the kernel keeps the entry that was made just now
    with subprocess.Popen(
        program, cwd=REPOSITORY, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        yield map(json.loads, process.stdout)
        process.stdin.close()


@pytest.mark.parametrize("vip", [VIP, VIP6])
def test_an_observer_of_a_split_keeps_its_owner(link: list[Host], vip: str) -> None:
    """The second question sends this host's clients back, and later ones don't touch them; that an owner is
    gone is seen all the same, also of one that forwards."""
    one, other, client = link
    hold(one)
    hold(other)
    one.run("sh", "-c", "echo 1 | tee /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding")
    with followed(client, vip, one) as seen:
        states = [next(now for now in seen if now[0] == 2)]
        time.sleep(1.5)  # rounds in which nothing is to happen: there is nothing to wait for
        one.ip(f"address del {vip}/{32 if vip == VIP else 128} dev eth0")
        while states[-1][0] == 2:
            states.append(next(seen))
    sent_to = [mac for mac, _ in groupby(mac for _, mac in states)]
    if vip == VIP:
        assert sent_to == [one.mac, other.mac], states
    else:  # the last answer is believed, also the second time
        assert sent_to in ([one.mac, other.mac], [other.mac]), states


def test_without_echo_replies_the_neighbours_are_asked_each_round(link: list[Host]) -> None:
    """A packet filter that drops echoes hides no split, at the price of clients that change their owner."""
    one, other, client = link
    hold(one)
    hold(other)
    other.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all")
    try:
        with followed(client, VIP, one) as seen:
            since = dropwhile(lambda now: now[0] != 2, seen)
            assert [count for count, _ in islice(since, 4)] == [2] * 4
    finally:
        other.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_all")


def test_an_echo_is_not_believed_forever(link: list[Host]) -> None:
    """A host with the address on its loopback interface answers echoes, and does not own it."""
    one, other, client = link
    hold(one)
    hold(other)
    one.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore")
    one.ip(f"address add {VIP}/32 dev lo")
    try:
        with followed(client, VIP, other, ask_again_seconds=1.0) as seen:
            next(now for now in seen if now[0] == 2)
            one.ip(f"address del {VIP}/32 dev eth0")
            assert next(now for now in seen if now[0] != 2)[0] == 1
    finally:
        one.ip(f"address del {VIP}/32 dev lo")
        one.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore")


A, B, C = b"A", b"B", b"C"
ADDRESS: Address = ipaddress.ip_address(VIP)


@pytest.mark.parametrize(
    ("first", "second", "owners"),
    [
        ({A}, {A}, {A}),
        (set(), set(), set()),
        ({A, B}, {A, B}, {A, B}),
        ({A, B}, {B}, {B}),
        ({A, B}, {B, C}, {B}),
        ({A, B}, set(), set()),
        ({A, B, C}, {A, B, C}, {A, B, C}),
    ],
)
def test_owners_that_answered_both_questions_count(
    first: set[bytes], second: set[bytes], owners: set[bytes]
) -> None:
    """More than one owner is believed when two questions say so."""
    assert agreed({ADDRESS: frozenset(first)}, {ADDRESS: frozenset(second)}) == {ADDRESS: owners}


def test_several_owners_that_could_not_be_asked_again_are_not_published() -> None:
    """The link went down in between: neither a split nor none."""
    assert agreed({ADDRESS: frozenset({A, B})}, {}) == {}


@given(st.frozensets(st.sampled_from([A, B, C])), st.frozensets(st.sampled_from([A, B, C])))
def test_never_more_than_either_question_saw(first: Owners, second: Owners) -> None:
    """A second question only takes owners away."""
    assert agreed({ADDRESS: first}, {ADDRESS: second})[ADDRESS] <= first & second


def test_a_split_begins_anew_after_a_round_that_found_none() -> None:
    """So does one whose address could not be asked for in between; each address has a time of its own."""
    since: dict[str, float] = {}
    found = []
    for now, counts in enumerate(
        [{VIP: 1, VIP6: 2}, {VIP: 2, VIP6: 2}, {VIP: 3, VIP6: 1}, {VIP: 2, VIP6: 2}, {VIP6: 2}, {VIP: 2}]
    ):
        since = several_since(since, counts, float(now))
        found.append(since)
    assert found == [{VIP6: 0}, {VIP: 1, VIP6: 0}, {VIP: 1}, {VIP: 1, VIP6: 3}, {VIP6: 3}, {VIP: 5}]


def test_how_long_it_has_been_shared_comes_with_the_count(link: list[Host]) -> None:
    """Less than the time since the first question of two that found two owners."""
    hold(link[0])
    hold(link[1])
    done = link[2].run(sys.executable, "-c", SHARED_FOR, VIP)
    (first, second) = map(float, done.stdout.split())
    assert 0 == first < second < 3, done.stderr


def test_what_is_known_of_an_address_that_stays_is_kept() -> None:
    """Other addresses are asked for from the next round on, by the thread that asks."""
    watcher = ClaimantsWatcher([VIP])
    known = watcher._policies[ipaddress.ip_address(VIP)]
    watcher.change([VIP, VIP6, "fe80::1%eth0"])
    assert list(watcher._policies.values()) == [known]
    watcher._take_over()
    assert [str(vip) for vip in watcher._policies] == [VIP, VIP6]
    assert watcher._policies[ipaddress.ip_address(VIP)] is known
    watcher.change([VIP6])
    watcher._take_over()
    assert [str(vip) for vip in watcher._troubles] == [VIP6]
