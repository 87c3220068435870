"""What is promised of a takeover under Keepalived, by a real BACKUP and with other settings."""

from dataclasses import replace

import pytest

from exporter.sources.keepalived.reading import KeepalivedReading, Tracked, Waits
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
    tracked: tuple[Tracked, ...] | None = None, adverts: int = 3, **instance: object
) -> KeepalivedReading:
    (one,), details = BACKUP.instances, BACKUP.details
    assert details is not None
    waits = Waits(adverts, details.waits[NAME].tracked if tracked is None else tracked)
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
    assert "no script here that looks at HAProxy" in why(changed(tracked), "haproxy_crash")
    assert seconds(changed(tracked))["node_lost", "total"] is not None


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
