"""The totals: to JSON and back, whatever the JSON is, and what is forgotten."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.endpoint import Endpoint
from exporter.watchers.failover.events import Held
from exporter.watchers.failover.journal.health import JournalHealth
from exporter.watchers.failover.journal.totals import (
    BOUNDS,
    FORGET_SECONDS,
    FORMER_BOUNDS,
    MOST_FORMER,
    Totals,
    from_json,
    to_json,
)
from exporter.watchers.failover.journal.values import parsed
from exporter.watchers.failover.metrics import FailoverReading, families
from exporter.watchers.histogram import Histogram
from tests.golden import exposition
from tests.watchers.failover.made_events import FELT, MOVED

DAY = 86400.0


def filled() -> Totals:
    totals = Totals()
    totals.add(FELT)
    totals.describe(FELT)
    totals.add(replace(MOVED, kind="restart", cause="resource_failure"))
    totals.observe("failover-ip", 0.3)
    totals.last_phases["failover-ip"] = dict(FELT.phases)
    totals.held["failover-ip"] = Held("haproxy-node02", 10, 1795347742.0, 1795347750.5)
    totals.held["haproxy"] = Held("haproxy-node02", None, None, 1795347750.5)
    return totals


def test_totals_survive_json() -> None:
    """All of them, with the outages of the latest events by address and port."""
    again = from_json(json.loads(json.dumps(to_json(filled()))))
    assert again == filled()
    assert again.latest["failover-ip", "move"].clients_out == {Endpoint("10.0.0.100", 3306): 0.3}


def test_another_versions_buckets_begin_anew() -> None:
    """The rest is kept."""
    kept = to_json(filled())
    kept["durations"]["failover-ip"][0] = [1] * (len(BOUNDS) + 5)
    assert from_json(kept) == replace(filled(), durations={})


@given(st.lists(st.floats(0, 1000), max_size=20))
def test_the_finer_buckets_of_0_1_are_merged(durations: list[float]) -> None:
    """As if the same outages had been counted with today's bounds."""
    former, today = Histogram(FORMER_BOUNDS), Histogram(BOUNDS)
    for seconds in durations:
        former.observe(seconds)
        today.observe(seconds)
    kept = to_json(replace(filled(), durations={"haproxy": former}))
    assert from_json(kept).durations == {"haproxy": today}


def page(totals: Totals) -> str:
    resources = tuple(sorted(totals.resources))
    return exposition(families(FailoverReading(resources, {}, (), totals, JournalHealth(True, 0, 0, 0))))


numbers = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, -1, 1795347742, float("nan"), float("inf"), True])
)
scalars = st.one_of(
    st.none(), st.booleans(), numbers, st.text(max_size=5), st.just("\ud800"), st.just("move")
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@st.composite
def nearly(draw: st.DrawFn) -> object:
    """What to_json() made, with one value in it replaced by anything."""
    kept = to_json(filled())
    at: Any = kept
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return kept
        key = draw(st.sampled_from(keys))
        if not isinstance(at[key], dict | list) or draw(st.booleans()):
            at[key] = draw(anything)
            return kept
        at = at[key]


@given(anything | nearly())
def test_whatever_the_json_is_it_is_totals_or_a_value_error(kept: object) -> None:
    """And what is taken for totals can be rendered and written again."""
    try:
        totals = from_json(kept)
    except ValueError:
        return
    page(totals)
    assert from_json(json.loads(json.dumps(to_json(totals)))) == totals


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "9" * 5000, "\x00", b"{}", None, 7])
def test_what_is_no_json_is_a_value_error(text: object) -> None:
    """Nested too deeply for the parser, digits without end, no text at all."""
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)


def test_a_resource_that_vanished_is_forgotten_after_a_week() -> None:
    """Watched ones never are, however long ago their last event was; nothing of it is left on the page."""
    totals, last = filled(), 1795347750.5
    assert totals.forget({"haproxy"}, last + FORGET_SECONDS) == set()
    assert totals.forget({"failover-ip", "haproxy"}, last + 365 * DAY) == set()
    assert 'resource="failover-ip"' in page(totals)
    assert totals.forget({"haproxy"}, last + FORGET_SECONDS + 1) == {"failover-ip"}
    assert "failover-ip" not in page(totals)
    assert totals.resources == {"haproxy"}


def test_of_many_that_vanished_the_latest_are_kept() -> None:
    """A cluster in which resources come and go each minute does not fill the page."""
    totals = filled()
    for number in range(MOST_FORMER + 10):
        totals.add(replace(MOVED, resource=f"job-{number:03}", at=MOVED.at + 60 + number))
    gone = totals.forget({"failover-ip", "haproxy"}, MOVED.at + 1000)
    assert gone == {f"job-{number:03}" for number in range(10)}
    assert len(totals.resources) == MOST_FORMER + 2
