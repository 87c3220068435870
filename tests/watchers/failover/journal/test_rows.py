"""Events as rows, whatever is in a row."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.commands.events.table import as_json
from exporter.watchers.failover.events import Event, Outage
from exporter.watchers.failover.journal.rows import COLUMNS, from_row, to_row
from exporter.watchers.failover.journal.values import LATEST
from tests.watchers.failover.made_events import FELT, MOVED

words = st.text(st.characters(codec="utf-8"), max_size=8)
times = st.floats(0, LATEST)
durations = st.floats(0, 1e6)
outages = st.builds(Outage, words, st.integers(1, 65535), times, times, durations)
events = st.builds(
    Event, words, words, words, words, words, words, times, st.none() | times, st.booleans(),
    st.lists(words, max_size=3).map(tuple), st.lists(outages, max_size=3).map(tuple),
    st.dictionaries(words, durations, max_size=3),
)  # fmt: skip


@given(events)
def test_an_event_survives_its_row(event: Event) -> None:
    """As it was."""
    assert from_row(to_row(event)) == event


def test_the_outage_of_version_1_has_no_port() -> None:
    """It was one object, or NULL."""
    row = dict(zip(COLUMNS, to_row(FELT), strict=True))
    row["outage"] = '{"address": "10.0.0.100", "start": 1795347742.1, "end": 1795347742.4, "seconds": 0.3}'
    outage = Outage("10.0.0.100", None, 1795347742.1, 1795347742.4, 0.3)
    assert from_row([*row.values()]) == replace(FELT, outages=(outage,))
    row["outage"] = None
    assert from_row([*row.values()]) == replace(FELT, outages=())


numbers = st.integers() | st.floats() | st.sampled_from([1e300, -1.0, LATEST, LATEST + 1e9, 10**400])
scalars = st.none() | numbers | words | st.binary(max_size=4)
json_text = st.recursive(
    st.none() | st.booleans() | numbers | st.just("\ud800") | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
).map(json.dumps)
odd_rows = st.tuples(*[scalars | json_text | st.just(value) for value in to_row(FELT)])


@given(odd_rows)
@example(tuple(to_row(replace(MOVED, at=float("nan")))))
@example(tuple(to_row(replace(MOVED, evidence=("[" * 100,)))))
def test_whatever_a_row_is_it_is_an_event_or_a_value_error(row: Sequence[Any]) -> None:
    """And what is taken for an event can be shown: its time is one that datetime knows."""
    try:
        event = from_row(row)
    except ValueError:
        return
    assert json.loads(as_json([event]))["id"] == event.id
    assert from_row(to_row(event)) == event


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", None), ("at", "soon"), ("at", 1e300), ("at", -1.0), ("at", float("inf")), ("detected", "x"),
        ("evidence", "7"), ("evidence", "[7]"), ("evidence", "[" * 100_000), ("evidence", b"[]"),
        ("evidence", '["\\ud800"]'), ("outage", "[[]]"), ("outage", "{}"), ("phases", "[]"),
        ("phases", '{"total": NaN}'), ("phases", '{"total": -1}'), ("late", "no"), ("resource", 7),
        ("id", None),
    ],
)  # fmt: skip
def test_each_odd_value_is_refused(column: str, value: object) -> None:
    """With a sentence that says what was expected."""
    row = dict(zip(COLUMNS, to_row(FELT), strict=True)) | {column: value}
    with pytest.raises(ValueError, match=r"\w"):
        from_row([*row.values()])
