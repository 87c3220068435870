"""When an address is asked for, and when echoes will do, by the results of echoes and questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.claimants.ask_policy import (
    ASK_AGAIN_SECONDS,
    OURSELVES,
    QUIET_SECONDS,
    RECENT_SECONDS,
    REMEMBERED,
    AskPolicy,
    Owners,
)

A, B, C = b"A", b"B", b"C"
ONE, BOTH, NONE = frozenset({A}), frozenset({A, B}), frozenset[bytes]()


@pytest.fixture
def policy() -> AskPolicy:
    """For an address that one host has owned so far, asked for a round ago."""
    made = AskPolicy()
    made.record(ONE, -2.0)
    return made


def test_one_owner_is_asked_for(policy: AskPolicy) -> None:
    """With one owner, a question moves no client."""
    assert not any(policy.defers(echoing, at) for echoing in (NONE, ONE) for at in (0.0, 60.0))


def test_a_new_split_is_not_asked_about_until_it_has_lasted(policy: AskPolicy) -> None:
    """A split that is over within seconds is never asked about; each one has its own seconds."""
    assert policy.defers(BOTH, 0.0) and policy.defers(BOTH, QUIET_SECONDS - 0.1)
    assert not policy.defers(ONE, QUIET_SECONDS)
    policy.record(ONE, QUIET_SECONDS)
    again = QUIET_SECONDS + 2
    assert policy.defers(BOTH, again) and not policy.defers(BOTH, again + QUIET_SECONDS)
    assert policy.owners == ONE


def test_a_split_that_was_asked_about_is_asked_about_again_after_a_minute(policy: AskPolicy) -> None:
    """While all its owners reply to echoes; at once when one does not."""
    policy.defers(BOTH, 0.0)
    policy.record(BOTH, 10.0)
    assert policy.defers(BOTH, 12.0) and policy.defers(BOTH | {C}, 10.0 + ASK_AGAIN_SECONDS - 1)
    assert not policy.defers(frozenset({A, C}), 12.0)
    assert not policy.defers(BOTH, 10.0 + ASK_AGAIN_SECONDS)


def test_an_owner_on_the_loopback_interface_does_not_count(policy: AskPolicy) -> None:
    """Once a question has shown that only one owns it, questions go on though two reply to echoes."""
    policy.defers(BOTH, 0.0)
    policy.record(ONE, 10.0)
    assert not any(policy.defers(BOTH, at) for at in (12.0, 14.0, 80.0))


def test_an_address_that_is_not_known_yet_is_asked_for() -> None:
    """An exporter that starts during a split reports it at once."""
    assert not AskPolicy().defers(BOTH, 0.0)


def test_a_known_split_needs_no_second_question_in_each_round(policy: AskPolicy) -> None:
    """A new one does, and one that was not asked about recently."""
    assert policy.is_conclusive(ONE, 0.0) and policy.is_conclusive(NONE, 0.0)
    assert not policy.is_conclusive(BOTH, 0.0)
    policy.record(BOTH, 0.0)
    assert policy.is_conclusive(BOTH, 2.0)
    assert not policy.is_conclusive(BOTH, RECENT_SECONDS) and not policy.is_conclusive(BOTH | {C}, 2.0)


@given(
    st.lists(st.frozensets(st.sampled_from([bytes([one]) for one in range(12)] + [OURSELVES]), max_size=3))
)
def test_the_latest_owners_are_remembered(rounds: list[Owners]) -> None:
    """Other hosts only, no more than some, the last ones among them."""
    policy = AskPolicy()
    for owners in rounds:
        policy.remember(owners)
    assert OURSELVES not in policy.known_owners and len(policy.known_owners) <= REMEMBERED
    assert not rounds or rounds[-1] - {OURSELVES} <= policy.known_owners
