"""Moves and restarts under Keepalived: what each host makes of its own side.

Times and counters are those of releases' experiments with 2.2.7 (advert_int 1, priorities 150 and 100): which
advertisements came, who said goodbye and how often, how soon the other took over.
"""

from dataclasses import replace

import pytest

from exporter.watchers.failover.detection.vrrp.changes import (
    FAILED_THERE,
    GOODBYE,
    LOWERED,
    SCRIPT,
    changes,
)
from exporter.watchers.failover.detection.vrrp.snapshot import BACKUP, FAULT, MASTER, VrrpSnapshot
from exporter.watchers.failover.events import Held
from tests.watchers.failover.detection.vrrp.looks import AT_A, AT_B, BEGIN, NAME, VIP, A, B, Host, told


def backup() -> Host:
    """B, that has heard an advertisement each second, looked at every 10 s and at 27.0."""
    host = Host(B, AT_B)
    for at in (0.0, 10.0, 20.0, 27.0):
        host.look(at, received=100 + int(at))
    return host


def master() -> Host:
    host = Host(A, AT_A)
    host.look(0.0)
    host.look(10.0)
    return host


def test_stopped_seen_from_the_one_that_takes_over() -> None:
    """One goodbye, and 0.6 s later this one is MASTER."""
    host = backup()
    (event,) = host.look(28.61, state=MASTER, since=28.6, bound=True, others=0, goodbyes=1, received=129)
    assert told([event]) == [("move", A, B, "peer_stopped")]
    assert event.at == BEGIN + 28.6
    assert event.evidence[0].endswith("Keepalived there was stopped")


def test_stopped_seen_from_the_one_that_is_stopped() -> None:
    """The address is gone at once, the process a second later; then another host answers for it."""
    host = master()
    assert host.look(12.01, bound=False, others=None) == []
    host.stop()
    assert host.look(13.1) == []
    assert host.look(16.0, others=1) == []  # the answer may be this host's own, from before
    assert told(host.look(18.0)) == [("move", A, B, "peer_stopped")]


def test_a_script_that_fails_seen_from_both() -> None:
    """FAULT here; there two goodbyes."""
    host = master()
    host.bad = frozenset({"haproxy"})
    assert host.look(12.0, state=FAULT, since=11.9, bound=False, others=None) == []
    (event,) = host.look(18.0, others=1)
    assert told([event]) == [("move", A, B, "script_failed")]
    assert event.evidence[0] == "check script haproxy fails on proxy-a"
    assert event.at == BEGIN + 11.9
    other = backup()
    found = other.look(28.65, state=MASTER, since=28.64, bound=True, others=0, goodbyes=2, received=130)
    assert told(found) == [("move", A, B, "script_failed")]


def test_a_tracked_process_that_ended() -> None:
    """With a weight: the priority falls, and the process is why."""
    before = VrrpSnapshot(A, 10, (), {NAME: AT_A})
    now = replace(before, instances={NAME: replace(AT_A, priority=90)}, bad_processes=frozenset({"haproxy"}))
    found = [*changes(NAME, before, now)]
    assert [one.kind for one in found] == [SCRIPT, LOWERED]
    assert found[0].text == "tracked process haproxy does not run on proxy-a"


def test_goodbyes_of_a_sync_group() -> None:
    """The instance that fails says it twice, the other, which gives up with it, once. Where Keepalived is
    stopped each says it once."""
    together = (NAME, "reports")
    backups = dict.fromkeys(together, replace(AT_B, together=together))
    before = VrrpSnapshot(B, 10, (), backups)

    def said(**numbers: int) -> list[tuple[str, str]]:
        after = {name: replace(one, goodbyes=numbers[name]) for name, one in backups.items()}
        now = replace(before, instances=after)
        return [(name, one.kind) for name in together for one in changes(name, before, now)]

    assert said(entrance=1, reports=2) == [(NAME, FAILED_THERE), ("reports", FAILED_THERE)]
    assert said(entrance=1, reports=1) == [(NAME, GOODBYE), ("reports", GOODBYE)]
    assert said(entrance=0, reports=2) == [("reports", FAILED_THERE)]


def test_a_goodbye_that_was_seen_before_the_address_came() -> None:
    """A scrape may fall into the 0.6 s between the two."""
    host = backup()
    assert host.look(28.3, goodbyes=1, received=129) == []
    found = host.look(28.61, state=MASTER, since=28.6, bound=True, others=0)
    assert told(found) == [("move", A, B, "peer_stopped")]


def test_lost_without_a_word() -> None:
    """Killed, off, frozen, or cut off: nothing came for three advertisements and a fraction."""
    host = backup()
    (event,) = host.look(31.62, state=MASTER, since=31.61, bound=True, others=0, received=128)
    assert told([event]) == [("move", A, B, "peer_lost")]
    assert event.evidence == ("the other host was not heard any more",)


def test_a_priority_that_was_configured_before_explains_no_silence() -> None:
    """A reload that changed it moved nothing; 13 s later the other host is not heard any more."""
    host = backup()
    host.look(28.0, received=128, base_priority=110, priority=110)
    host.look(38.0, received=138)
    (event,) = host.look(41.62, state=MASTER, since=41.61, bound=True, others=0, received=138)
    assert told([event]) == [("move", A, B, "peer_lost")]


def test_a_priority_that_fell_seen_from_the_one_that_takes_over() -> None:
    """It was heard until then: four advertisements came that were not taken."""
    host = backup()
    (event,) = host.look(31.62, state=MASTER, since=31.61, bound=True, others=0, received=132)
    assert told([event]) == [("move", A, B, "priority_changed")]


def test_an_interval_that_is_another_than_the_other_host_s() -> None:
    """Its advertisements come, are counted, and are refused."""
    host = backup()
    assert host.look(28.0, own_interval=2.0, received=128) == []
    (event,) = host.look(34.3, state=MASTER, since=34.2, bound=True, others=1, received=134)
    assert told([event]) == [("move", A, B, "peer_lost")]
    assert event.evidence[0].startswith("advert_int of entrance on proxy-b is 2 s, was 1 s: ")


def test_a_priority_that_fell_by_a_script() -> None:
    """Here it is the script; and as this host knows best, its report is the later one."""
    host = master()
    host.bad = frozenset({"haproxy"})
    assert host.look(12.0, priority=90) == []
    assert host.look(15.62, state=BACKUP, since=15.6, bound=False, others=None) == []
    (event,) = host.look(16.62, received=1, master=B)
    assert told([event]) == [("move", A, B, "script_failed")]
    assert event.at == BEGIN + 16.62
    assert "the priority of entrance on proxy-a went from 150 to 90" in event.evidence


def test_a_priority_that_was_configured() -> None:
    """By a reload."""
    host = master()
    assert host.look(12.0, priority=90, base_priority=90) == []
    assert host.look(15.62, state=BACKUP, since=15.6, bound=False, others=None) == []
    assert told(host.look(16.6, received=1, master=B)) == [("move", A, B, "priority_changed")]


def test_a_link_that_is_down() -> None:
    """Nobody can be asked then; once the link is back another one is heard."""
    host = master()
    assert host.look(12.0, state=FAULT, since=11.99, bound=False, others=None, link=False) == []
    assert host.look(40.0) == []
    (event,) = host.look(50.0, state=BACKUP, since=49.0, link=True, received=1, master=B)
    assert told([event]) == [("move", A, B, "link_down")]
    assert event.at == BEGIN + 11.99
    found = host.look(53.0, state=MASTER, since=52.9, bound=True, others=0, received=4)
    assert told(found) == [("move", B, A, "failback")]


def test_a_vrrp_process_that_is_killed() -> None:
    """It comes back on the same host before the other one notices."""
    host = master()
    host.children = ((12, BEGIN + 12.0),)
    assert host.look(12.05, state=BACKUP, since=12.04, bound=False, others=None) == []
    (event,) = host.look(15.47, state=MASTER, since=15.45, bound=True, others=0)
    assert told([event]) == [("restart", A, A, "restart")]


def test_started_again_it_takes_over_by_its_priority() -> None:
    """Stopped and started within seconds: there and back."""
    host = master()
    assert host.look(12.01, bound=False, others=None) == []
    host.stop()
    assert host.look(13.0) == []
    host.start(13.3)
    found = host.look(14.0, state=BACKUP, since=13.3, received=1, master=B)
    assert told(found) == [("move", A, B, "peer_stopped")]
    found = host.look(16.7, state=MASTER, since=16.65, bound=True, received=4, others=0, master="")
    assert told(found) == [("move", B, A, "failback")]


def test_a_higher_priority_that_comes_back_seen_from_the_one_that_goes() -> None:
    """It did nothing, and was in order."""
    host = Host(B, AT_B)
    host.look(0.0, state=MASTER, bound=True, others=0, master="")
    assert host.look(10.0, state=BACKUP, since=9.99, bound=False, others=None) == []
    (event,) = host.look(11.0, received=101, master=A)
    assert told([event]) == [("move", B, A, "failback")]
    assert event.at == BEGIN + 9.99


def test_a_split_that_heals() -> None:
    """Both had it; the lower one gives it up."""
    host = backup()
    assert told(host.look(31.62, state=MASTER, since=31.61, bound=True, others=1)) == [
        ("move", A, B, "peer_lost")
    ]
    host.detector.shared(NAME, VIP, 38.0)
    assert host.look(40.01, state=BACKUP, since=40.0, bound=False, others=None) == []
    assert told(host.look(41.0, received=129, master=A)) == [("move", B, A, "split_healed")]


def test_the_winner_of_a_split_has_nothing_to_report() -> None:
    """It held the address all the time."""
    host = master()
    host.detector.shared(NAME, VIP, 14.0)
    assert host.look(15.0, others=1) == []
    assert host.detector.observe is not None
    assert host.look(20.0, others=0) == []


def test_what_is_between_two_hosts_is_not_settled() -> None:
    """So that it is looked at each second."""
    host = master()
    host.look(12.0, bound=False, others=None)
    assert not host.detector.settled()
    host.look(18.0, others=1)
    assert host.detector.settled()


def test_asked_just_before_it_took_over() -> None:
    """The address is here and Keepalived's answer is from a moment before: the next look decides."""
    host = backup()
    assert host.look(31.62, bound=True, others=0, received=128) == []
    found = host.look(31.8, state=MASTER, since=31.61)
    assert told(found) == [("move", A, B, "peer_lost")]


def test_an_address_that_somebody_added_by_hand() -> None:
    """Keepalived stays BACKUP: it is here all the same, and nothing explains it."""
    host = backup()
    host.look(30.0, bound=True)
    assert told(host.look(31.0)) == [("move", A, B, "unknown")]


def test_the_first_look_is_no_event() -> None:
    """Wherever it is."""
    assert Host(A, AT_A).look(0.0) == []
    assert Host(B, AT_B).look(0.0) == []


@pytest.mark.parametrize("kept", [{}, {NAME: Held(B, None, None, BEGIN - 50)}])
def test_taken_over_before_a_look_showed_who_had_it(kept: dict[str, Held]) -> None:
    """At the first look Keepalived had not heard a master yet, and ARP was not asked. What was advertised
    since is another host's, which had the addresses; the journal's word is older."""
    host = Host(B, AT_B, kept)
    assert host.look(0.0, others=None, master="", received=2) == []
    assert not host.detector.settled()
    (event,) = host.look(8.61, state=MASTER, since=8.6, bound=True, others=0, goodbyes=1, received=10)
    assert told([event]) == [("move", A, B, "peer_stopped")]
    assert (event.at, event.late) == (BEGIN + 8.6, False)
    assert host.detector.settled()


def test_the_first_to_take_it_moved_nothing() -> None:
    """Nobody advertised: the addresses were on no host."""
    host = Host(B, AT_B)
    host.look(0.0, others=None, master="", received=0)
    assert host.look(3.61, state=MASTER, since=3.6, bound=True, others=0) == []


def test_what_happened_while_the_exporter_was_away() -> None:
    """The journal knows where it was; told late, and dated no later than it was seen there."""
    host = Host(B, AT_B, {NAME: Held(A, None, None, BEGIN - 50)})
    (event,) = host.look(5.0, state=MASTER, since=-20, bound=True, others=0, master="")
    assert (told([event]), event.late, event.at) == ([("move", A, B, "unknown")], True, BEGIN - 20)
    other = Host(A, AT_A, {NAME: Held(A, None, None, BEGIN - 50)})
    (event,) = other.look(5.0, state=BACKUP, since=0, bound=False, others=1, master=B)
    assert (told([event]), event.late, event.at) == ([("move", A, B, "unknown")], True, BEGIN - 50)


def test_where_it_is_is_kept() -> None:
    """For the next start."""
    host = master()
    assert host.detector.held() == {NAME: Held(A, None, None, BEGIN + 10)}
    host.detector.forget([NAME])
    assert host.detector.held() == {}


def test_nobody_has_it() -> None:
    """An outage is no move; when it is back, nothing but that happened."""
    host = master()
    host.bad = frozenset({"haproxy"})
    assert host.look(12.0, state=FAULT, since=11.9, bound=False, others=0) == []
    assert host.look(60.0) == []
    host.bad = frozenset()
    found = host.look(70.0, state=MASTER, since=69.9, bound=True)
    assert told(found) == [("restart", A, A, "script_failed")]
