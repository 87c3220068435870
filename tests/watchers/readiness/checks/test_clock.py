"""The clocks of a pair. One kernel has one clock: another host's is played by changing ours."""

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unreachable
from exporter.transports import icmp_clock
from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.clock import LIMIT_SECONDS, Clock, failure
from tests.sources.corosync.captures import outputs
from tests.watchers.readiness.checks.known import SOON


def known() -> Known:
    return Known(corosync=outputs("corosync-3.1.7-article").reading())


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (0.004, ""),
        (-0.9, ""),
        (61.4, "the clock of lb2 is 61 s ahead of this host's"),
        (-3.0, "the clock of lb2 is 3 s behind this host's"),
    ],
)
def test_in_words(offset: float, expected: str) -> None:
    """Less than the limit is well, and whole seconds don't change with each question."""
    assert failure("lb2", offset) == expected


@given(st.floats(-43_000, 43_000))
def test_the_limit(offset: float) -> None:
    """It is the only thing that decides."""
    assert bool(failure("lb2", offset)) == (abs(offset) >= LIMIT_SECONDS)


def test_each_peer_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other member of the pair, at its address in corosync.conf; this host is no peer of its own."""
    asked = dict[str, float]()

    def offset(host: str, _deadline: object) -> float:
        asked[host] = 7.2
        return 7.2

    monkeypatch.setattr(icmp_clock, "offset", offset)
    found = Clock().ask(known(), SOON)
    assert found
    assert len(asked) == 1
    assert found.failures[0].endswith("is 7 s ahead of this host's")


def test_who_does_not_answer_is_not_said_to_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall is no clock; and without Corosync there is no peer to ask."""

    def silent(host: str, _deadline: object) -> float:
        raise Unreachable(f"{host} does not answer")

    monkeypatch.setattr(icmp_clock, "offset", silent)
    with pytest.raises(Unreachable, match="does not answer"):
        Clock().ask(known(), SOON)
    assert Clock().ask(Known(), SOON) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs CAP_NET_RAW")
def test_a_real_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel of this host has this host's clock; with ours put back, the other one is ahead."""
    assert abs(icmp_clock.offset("127.0.0.1", SOON)) < 0.1
    real = time.time
    monkeypatch.setattr("exporter.transports.icmp_clock.time.time", lambda: real() - 25.0)
    assert abs(icmp_clock.offset("127.0.0.1", SOON) - 25.0) < 0.1
