"""The view as JSON and back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.web.status.record import from_object, to_object
from exporter.web.status.verdict import view
from tests.web.status.stories import STORIES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("story", STORIES)
def test_it_comes_back_as_it_was(story: str) -> None:
    """Over real JSON; what is not known is null, never 0."""
    page = view(STORIES[story](), "1.2.3")
    assert from_object(json.loads(json.dumps(to_object(page), allow_nan=False))) == page


def test_what_a_newer_exporter_adds_is_ignored() -> None:
    """The command may be older than the exporter that it asks."""
    page = view(STORIES["healthy"](), "1.2.3")
    assert from_object({**to_object(page), "more": {"deep": [1]}}) == page


@given(JSON)
def test_anything_else_is_refused(value: object) -> None:
    """A ValueError that names the place, whatever another server answers."""
    with pytest.raises(ValueError, match="the answer"):
        from_object(value)


@given(st.sampled_from(sorted(to_object(view(STORIES["healthy"](), "1")))), JSON)
def test_a_damaged_field_is_refused_or_fits(name: str, value: Any) -> None:
    """No other error than ValueError comes out."""
    answer = {**to_object(view(STORIES["healthy"](), "1")), name: value}
    try:
        from_object(json.loads(json.dumps(answer)))
    except ValueError as error:
        assert str(error).startswith("the answer")
