"""Keepalived's dumps, as they were captured and as they never should be."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.keepalived.parse.data_dump import parse_data
from exporter.sources.keepalived.parse.json_dump import parse_json
from exporter.sources.keepalived.reading import (
    BACKUP,
    FAULT,
    MASTER,
    Neighbours,
    Process,
    Script,
    SyncGroup,
    Tracked,
    Tracks,
    VirtualAddress,
    Waits,
)
from tests.sources.keepalived.captured import CASES, data_dump, json_dump

SECRET = "vrrp-lab"  # noqa: S105 - of the captures


def test_a_master() -> None:
    """All of an instance: configured and effective priority, addresses, when it took over."""
    (one,) = parse_json(json_dump("2.2.7-master"))
    assert (one.name, one.interface, one.vrid, one.state, one.version) == ("entrance", "eth0", 51, MASTER, 2)
    assert (one.base_priority, one.effective_priority, one.master_priority) == (150, 152, 0)
    assert (one.last_transition, one.advert_interval) == (1795946758.353338, 1.0)
    assert (one.authentication, one.preempts) == ("password", True)
    assert one.addresses == (
        VirtualAddress("10.4.0.100", "eth0"),
        VirtualAddress("10.4.0.101", "eth0", excluded=True),
    )
    assert (one.counters["advert_sent"], one.counters["become_master"], len(one.counters)) == (3, 1, 14)


@pytest.mark.parametrize(
    ("case", "state"), [("backup", BACKUP), ("fault-script", FAULT), ("fault-link", FAULT)]
)
def test_the_other_states(case: str, state: int) -> None:
    """As Keepalived numbers them."""
    assert parse_json(json_dump(f"2.2.7-{case}"))[0].state == state


def test_a_backup_says_whom_it_follows() -> None:
    """The master's address is in the text dump alone, and only of a BACKUP; the peers with unicast."""
    assert parse_data(data_dump("2.2.7-backup")).neighbours == {
        "entrance": Neighbours("10.4.0.11", ("10.4.0.11",))
    }
    assert parse_data(data_dump("2.2.7-master")).neighbours == {"entrance": Neighbours("", ("10.4.0.12",))}


def test_what_an_instance_waits_for() -> None:
    """How many advertisements, and its scripts with their weights; a script's command is not kept."""
    dump = data_dump("2.2.7-backup")
    tracked = (Tracked("haproxy", 0), Tracked("weighing", 2))
    assert parse_data(dump).waits == {"entrance": Waits(3, 0.0, Tracks(tracked))}
    other = dump.replace(b"Down timer adverts = 3", b"Down timer adverts = 5")
    other = other.replace(b"weighing weight 2", b"weighing weight -20 reverse")
    other = other.replace(b"Interval = 5 sec", b"Interval = 0.500 sec").replace(
        b"/usr/bin/true", b"check-haproxy"
    )
    details = parse_data(other)
    tracked = (Tracked("haproxy", 0), Tracked("weighing", -20, reverse=True))
    assert details.waits["entrance"] == Waits(5, 0.0, Tracks(tracked))
    assert (details.scripts[1].interval, details.scripts[1].haproxy) == (0.5, True)
    assert "check-" not in repr(details)


def test_processes_files_sync_groups_and_delays() -> None:
    """What tracks them, with their weights; a group's members; preempt_delay and garp_interval."""
    details = parse_data(data_dump("2.2.7-tracking"))
    own = Tracks((), (Tracked("haproxy-runs", -60),), (Tracked("drain", 1),))
    assert details.waits == {"entrance": Waits(3, 4.5, own), "reports": Waits(), "third": Waits()}
    of_both = Tracks((Tracked("haproxy", 0),), (Tracked("haproxy-there", 0),))
    assert details.groups == (SyncGroup(("reports", "third"), of_both),)
    assert details.processes == (
        Process("haproxy-runs", good=True, delay=0.5, haproxy=True),
        Process("haproxy-there", good=True, haproxy=True),
    )
    assert details.announce_interval == 0.05
    assert (details.bad_scripts, details.bad_processes) == ((), ())
    lost = parse_data(data_dump("2.2.7-tracking-lost"))
    assert lost.bad_processes == ("haproxy-runs", "haproxy-there")
    dump = data_dump("2.2.7-tracking").replace(
        b"haproxy-runs, weight -60", b"haproxy-runs, weight 60 reverse"
    )
    assert parse_data(dump).bad_processes == ("haproxy-runs",)
    other = dump.replace(b"Min processes = 1", b"Min processes = 0")
    assert not any(one.haproxy for one in parse_data(other).processes)


def test_intervals_below_a_second() -> None:
    """VRRP 3 advertises each half second; the master says how often it does."""
    one, other, _ = parse_json(json_dump("2.2.7-tracking"))
    assert (one.version, one.advert_interval, one.master_advert_interval) == (3, 0.5, 0.5)
    assert (other.version, other.advert_interval) == (2, 1.0)


def test_a_script_at_the_change_of_state() -> None:
    """`notify` and `notify_master`, of which only that they are there is kept."""
    dump = json_dump("2.2.7-backup")
    assert not parse_json(dump)[0].notifies
    for key in (b"script", b"script_master"):
        told = dump.replace(b'"nopreempt":', b'"' + key + b'":"\'/run/notify\'","nopreempt":')
        assert parse_json(told)[0].notifies
    other = dump.replace(b'"nopreempt":', b'"script_backup":"\'/run/notify\'","nopreempt":')
    assert not parse_json(other)[0].notifies


def test_a_master_that_is_none() -> None:
    """What 2.2.7 names after a reload, with unicast and with multicast."""
    dump = data_dump("2.2.7-backup").replace(b"Master router = 10.4.0.11", b"Master router = ff02::12")
    assert parse_data(dump).neighbours == {"entrance": Neighbours("", ("10.4.0.11",))}
    alone = dump.replace(b"     10.4.0.11 min_ttl", b"     - min_ttl")
    assert parse_data(alone).neighbours == {"entrance": Neighbours("", ())}


def test_scripts_that_fail_and_those_that_do_not() -> None:
    """By name, with what Keepalived does with them just now."""
    assert parse_data(data_dump("2.2.7-fault-script")).scripts == (
        Script("haproxy", good=False, state="running", interval=1.0, fall=2, haproxy=True),
        Script("weighing", good=True, state="idle", interval=5.0),
    )
    assert all(one.good for one in parse_data(data_dump("2.2.7-fault-link")).scripts)


def test_a_dump_of_version_2_is_the_same() -> None:
    """`json_version 2` puts the list into an object."""
    whole = b'{"vrrp":' + json_dump("2.2.7-master") + b"}"
    assert parse_json(whole) == parse_json(json_dump("2.2.7-master"))


# As 1.3.5 writes it, by its vrrp_data.c: the version in the middle, scripts without a section of their own.
OLD = b"""\
------< VRRP Topology >------
 VRRP Instance = VI_1
 VRRP Version = 2
   State = MASTER
   Last transition = 1596892296 (Sat Aug  8 13:11:36 2020)
   Listening device = eth0
   Unicast Peer = 1
     192.168.2.3
   Tracked scripts = 1
 VRRP Script = check_haproxy
   Command = /etc/keepalived/check.sh
   Status = INIT
   Interface weight 0
   Virtual IP = 1
     10.32.75.200/32 dev eth0 scope global
"""


def test_an_old_text_dump() -> None:
    """A script that has not ended yet is neither good nor bad."""
    details = parse_data(OLD)
    assert details.scripts == (Script("check_haproxy", good=None, state="", haproxy=True),)
    assert details.neighbours == {"VI_1": Neighbours("", ("192.168.2.3",))}


def altered(**changes: Any) -> bytes:
    root = json.loads(json_dump("2.2.7-master"))
    root[0]["data"] |= changes
    return json.dumps(root).encode()


@pytest.mark.parametrize(
    "dump",
    [
        b"",
        b"{}",
        b"[1]",
        b'[{"data": {}}]',
        b"[" * 100_000,
        json_dump("2.2.7-master")[:700],
        altered(state=4),
        altered(state=True),
        altered(vrid=-1),
        altered(vrid=1.5),
        altered(iname=""),
        altered(last_transition="then"),
        altered(vips=["nowhere/24 dev eth0"]),
        altered(vips="10.0.0.1"),
        json_dump("2.2.7-master").replace(b"1795946758.353338", b"NaN"),
    ],
)
def test_what_is_no_dump_is_unparsable_and_shows_no_password(dump: bytes) -> None:
    """The dump has the authentication's password: no message shows any of it."""
    with pytest.raises(Unparsable) as error:
        parse_json(dump)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("dump", [b"", b"Password = vrrp-lab", data_dump("2.2.7-master")[200:700]])
def test_what_is_no_text_dump_is_unparsable(dump: bytes) -> None:
    """As when it is cut before its first section."""
    with pytest.raises(Unparsable) as error:
        parse_data(dump)
    assert SECRET not in str(error.value)


@given(st.sampled_from(CASES), st.integers(0, 1100), st.binary(max_size=8))
def test_damaged_dumps_are_read_or_refused(case: str, at: int, put_in: bytes) -> None:
    """Never anything but a reading or Unparsable, and never a password in it."""
    for dump, parse in ((json_dump(case), parse_json), (data_dump(case), parse_data)):
        try:
            parse(dump[:at] + put_in + dump[at:])
            parse(dump[:at])
        except Unparsable as error:
            assert SECRET not in str(error)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_json_is_read_or_refused(root: object) -> None:
    """A list of no instances is a Keepalived without any."""
    try:
        assert parse_json(json.dumps(root).encode()) == ()
    except Unparsable:
        assert root != []
