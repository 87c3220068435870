"""Would this host take over, by its own Keepalived: from one look to what is predicted."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sources.keepalived.reading import BACKUP, FAULT, INIT, MASTER
from exporter.watchers.failover.detection.vrrp.snapshot import VrrpSnapshot
from exporter.watchers.readiness.metrics import Takeover
from exporter.watchers.readiness.vrrp import (
    LINK,
    PROCESS,
    REASONS,
    SCRIPT,
    STOPPED,
    TRACKED,
    parameters,
    takeovers,
)
from tests.sources.keepalived.captured import reading
from tests.watchers.failover.detection.vrrp.looks import AT_A, AT_B, NAME, A, B


def seen(bad: frozenset[str] = frozenset(), **changes: Any) -> VrrpSnapshot:
    return VrrpSnapshot(B, 10, ((11, 0.0),), {NAME: replace(AT_B, **changes)}, bad)


def test_a_backup_that_hears_the_master_would_take_over() -> None:
    assert takeovers(seen()) == (Takeover(NAME, A, (B,)),)


@pytest.mark.parametrize(
    ("changes", "bad", "reason"),
    [
        ({"state": None, "master": ""}, frozenset(), STOPPED),
        ({"state": FAULT, "link": False}, frozenset(), LINK),
        ({"state": FAULT}, frozenset({"haproxy"}), SCRIPT),
        ({"state": FAULT}, frozenset(), TRACKED),
        ({"state": BACKUP}, frozenset({"haproxy"}), SCRIPT),
    ],
)
def test_what_keeps_it_from_that(changes: dict[str, Any], bad: frozenset[str], reason: str) -> None:
    """A script with a weight leaves the state as it is, and says no all the same."""
    assert takeovers(seen(bad, **changes)) == (Takeover(NAME, A, (), (reason,)),)


@pytest.mark.parametrize("state", [FAULT, BACKUP])
def test_a_tracked_process_that_does_not_run(state: int) -> None:
    """With a weight, which is 1 where none is given, the state stays as it is."""
    lost = replace(seen(state=state), bad_processes=frozenset({"haproxy-runs"}))
    assert takeovers(lost) == (Takeover(NAME, A, (), (PROCESS,)),)


@pytest.mark.parametrize(
    "changes",
    [
        {"others": 0},  # on its way
        {"others": None, "master": ""},  # nobody asked, and Keepalived hears nobody
        {"peers": ("a", "c"), "master": ""},  # which of them has it is not known
        {"state": INIT},
    ],
)
def test_of_what_is_not_known_nothing_is_said(changes: dict[str, Any]) -> None:
    assert takeovers(seen(**changes)) == ()


def test_the_holder_says_nothing_of_the_other() -> None:
    """It is not told how that is."""
    assert takeovers(VrrpSnapshot(A, 10, ((11, 0.0),), {NAME: AT_A})) == ()


@given(
    state=st.sampled_from([None, INIT, BACKUP, MASTER, FAULT]),
    bound=st.booleans(),
    others=st.sampled_from([None, 0, 1]),
    link=st.booleans(),
    bad=st.sampled_from([frozenset(), frozenset({"haproxy"})]),
)
def test_whatever_is_seen_one_of_the_two_is_said(bad: frozenset[str], **changes: Any) -> None:
    """Ready with a host, or not with a known reason; and only of what another host holds."""
    for one in takeovers(seen(bad, **changes)):
        assert one.lost == A
        assert one.ready != bool(one.reasons)
        assert set(one.reasons) <= set(REASONS)
        assert not changes["bound"]


def test_where_each_address_would_be() -> None:
    """For the check of the interface: also those that are not in the advertisements."""
    found = parameters(reading("2.2.7-backup"))
    assert sorted(found.addresses.values()) == ["10.4.0.100", "10.4.0.101"]
    assert found.interfaces == dict.fromkeys(found.addresses.values(), "eth0")
