"""Location rules, evaluated with one node's attributes, as Pacemaker's scheduler does (pure).

A date expression is taken as true: when one begins or ends to hold is seen otherwise.
"""

import operator
from collections.abc import Callable, Mapping

from exporter.sources.pacemaker.reading import Condition, LocationRule

_COMPARE: Mapping[str, Callable[[float | str, float | str], bool]] = {
    "lt": operator.lt,
    "gt": operator.gt,
    "lte": operator.le,
    "gte": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
_INFINITY = {"INFINITY": float("inf"), "+INFINITY": float("inf"), "-INFINITY": float("-inf")}


def score(rule: LocationRule, attributes: Mapping[str, str]) -> float:
    """What the rule adds for a node with these attributes; 0 where it does not hold."""
    if not _holds(rule, attributes):
        return 0.0
    if rule.score_attribute:
        return number(attributes.get(rule.score_attribute, "")) or 0.0
    return rule.score or 0.0


def attributes_of(rule: LocationRule) -> set[str]:
    """The names of the attributes that decide it."""
    names = {rule.score_attribute} - {""}
    for one in rule.conditions:
        names |= {one.attribute} if isinstance(one, Condition) else attributes_of(one)
    return names


def _holds(rule: LocationRule, attributes: Mapping[str, str]) -> bool:
    met = [
        _met(one, attributes) if isinstance(one, Condition) else _holds(one, attributes)
        for one in rule.conditions
    ]
    return (any(met) or not met) if rule.any_of else all(met)


def _met(condition: Condition, attributes: Mapping[str, str]) -> bool:
    value = attributes.get(condition.attribute)
    if condition.operation in ("defined", "not_defined"):
        return (value is not None) == (condition.operation == "defined")
    if value is None or condition.operation not in _COMPARE:
        return condition.operation == "ne"
    left, right = _comparable(condition, value)
    return _COMPARE[condition.operation](left, right)


def _comparable(condition: Condition, value: str) -> tuple[float | str, float | str]:
    """Numbers where the operation is of numbers and both are; else texts."""
    ordered = condition.operation in ("lt", "gt", "lte", "gte")
    numbers = condition.type in ("integer", "number") or (ordered and condition.type == "")
    left, right = number(value), number(condition.value)
    if numbers and left is not None and right is not None:
        return left, right
    return value.lower(), condition.value.lower()


def number(text: str) -> float | None:
    if text in _INFINITY:
        return _INFINITY[text]
    try:
        return float(text)
    except ValueError:
        return None
