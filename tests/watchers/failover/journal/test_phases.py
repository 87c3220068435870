"""Phases of what clients felt, and which outage belongs to which event."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.failover.detection.detector import Detected
from exporter.watchers.failover.events import Event, Held, Moment
from exporter.watchers.failover.journal.attribution import (
    BOUNDS,
    OPEN_SECONDS,
    Attribution,
    Totals,
    from_json,
    to_json,
)
from exporter.watchers.failover.journal.phases import PHASES, Felt, Points, phases
from tests.watchers.failover.made_events import MOVED

NOW = Moment(1000.0, 1795347742.0)
VIP = "10.0.0.100"


def rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {phase: round(value, 6) for phase, value in seconds.items()}


def test_all_points_seen_make_all_phases() -> None:
    """The parts add up to the total."""
    felt = Felt(start=10.0, end=14.0, answered=13.5)
    assert rounded(phases(felt, Points("move", detected=12.0, address=13.0))) == {
        "total": 4.0, "detection": 2.0, "address": 1.0, "service": 0.5, "reconnect": 0.5
    }  # fmt: skip


def test_what_was_not_seen_from_here_is_absent() -> None:
    """On the other node the address was not seen to come: what followed can't be reported apart."""
    felt = Felt(10.0, 14.0, 13.5)
    assert rounded(phases(felt, Points("move", 12.0, None))) == {"total": 4.0, "detection": 2.0}
    assert rounded(phases(felt, Points("move", None, None))) == {"total": 4.0}
    assert rounded(phases(replace(felt, answered=None), Points("move", 12.0, 13.0))) == {
        "total": 4.0, "detection": 2.0, "address": 1.0
    }  # fmt: skip


def test_in_a_restart_no_address_moves() -> None:
    """The service's phase begins with the detection."""
    seconds = phases(Felt(10.0, 11.0, 10.9), Points("restart", 10.6, None))
    assert rounded(seconds) == {"total": 1.0, "detection": 0.6, "service": 0.3, "reconnect": 0.1}


def test_what_was_known_before_anybody_felt_it_took_no_time_to_detect() -> None:
    """A move by hand: the constraint comes first."""
    assert phases(Felt(10.0, 10.3), Points("move", 9.8, 10.1))["detection"] == 0.0


times = st.none() | st.floats(0, 100)
felts = st.builds(
    lambda start, length, at: Felt(start, start + length, at), st.floats(0, 99), st.floats(0, 9), times
)


@given(felts, st.builds(Points, st.sampled_from(["move", "restart"]), times, times))
def test_phases_are_never_negative_and_never_more_than_the_total(felt: Felt, points: Points) -> None:
    """In whatever order the points were seen."""
    seconds = phases(felt, points)
    assert set(seconds) <= set(PHASES)
    assert all(value >= 0 for value in seconds.values())
    parts = [value for phase, value in seconds.items() if phase != "total"]
    assert sum(parts) <= seconds["total"] + 1e-9
    if len(parts) == 4:
        assert math.isclose(sum(parts), seconds["total"], abs_tol=1e-9)


def found(first_change: float | None = 1000.0, done: float = 1001.0, event: Event = MOVED) -> Detected:
    return Detected(event, first_change, done)


def opened(addresses: frozenset[str] = frozenset({VIP})) -> Attribution:
    attribution = Attribution(Totals())
    attribution.add(found(), {VIP: 1000.5}, addresses, NOW)
    return attribution


def test_an_outage_around_the_event_is_its_own() -> None:
    """It gets the outage, on the wall clock, and the phases; the last phases of the resource are these."""
    attribution = opened()
    (event,) = attribution.outage(VIP, Felt(999.5, 1001.0), NOW)
    assert event.outage and event.outage.seconds == 1.5
    assert event.outage.start == NOW.wall - 0.5
    assert rounded(dict(event.phases)) == {"total": 1.5, "detection": 0.5, "address": 0.5}
    assert attribution.totals.last_phases["failover-ip"] == event.phases


@pytest.mark.parametrize(
    ("address", "start", "end"),
    [("10.0.0.101", 999.5, 1001.0), (VIP, 900.0, 994.0), (VIP, 970.0, 996.0), (VIP, 1007.0, 1008.0)],
)
def test_another_address_or_another_time_is_not(address: str, start: float, end: float) -> None:
    """Elsewhere, long before, begun long before and over when the first change came, long after."""
    assert opened().outage(address, Felt(start, end), NOW) == []


def test_where_addresses_are_not_known_each_may_be_meant() -> None:
    """The outage at that time is taken."""
    assert opened(frozenset()).outage("10.0.0.101", Felt(999.5, 1001.0), NOW)


def test_an_outage_that_was_over_before_the_event_was_seen_is_found() -> None:
    """A restart takes less than a look."""
    attribution = Attribution(Totals())
    assert attribution.outage(VIP, Felt(999.9, 1000.2), NOW) == []
    event = attribution.add(found(), {}, frozenset({VIP}), NOW)
    assert event.outage and round(event.outage.seconds, 6) == 0.3


def test_of_two_outages_the_longer_one_counts() -> None:
    """A failover may show as two: the shorter changes nothing."""
    attribution = opened()
    attribution.outage(VIP, Felt(999.0, 999.2), NOW)
    assert attribution.outage(VIP, Felt(1000.0, 1000.5), NOW)
    assert attribution.outage(VIP, Felt(1001.0, 1001.1), NOW) == []


def test_a_long_outage_just_before_is_not_taken_for_a_short_one_that_is_nearer() -> None:
    """The cluster's first start ended seconds before HAProxy was killed; seen in either order."""
    long, short = Felt(970.0, 996.0), Felt(999.4, 999.8)
    for outages in ((long, short), (short, long)):
        attribution = opened()
        for felt in outages:
            attribution.outage(VIP, felt, NOW)
        assert rounded(attribution.totals.last_phases["failover-ip"])["total"] == 0.4


def test_the_outage_of_one_move_is_not_told_of_the_next_one_again() -> None:
    """Moved back within seconds: the outage before is the first move's, unless it lasts until the second."""
    for end, seconds in ((1001.0, 0.2), (1003.1, 3.6)):
        attribution = opened()
        attribution.outage(VIP, Felt(999.5, end), NOW)
        back = replace(MOVED, id="back", origin=MOVED.target, target=MOVED.origin)
        other = replace(MOVED, id="other", resource="haproxy")
        assert attribution.add(found(1001.1, 1002.0, other), {}, frozenset({VIP}), NOW).outage
        attribution.add(found(1003.0, 1004.0, back), {}, frozenset({VIP}), NOW)
        attribution.outage(VIP, Felt(1003.2, 1003.4), NOW)
        assert rounded(attribution.totals.last_phases["failover-ip"])["total"] == seconds


def test_durations_are_counted_once_when_nothing_can_change_them() -> None:
    """After ten seconds, or when the outage that lasts is over; not felt is not counted."""
    attribution = opened()
    assert not attribution.close(1001.0 + OPEN_SECONDS)
    attribution.outage(VIP, Felt(999.0, 1000.0), NOW)
    assert not attribution.close(1001.0 + OPEN_SECONDS + 1, failing={VIP})
    assert attribution.close(1001.0 + OPEN_SECONDS + 2)
    assert not attribution.close(2000.0)
    durations = attribution.totals.durations["failover-ip"]
    assert durations.sum == 1.0
    assert durations.distribution().cumulative[-1] == 1
    silent = opened()
    assert not silent.close(2000.0)
    assert not silent.waiting


def test_a_new_event_forgets_the_phases_of_the_last_one() -> None:
    """A phase that was not seen this time is absent."""
    attribution = opened()
    attribution.outage(VIP, Felt(999.5, 1001.0), NOW)
    attribution.close(2000.0)
    attribution.add(found(3000.0, 3001.0), {}, frozenset({VIP}), NOW)
    assert attribution.totals.last_phases["failover-ip"] == {}


def test_totals_survive_json() -> None:
    """All of them."""
    attribution = opened()
    attribution.outage(VIP, Felt(999.5, 1001.0), NOW)
    attribution.close(2000.0)
    attribution.totals.held["failover-ip"] = Held("haproxy-node02", 10, 1795347742.0, 1795347750.5)
    attribution.totals.held["haproxy"] = Held("haproxy-node02", None, None, 1795347750.5)
    assert from_json(to_json(attribution.totals)) == attribution.totals


def test_another_versions_buckets_begin_anew() -> None:
    """The rest is kept."""
    attribution = opened()
    attribution.outage(VIP, Felt(999.5, 1001.0), NOW)
    attribution.close(2000.0)
    kept = to_json(attribution.totals)
    kept["durations"]["failover-ip"][0] = [1] * (len(BOUNDS) + 5)
    again = from_json(kept)
    assert again.durations == {}
    assert again.events == attribution.totals.events
