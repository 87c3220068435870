"""What is promised of a takeover under Keepalived, by a real BACKUP and with other settings."""

from dataclasses import replace

import pytest

from exporter.sources.keepalived.reading import (
    Details,
    KeepalivedReading,
    Process,
    SyncGroup,
    Tracked,
    Tracks,
    Waits,
)
from exporter.watchers.failover.detection.vrrp.causes import CAUSES
from exporter.watchers.readiness.expected.formulas import STEP_SECONDS, SYN_SECONDS, fault_of
from exporter.watchers.readiness.expected.terms import Unknown
from exporter.watchers.readiness.expected.vrrp import promises
from tests.sources.keepalived.captured import data_dump, reading
from tests.watchers.readiness.test_promises import BACKEND

NAME = "entrance"
BACKUP = reading(
    "2.2.7-backup"
)  # priority 102 after a master of 152, a script each second that falls after two
SKEW = (256 - 102) / 256
AFTER = STEP_SECONDS + SYN_SECONDS


def seconds(of: KeepalivedReading) -> dict[tuple[str, str], float | None]:
    return {(one.fault, one.phase): one.seconds for one in promises(of, (BACKEND,))}


def why(of: KeepalivedReading, fault: str) -> str:
    found = {(one.fault, one.phase): one.found for one in promises(of, ())}[fault, "total"]
    assert isinstance(found, Unknown)
    return found.why


def changed(
    tracked: tuple[Tracked, ...] | None = None, adverts: int = 3, delay: float = 0.0, **instance: object
) -> KeepalivedReading:
    (one,), details = BACKUP.instances, BACKUP.details
    assert details is not None
    tracks = details.waits[NAME].tracks if tracked is None else Tracks(tracked)
    waits = Waits(adverts, delay, tracks)
    return replace(
        BACKUP,
        instances=(replace(one, **instance),),  # type: ignore[arg-type]  # its own fields
        details=replace(details, waits={NAME: waits}),
    )


def test_a_real_backup() -> None:
    """A lost master: the time that Keepalived itself says; a goodbye: the skew time; HAProxy: two runs of its
    script besides. A server that is gone is HAProxy's alone."""
    found = seconds(BACKUP)
    assert b"Master down timer = 3601562 usecs" in data_dump("2.2.7-backup")
    assert found["node_lost", "detection"] == pytest.approx(3.601562, abs=1e-6)
    assert found["node_lost", "total"] == pytest.approx(3 + SKEW + AFTER)
    assert found["move", "total"] == pytest.approx(SKEW + AFTER)
    assert found["haproxy_crash", "total"] == pytest.approx(2 + SKEW + AFTER)
    assert found["server_gone", "total"] == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("of", "lost"),
    [
        (changed(adverts=5), 5 + SKEW),
        (changed(master_advert_interval=0.5), 1.5 + SKEW),
        (changed(master_advert_interval=0.5, version=3), 1.5 + SKEW / 2),
        (changed(effective_priority=255), 3 + 1 / 256),
    ],
)
def test_other_timers(of: KeepalivedReading, lost: float) -> None:
    """The master's interval counts, and with VRRP 3 the skew is a part of it."""
    assert seconds(of)["node_lost", "detection"] == pytest.approx(lost)


def test_a_script_with_a_weight() -> None:
    """The master goes on at a lower priority: it is waited for as for a lost one. Where it stays the higher
    one, or the BACKUP does not preempt, nothing moves, and nothing is promised."""
    assert seconds(changed((Tracked("haproxy", -60),)))["haproxy_crash", "detection"] == pytest.approx(
        5 + SKEW
    )
    assert seconds(changed((Tracked("haproxy", 60),)))["haproxy_crash", "detection"] == pytest.approx(
        5 + SKEW
    )
    assert "leaves the address where it is" in why(changed((Tracked("haproxy", -50),)), "haproxy_crash")
    assert "leaves the" in why(changed((Tracked("haproxy", -60),), preempts=False), "haproxy_crash")


@pytest.mark.parametrize("tracked", [(), (Tracked("weighing", 0),), (Tracked("haproxy", 9, reverse=True),)])
def test_without_a_script_that_looks_at_haproxy(tracked: tuple[Tracked, ...]) -> None:
    """Nobody notices that it is dead, as far as that is known."""
    assert "tracks nothing here that looks at HAProxy" in why(changed(tracked), "haproxy_crash")
    assert seconds(changed(tracked))["node_lost", "total"] is not None


def test_preempt_delay() -> None:
    """A master of a lower priority is listened to for so long, from its next advertisement on. Nothing else
    waits: not for a lost one, nor for one that gives up."""
    lowered = (Tracked("haproxy", -60),)
    found, soon = seconds(changed(lowered, delay=4.5)), seconds(changed(lowered))
    before = soon["haproxy_crash", "detection"]
    assert before is not None
    assert found["haproxy_crash", "detection"] == pytest.approx(before + 1 + 4.5)
    assert seconds(changed(delay=4.5)) == seconds(BACKUP)
    assert {found[fault, "total"] == soon[fault, "total"] for fault in ("node_lost", "move")} == {True}


TRACKING = reading("2.2.7-tracking")  # three instances in BACKUP; the last two are a sync group
SKEW_OF_100 = (256 - 100) / 256
OF_ONE = 3 * 0.5 + (256 - 100) / 256 * 0.5  # seconds until `entrance` is MASTER, of VRRP 3


def of(*names: str, details: Details | None = None, **instance: object) -> KeepalivedReading:
    """Of the three those; with other details, and in another way."""
    kept = tuple(one for one in TRACKING.instances if one.name in names)
    return replace(
        TRACKING,
        instances=tuple(replace(one, **instance) for one in kept),  # type: ignore[arg-type]  # its own fields
        details=details or TRACKING.details,
    )


def details_with(**changes: object) -> Details:
    assert TRACKING.details is not None
    return replace(TRACKING.details, **changes)  # type: ignore[arg-type]  # its own fields


def test_a_tracked_process() -> None:
    """That it ended is known at once and counts after terminate_delay; then comes what a weight and
    preempt_delay take."""
    found = seconds(of("entrance"))
    assert b"Master down timer = 1804687 usecs" in data_dump("2.2.7-tracking")
    assert found["node_lost", "detection"] == pytest.approx(OF_ONE)
    assert found["haproxy_crash", "detection"] == pytest.approx(0.5 + 0.5 + 4.5 + OF_ONE)
    assert "the process haproxy-runs leaves the address" in why(
        of("entrance", master_priority=160), "haproxy_crash"
    )


def test_a_file_that_says_whether_haproxy_runs() -> None:
    """Keepalived sees at once that it was written; who writes it, and how soon, nothing says."""
    waits = {"entrance": Waits(tracks=Tracks(files=(Tracked("haproxy-state", 0),)))}
    assert "how soon the file haproxy-state is written" in why(
        of("entrance", details=details_with(waits=waits)), "haproxy_crash"
    )


def test_a_sync_group() -> None:
    """Its instances go together: when what one of them tracks forbids it, and when the slowest may. What the
    group tracks is tracked by each."""
    found = seconds(of("reports", "third"))
    assert found["haproxy_crash", "detection"] == pytest.approx(SKEW_OF_100)  # the process, not the script
    assert TRACKING.details is not None
    (group,) = TRACKING.details.groups
    script = details_with(groups=(replace(group, tracks=replace(group.tracks, processes=())),))
    found = seconds(of("reports", "third", details=script))
    assert found["haproxy_crash", "detection"] == pytest.approx(6 + SKEW_OF_100)
    one_tracks = details_with(
        groups=(SyncGroup(("reports", "third")),),
        waits={"third": Waits(tracks=group.tracks), "reports": Waits(5)},
    )
    found = seconds(of("reports", "third", details=one_tracks))
    assert found["haproxy_crash", "detection"] == pytest.approx(SKEW_OF_100)
    assert found["node_lost", "detection"] == pytest.approx(5 + SKEW_OF_100)
    alone = details_with(groups=(), waits=one_tracks.waits)
    assert "tracks nothing here" in why(of("reports", "third", details=alone), "haproxy_crash")


def test_a_weight_in_a_sync_group() -> None:
    """It moves the group only where each instance becomes the lower one (sync_group_tracking_weight)."""
    weighing = Waits(tracks=Tracks(processes=(Tracked("haproxy-there", -60),)))
    group = (SyncGroup(("reports", "third")),)
    one = details_with(groups=group, waits={"third": weighing})
    assert "tracks nothing here" in why(of("reports", "third", details=one), "haproxy_crash")
    both = details_with(groups=group, waits={"third": weighing, "reports": replace(weighing, adverts=4)})
    found = seconds(of("reports", "third", details=both))
    assert found["haproxy_crash", "detection"] == pytest.approx(4 + SKEW_OF_100)


def test_addresses_that_are_announced_one_after_the_other() -> None:
    """garp_interval: the last of four on an interface waits for three."""
    found = seconds(of("entrance", "reports", "third"))
    assert found["node_lost", "address"] == pytest.approx(STEP_SECONDS + 3 * 0.05)
    assert seconds(of("third"))["node_lost", "address"] == pytest.approx(STEP_SECONDS)


def test_a_process_that_must_not_run_is_not_haproxy() -> None:
    """Nor one that is tracked in reverse."""
    processes = (Process("haproxy-runs", good=True, haproxy=False),)
    assert "tracks nothing here" in why(
        of("entrance", details=details_with(processes=processes)), "haproxy_crash"
    )


def test_who_promises_nothing() -> None:
    """A master and a host in FAULT; one whose timers could not be read says that they are not known."""
    for case in ("2.2.7-master", "2.2.7-fault-script"):
        assert {fault for fault, _ in seconds(reading(case))} == {"server_gone"}
    assert "was not read" in why(replace(BACKUP, details=None), "node_lost")


def test_which_events_are_held_to_it() -> None:
    """Those in which this host took over; in the others nobody waited, or they are no failover."""
    held = {cause: fault for cause in CAUSES if (fault := fault_of("move", cause))}
    assert held == {
        "peer_lost": "node_lost",
        "peer_stopped": "move",
        "script_failed": "haproxy_crash",
        "failback": "move",
    }
