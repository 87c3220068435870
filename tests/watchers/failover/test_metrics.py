"""The families of failovers, from captured events."""

from pathlib import Path

from exporter.endpoint import Endpoint
from exporter.watchers.failover.detection.causes import CAUSES
from exporter.watchers.failover.detection.detector import Detector
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.failover.events import KINDS, Moment
from exporter.watchers.failover.journal.attribution import Attribution
from exporter.watchers.failover.journal.health import JournalHealth
from exporter.watchers.failover.journal.phases import Felt
from exporter.watchers.failover.journal.totals import Totals
from exporter.watchers.failover.metrics import FailoverReading, families
from tests.golden import assert_golden, exposition
from tests.watchers.failover.replay import detected, frames

EXPECTED = Path(__file__).parent / "expected"
VIP = "10.0.0.100"


def page_of(recording: str, felt: Felt, arrived: float) -> FailoverReading:
    """As the exporter on that node shows it after the recording and its outage."""
    attribution = Attribution(Totals())
    *_, last = frames(recording)
    now = Moment(last.at, last.wall)
    for one in detected(recording, Detector({})):
        attribution.add(one, {VIP: arrived}, frozenset({VIP}), now)
    attribution.outage(Endpoint(VIP, 3306), felt, now)
    attribution.close(last.at + 60)
    seen = snapshot(last.reading)
    return FailoverReading(
        resources=tuple(sorted(seen.holders)),
        holders=seen.holders,
        nodes=tuple(seen.nodes),
        totals=attribution.totals,
        journal=JournalHealth(ok=True, waiting=0, dropped=0, put_aside=0),
    )


def test_golden_exposition(update_golden: bool) -> None:
    """Corosync killed on the holder: from the node that took over, with an outage around it."""
    reading = page_of("corosync-killed-haproxy-node01", Felt(2.7, 9.3, 9.2), 8.8)
    assert_golden(EXPECTED / "corosync-killed.prom", families(reading), update=update_golden)


def test_every_series_of_the_counter_is_there_from_the_start() -> None:
    """At 0 for each watched resource, kind and cause, before anything happened."""
    nothing = FailoverReading(("vip", "haproxy"), {}, (), Totals(), JournalHealth(True, 0, 0, 0))
    (events, *rest) = families(nothing)
    assert len(events.samples) == 2 * len(KINDS) * len(CAUSES)
    assert {sample.value for sample in events.samples} == {0.0}
    assert "failover_last" not in exposition(rest)
    assert "failover_holder" not in exposition(rest)


def test_both_holders_of_a_split_are_shown() -> None:
    """While the halves meet, two nodes run it."""
    snapshots = [snapshot(frame.reading) for frame in frames("lan-cut-haproxy-node01")]
    seen = next(one for one in snapshots if len(one.holders["failover-ip"]) == 2)
    reading = FailoverReading((), seen.holders, tuple(seen.nodes), Totals(), JournalHealth(False, 3, 0, 1))
    page = exposition(families(reading))
    assert page.count('resource="failover-ip"} 1.0') == 2
    assert "failover_exporter_journal_ok 0.0" in page
    assert "failover_exporter_journal_waiting_events 3.0" in page
