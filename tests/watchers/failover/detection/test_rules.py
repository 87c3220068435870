"""Location rules, as Pacemaker's scheduler evaluates them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sources.pacemaker.reading import Condition, LocationRule
from exporter.watchers.failover.detection import rules


def rule(*conditions: Condition | LocationRule, any_of: bool = False, attribute: str = "") -> LocationRule:
    return LocationRule(
        "r", None if attribute else -1.0, attribute, any_of, conditions, timed=False, limits=()
    )


CONDITIONS = [
    (("lt", "10", ""), "9", True),  # as numbers
    (("lt", "10", "string"), "9", False),
    (("lt", "10", "number"), "9.5", True),
    (("gte", "10", "integer"), "10", True),
    (("gt", "b", ""), "c", True),  # neither is a number
    (("eq", "10", ""), "10.0", False),  # eq compares texts unless a type is given
    (("eq", "10", "number"), "10.0", True),
    (("eq", "Yes", ""), "yes", True),
    (("ne", "b2", ""), "b3", True),
    (("defined", "", ""), "", True),
    (("not_defined", "", ""), "1", False),
    (("not_defined", "", ""), None, True),
    (("lt", "10", ""), None, False),
    (("ne", "10", ""), None, True),
    (("like", "10", ""), "10", False),  # no operation that there is
]


@pytest.mark.parametrize(("condition", "value", "met"), CONDITIONS)
def test_a_condition(condition: tuple[str, str, str], value: str | None, met: bool) -> None:
    """Of one attribute, which may be undefined."""
    attributes = {} if value is None else {"pingd": value}
    assert rules.score(rule(Condition("pingd", *condition)), attributes) == (-1.0 if met else 0.0)


def test_conditions_are_joined() -> None:
    """All of them, or any; rules inside rules too."""
    low, set_ = Condition("pingd", "lt", "1", ""), Condition("rack", "defined", "", "")
    both, either = rule(low, set_), rule(low, set_, any_of=True)
    assert [rules.score(one, {"pingd": "0"}) for one in (both, either, rule(either), rule(both, either))] == [
        0.0,
        -1.0,
        -1.0,
        0.0,
    ]
    assert rules.attributes_of(rule(both, attribute="load")) == {"pingd", "rack", "load"}


@pytest.mark.parametrize(
    ("value", "score"), [("100", 100.0), ("-INFINITY", float("-inf")), ("x", 0.0), (None, 0.0)]
)
def test_a_score_may_be_an_attributes_value(value: str | None, score: float) -> None:
    """As in `score-attribute="pingd"`."""
    attributes = {} if value is None else {"pingd": value}
    assert rules.score(rule(attribute="pingd"), attributes) == score


texts = st.text(max_size=5)


@given(texts, st.sampled_from(["lt", "gt", "lte", "gte", "eq", "ne"]), texts, texts)
def test_no_value_breaks_a_rule(value: str, operation: str, compared: str, type_: str) -> None:
    """Attributes are any text; the opposite of an operation is never true with it."""
    opposite = {"lt": "gte", "gt": "lte", "lte": "gt", "gte": "lt", "eq": "ne", "ne": "eq"}[operation]
    met = [
        rules.score(rule(Condition("a", one, compared, type_)), {"a": value}) for one in (operation, opposite)
    ]
    assert sorted(met) == [-1.0, 0.0]
