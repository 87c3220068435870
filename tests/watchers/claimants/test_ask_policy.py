"""Who may be asked for, and who is left alone, by what echoes and questions brought."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.claimants.ask_policy import (
    ANEW_SECONDS,
    JUST_NOW_SECONDS,
    OURSELVES,
    QUIET_SECONDS,
    REMEMBERED,
    AskPolicy,
    Owners,
)

A, B, C = b"A", b"B", b"C"
ONE, BOTH, NONE = frozenset({A}), frozenset({A, B}), frozenset[bytes]()


@pytest.fixture
def claims() -> AskPolicy:
    """Of an address that one host has owned so far, asked for a round ago."""
    made = AskPolicy()
    made.learn(ONE, -2.0)
    return made


def test_one_owner_is_asked_for(claims: AskPolicy) -> None:
    """Nobody is cut off by that."""
    assert not any(claims.left_alone(echoing, at) for echoing in (NONE, ONE) for at in (0.0, 60.0))


def test_several_are_left_alone_until_they_stay_so(claims: AskPolicy) -> None:
    """A split that is over within seconds is never asked about; each one has its own seconds."""
    assert claims.left_alone(BOTH, 0.0) and claims.left_alone(BOTH, QUIET_SECONDS - 0.1)
    assert not claims.left_alone(ONE, QUIET_SECONDS)
    claims.learn(ONE, QUIET_SECONDS)
    again = QUIET_SECONDS + 2
    assert claims.left_alone(BOTH, again) and not claims.left_alone(BOTH, again + QUIET_SECONDS)
    assert claims.owners == ONE


def test_a_split_that_was_asked_about_is_left_alone_for_a_minute(claims: AskPolicy) -> None:
    """As long as all its owners are there; then it is asked about anew."""
    claims.left_alone(BOTH, 0.0)
    claims.learn(BOTH, 10.0)
    assert claims.left_alone(BOTH, 12.0) and claims.left_alone(BOTH | {C}, 10.0 + ANEW_SECONDS - 1)
    assert not claims.left_alone(frozenset({A, C}), 12.0)
    assert not claims.left_alone(BOTH, 10.0 + ANEW_SECONDS)


def test_who_has_it_on_the_loopback_interface_does_not_count(claims: AskPolicy) -> None:
    """Once asking has shown that only one owns it, asking goes on."""
    claims.left_alone(BOTH, 0.0)
    claims.learn(ONE, 10.0)
    assert not any(claims.left_alone(BOTH, at) for at in (12.0, 14.0, 80.0))


def test_what_is_not_known_at_all_is_asked_for() -> None:
    """An exporter that starts in a split says so at once."""
    assert not AskPolicy().left_alone(BOTH, 0.0)


def test_the_same_split_need_not_be_asked_about_twice_in_each_round(claims: AskPolicy) -> None:
    """Only a new one, and one that was not looked at for long."""
    assert claims.sure(ONE, 0.0) and claims.sure(NONE, 0.0)
    assert not claims.sure(BOTH, 0.0)
    claims.learn(BOTH, 0.0)
    assert claims.sure(BOTH, 2.0)
    assert not claims.sure(BOTH, JUST_NOW_SECONDS) and not claims.sure(BOTH | {C}, 2.0)


@given(
    st.lists(st.frozensets(st.sampled_from([bytes([one]) for one in range(12)] + [OURSELVES]), max_size=3))
)
def test_the_latest_owners_are_remembered(rounds: list[Owners]) -> None:
    """Other hosts only, no more than some, the last ones among them."""
    claims = AskPolicy()
    for owners in rounds:
        claims.meet(owners)
    assert OURSELVES not in claims.met and len(claims.met) <= REMEMBERED
    assert not rounds or rounds[-1] - {OURSELVES} <= claims.met
