"""Phases of what clients felt."""

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.failover.journal.phases import PHASES, Felt, Points, phases


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
