"""Each phase in words, and what a change would bring."""

from dataclasses import replace

import pytest

from exporter.sources.haproxy.configuration.timers import Check
from exporter.watchers.readiness.expected.explanation import Explanation, explain
from exporter.watchers.readiness.expected.settings import Group, Settings
from tests.watchers.readiness.test_promises import ARBITER, BACKEND, IP, PAIR, PROXY


def of(settings: Settings, fault: str, phase: str) -> Explanation:
    (found,) = (one for one in explain(settings) if (one.fault, one.phase) == (fault, phase))
    return found


def test_token_and_consensus() -> None:
    """What they are, and that a token of 1 s brings 4.4 s, at the price of false failovers."""
    found = of(PAIR, "node_lost", "detection")
    assert found.set_by == "token 3 s + consensus 3.6 s"
    (change,) = found.changes
    assert change.what.startswith("`token: 1000`")
    assert change.seconds == pytest.approx(4.4)
    assert "taken for lost" in change.price


def test_an_arbiter() -> None:
    """It outlasts token and consensus, so less of them brings nothing; its own time-out does."""
    found = of(replace(PAIR, qdevice=ARBITER), "node_lost", "detection")
    assert found.set_by == "token 3 s + consensus 3.6 s + until the arbiter gives the lost node up 5.4 s"
    (change,) = found.changes
    assert change.what.startswith("`timeout: 5000`")
    assert change.seconds == pytest.approx(5.4)
    assert "corosync-qdevice(8)" in change.price


def test_the_articles_question() -> None:
    """`timeout connect`: what less of it brings, and why not the article's 50 ms."""
    found = of(PAIR, "server_gone", "reconnect")
    assert found.set_by == "timeout connect 3 s"
    (change,) = found.changes
    assert change.what == "`timeout connect 1100ms` in haproxy.cfg"
    assert change.seconds == pytest.approx(1.9)
    assert "50 ms" in change.price


def test_redispatch() -> None:
    """Four time-outs at the same server are one with `option redispatch 1`."""
    found = of(replace(PAIR, backends=(replace(BACKEND, redispatch=0),)), "server_gone", "reconnect")
    assert found.set_by == "timeout connect, 4 times 12 s"
    assert [round(one.seconds, 1) for one in found.changes] == [7.6, 9.0]


def test_nothing_is_proposed_that_is_done_already() -> None:
    """Of a pair that is quick nothing is left but what would bring less than 0.05 s."""
    servers = {name: Check(enabled=True, inter=0.2, fastinter=0.2) for name in "abc"}
    backend = replace(BACKEND, connect=1.0, servers=servers)
    quick = Settings((Group((IP,)),), token=1.0, consensus=1.2, backends=(backend,))
    assert [one for one in explain(quick) if one.changes] == []


def test_what_is_not_known_says_why() -> None:
    """In place of what it is made of, and without a proposal."""
    found = of(replace(PAIR, fencing=True), "node_lost", "address")
    assert (found.seconds, found.changes) == (None, ())
    assert "fenced first" in found.set_by


def test_a_longer_monitor_interval() -> None:
    """Of 10 s nine can be had."""
    slow = Group((IP,), (replace(PROXY, interval=10.0),))
    (change,) = of(replace(PAIR, groups=(slow,)), "haproxy_crash", "detection").changes
    assert change.seconds == pytest.approx(9.0)


def test_what_needs_no_waiting_says_so() -> None:
    """A move by hand is known at once."""
    assert of(PAIR, "move", "detection").set_by == "nothing has to be waited for"
