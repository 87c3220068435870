"""Which outage belongs to which event."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.endpoint import Endpoint
from exporter.watchers.failover.detection.detector import Detected
from exporter.watchers.failover.events import Event, Moment
from exporter.watchers.failover.journal.attribution import OPEN_SECONDS, Attribution
from exporter.watchers.failover.journal.phases import Felt
from exporter.watchers.failover.journal.totals import Totals
from tests.watchers.failover.made_events import MOVED

NOW = Moment(1000.0, 1795347742.0)
VIP = "10.0.0.100"
AT = Endpoint(VIP, 3306)
READS = Endpoint(VIP, 3307)


def rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {phase: round(value, 6) for phase, value in seconds.items()}


def found(first_change: float | None = 1000.0, done: float = 1001.0, event: Event = MOVED) -> Detected:
    return Detected(event, first_change, done)


def opened(addresses: frozenset[str] = frozenset({VIP})) -> Attribution:
    attribution = Attribution(Totals())
    attribution.add(found(), {VIP: 1000.5}, addresses, NOW)
    return attribution


def test_an_outage_around_the_event_is_its_own() -> None:
    """It gets the outage, on the wall clock, and the phases; so do the totals of the resource."""
    attribution = opened()
    (event,) = attribution.outage(AT, Felt(999.5, 1001.0), NOW)
    assert event.outage and event.outage.seconds == 1.5
    assert event.outage.start == NOW.wall - 0.5
    assert rounded(dict(event.phases)) == {"total": 1.5, "detection": 0.5, "address": 0.5}
    assert attribution.totals.last_phases["failover-ip"] == event.phases
    assert attribution.totals.latest["failover-ip", "move"].clients_out == {AT: 1.5}


@pytest.mark.parametrize(
    ("address", "start", "end"),
    [("10.0.0.101", 999.5, 1001.0), (VIP, 900.0, 994.0), (VIP, 970.0, 996.0), (VIP, 1007.0, 1008.0)],
)
def test_another_address_or_another_time_is_not(address: str, start: float, end: float) -> None:
    """Elsewhere, long before, begun long before and over when the first change came, long after."""
    assert opened().outage(Endpoint(address, 3306), Felt(start, end), NOW) == []


def test_where_addresses_are_not_known_any_outage_fits() -> None:
    """The outage at that time is taken."""
    assert opened(frozenset()).outage(Endpoint("10.0.0.101", 3306), Felt(999.5, 1001.0), NOW)


def test_an_outage_that_ended_before_the_event_was_detected_is_found() -> None:
    """A restart takes less than a look."""
    attribution = Attribution(Totals())
    assert attribution.outage(AT, Felt(999.9, 1000.2), NOW) == []
    event = attribution.add(found(), {}, frozenset({VIP}), NOW)
    assert event.outage and round(event.outage.seconds, 6) == 0.3


def test_of_two_outages_the_longer_one_counts() -> None:
    """A failover may show as two: the shorter changes nothing."""
    attribution = opened()
    attribution.outage(AT, Felt(999.0, 999.2), NOW)
    assert attribution.outage(AT, Felt(1000.0, 1000.5), NOW)
    assert attribution.outage(AT, Felt(1001.0, 1001.1), NOW) == []


def test_a_long_outage_just_before_is_not_taken_for_a_short_one_that_is_nearer() -> None:
    """The cluster's first start ended seconds before HAProxy was killed; seen in either order."""
    long, short = Felt(970.0, 996.0), Felt(999.4, 999.8)
    for outages in ((long, short), (short, long)):
        attribution = opened()
        for felt in outages:
            attribution.outage(AT, felt, NOW)
        assert rounded(attribution.totals.last_phases["failover-ip"])["total"] == 0.4


def test_the_outage_of_one_move_is_not_attributed_to_the_next() -> None:
    """Moved back within seconds: the outage before is the first move's, unless it lasts until the second."""
    for end, seconds in ((1001.0, 0.2), (1003.1, 3.6)):
        attribution = opened()
        attribution.outage(AT, Felt(999.5, end), NOW)
        back = replace(MOVED, id="back", origin=MOVED.target, target=MOVED.origin)
        other = replace(MOVED, id="other", resource="haproxy")
        assert attribution.add(found(1001.1, 1002.0, other), {}, frozenset({VIP}), NOW).outage
        attribution.add(found(1003.0, 1004.0, back), {}, frozenset({VIP}), NOW)
        attribution.outage(AT, Felt(1003.2, 1003.4), NOW)
        assert rounded(attribution.totals.last_phases["failover-ip"])["total"] == seconds


def test_durations_are_counted_once_when_nothing_can_change_them() -> None:
    """After ten seconds, or when the outage that lasts is over; not felt is not counted."""
    attribution = opened()
    assert not attribution.close(1001.0 + OPEN_SECONDS)
    attribution.outage(AT, Felt(999.0, 1000.0), NOW)
    assert not attribution.close(1001.0 + OPEN_SECONDS + 1, failing={AT})
    assert attribution.close(1001.0 + OPEN_SECONDS + 2)
    assert not attribution.close(2000.0)
    durations = attribution.totals.durations["failover-ip"]
    assert durations.sum == 1.0
    assert durations.distribution().cumulative[-1] == 1
    silent = opened()
    assert not silent.close(2000.0)
    assert not silent.waiting


def test_each_port_of_an_address_has_its_own_outage() -> None:
    """A read/write split: the longest is what clients felt, whatever the order in which they ended."""
    writes, reads = Felt(999.5, 1001.0), Felt(999.6, 1000.6)
    for felt in ({AT: writes, READS: reads}, {READS: reads, AT: writes}):
        attribution = opened()
        for endpoint, one in felt.items():
            (event,) = attribution.outage(endpoint, one, NOW)
        assert [(one.port, round(one.seconds, 6)) for one in event.outages] == [(3306, 1.5), (3307, 1.0)]
        assert event.outage and event.outage.port == 3306
        assert event.phases["total"] == 1.5
        out = attribution.totals.latest["failover-ip", "move"].clients_out
        assert rounded({str(at): one for at, one in out.items()}) == {str(AT): 1.5, str(READS): 1.0}
        attribution.close(2000.0)
        assert attribution.totals.durations["failover-ip"].distribution().cumulative[-1] == 1


def test_a_port_that_stays_out_keeps_the_event_open() -> None:
    """The other port recovered; the event waits for this one's outage too."""
    attribution = opened()
    attribution.outage(AT, Felt(999.5, 1001.0), NOW)
    assert not attribution.close(1001.0 + OPEN_SECONDS + 1, failing={READS})
    (event,) = attribution.outage(READS, Felt(999.5, 1020.0), NOW)
    assert len(event.outages) == 2
    assert attribution.close(1031.0)


def test_an_earlier_event_does_not_overwrite_the_latest() -> None:
    """Moved, then restarted while clients of the move were still out: each kind has its own outage."""
    attribution = opened()
    attribution.outage(AT, Felt(999.5, 1001.0), NOW)
    restart = replace(MOVED, id="restart", kind="restart", origin=MOVED.target)
    attribution.add(found(1008.0, 1009.0, restart), {}, frozenset({VIP}), NOW)
    attribution.outage(READS, Felt(1001.5, 1004.0), NOW)
    latest, phases = attribution.totals.latest, attribution.totals.last_phases
    assert rounded({str(at): one for at, one in latest["failover-ip", "move"].clients_out.items()}) == {
        str(AT): 1.5, str(READS): 2.5
    }  # fmt: skip
    assert latest["failover-ip", "restart"].clients_out == {}  # it was over long before
    assert phases["failover-ip"] == {}
    attribution.outage(AT, Felt(1008.2, 1008.9), NOW)
    assert rounded(phases["failover-ip"])["total"] == 0.7
    assert rounded({"out": latest["failover-ip", "restart"].clients_out[AT]}) == {"out": 0.7}


felts = st.builds(lambda start, length: Felt(start, start + length), st.floats(980, 1030), st.floats(0, 20))


@given(st.lists(st.tuples(st.sampled_from([AT, READS]), felts), max_size=8))
def test_the_order_in_which_outages_end_changes_nothing(outages: list[tuple[Endpoint, Felt]]) -> None:
    """At most one for each port; the first is what the phases are of, and the totals say the same."""
    forwards, backwards = opened(), opened()
    for attribution, order in ((forwards, outages), (backwards, outages[::-1])):
        for endpoint, felt in order:
            for event in attribution.outage(endpoint, felt, NOW):
                assert len({one.port for one in event.outages}) == len(event.outages)
                assert event.outage and event.phases["total"] == event.outage.seconds
                assert attribution.totals.latest["failover-ip", "move"].clients_out == {
                    Endpoint(one.address, one.port): one.seconds for one in event.outages if one.port
                }
    assert forwards.totals.latest == backwards.totals.latest


def test_a_new_event_forgets_the_phases_of_the_last_one() -> None:
    """A phase that was not seen this time is absent."""
    attribution = opened()
    attribution.outage(AT, Felt(999.5, 1001.0), NOW)
    attribution.close(2000.0)
    attribution.add(found(3000.0, 3001.0), {}, frozenset({VIP}), NOW)
    assert attribution.totals.last_phases["failover-ip"] == {}
