"""Expressions mean the same to every engine, and to two rulers with one store."""

import re

import promql_parser as promql
import pytest

from exporter.rules.expressions import (
    DISABLED_ADDRESSES,
    DISABLED_HAPROXY,
    DISABLED_SERVICE,
    JOINED,
    VANTAGE_POINTS,
)
from tests.alerts.rules import ALERTING, RECORDING, RULES, Rule
from tests.alerts.test_rules import selectors

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
# VictoriaMetrics counts a series' first value in these as an increase.
OF_THE_FIRST_VALUE = re.compile(r"\b(increase|delta|idelta|irate|changes|resets)\(")
# Only in and, or, unless.
OF_SETS = {VANTAGE_POINTS, JOINED, DISABLED_ADDRESSES, DISABLED_HAPROXY, DISABLED_SERVICE}


@each_rule
def test_no_first_value_is_an_increase(rule: Rule) -> None:
    """Neither in its expression nor in the queries of its texts."""
    asked = [rule.expr, *(expr.prettify() for expr in rule.asked)]
    assert not [expr for expr in asked if OF_THE_FIRST_VALUE.search(expr)]


@each_rule
def test_recorded_series_may_have_labels_more(rule: Rule) -> None:
    """As those of a ruler with external labels: each is aggregated, or joined by labels that are named."""
    for expr in (rule.parsed(), *rule.asked):
        assert [name for name in bare(expr) if name not in OF_SETS] == []


def bare(expr: promql.Expr) -> list[str]:
    """Recorded series that no aggregation and no range function has reduced to known labels."""
    if isinstance(expr, promql.AggregateExpr):
        return []
    if isinstance(expr, promql.VectorSelector):
        return [expr.name] if expr.name in RECORDING else []
    if isinstance(expr, promql.BinaryExpr):
        sets = str(expr.op) in ("and", "unless", "or")
        named = expr.modifier and expr.modifier.matching
        right = [] if sets and named else bare(expr.rhs)
        return bare(expr.lhs) + right
    if isinstance(expr, promql.ParenExpr | promql.UnaryExpr | promql.SubqueryExpr):
        return bare(expr.expr)
    if isinstance(expr, promql.Call):
        return [name for argument in expr.args for name in bare(argument)]
    return []


def test_pages_read_what_is_recorded_only_as_context() -> None:
    """vmalert knows what it recorded an interval later: what decides is in the page's own expression."""
    late = {
        name: used
        for name, rule in ALERTING.items()
        if rule.labels["severity"] == "critical"
        and (used := {one.name for one in selectors(rule.parsed())} & RECORDING.keys() - OF_SETS)
    }
    assert late.keys() <= {"FailoverSlow", "FailoverFlapping"}  # of what is over
