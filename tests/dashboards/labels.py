"""Which labels the result of a query can have, by the rules of PromQL."""

from collections.abc import Mapping

import promql_parser as promql

Series = Mapping[str, set[str]]
SETS = ("and", "unless", "or")


class Unknown(Exception):
    """A metric or a label that is not there."""


def labels(expr: promql.Expr, series: Series) -> set[str]:
    """As many as it can have; Unknown if it uses one that its operands don't have."""
    match expr:
        case promql.VectorSelector():
            found = _of_selector(expr, series)
        case promql.AggregateExpr():
            found = _of_aggregate(expr, series)
        case promql.BinaryExpr():
            found = _of_binary(expr, series)
        case promql.Call():
            found = _of_call(expr, series)
        case promql.MatrixSelector():
            found = labels(expr.vector_selector, series)
        case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            found = labels(expr.expr, series)
        case _:
            found = set()
    return found


def _of_selector(one: promql.VectorSelector, series: Series) -> set[str]:
    name = one.name or "a selector without a name"
    if name not in series:
        raise Unknown(f"nobody emits {name}")
    known = series[name]
    _must({matcher.name for matcher in one.matchers.matchers}, known, name)
    return set(known)


def _of_aggregate(one: promql.AggregateExpr, series: Series) -> set[str]:
    inner = labels(one.expr, series)
    by = set(one.modifier.labels) if one.modifier else set()
    _must(by, inner, str(one.op))
    return inner if str(one.op) == "topk" else by


def _of_binary(one: promql.BinaryExpr, series: Series) -> set[str]:
    left, right = labels(one.lhs, series), labels(one.rhs, series)
    on = set(one.modifier.matching.labels) if one.modifier and one.modifier.matching else None
    group = set((one.modifier and one.modifier.group_labels) or ())
    if on is not None:
        _must(on, left & right, f"on of {one.op}")
    if str(one.op) in SETS:
        return left | right if str(one.op) == "or" else left
    card = one.modifier.card if one.modifier else promql.VectorMatchCardinality.OneToOne
    if card == promql.VectorMatchCardinality.ManyToOne:
        _must(group, right, "group_left")
        return left | group
    if card == promql.VectorMatchCardinality.OneToMany:
        _must(group, left, "group_right")
        return right | group
    return (left or right) if on is None else on


def _of_call(one: promql.Call, series: Series) -> set[str]:
    inner = [labels(argument, series) for argument in one.args]
    texts = [argument.val for argument in one.args if isinstance(argument, promql.StringLiteral)]
    if one.func.name == "label_replace":
        made, _, source, _ = texts
        _must({source} - {""}, inner[0], "label_replace")
        return inner[0] | {made}
    if one.func.name == "label_join":
        made, _, *sources = texts
        _must(set(sources), inner[0], "label_join")
        return inner[0] | {made}
    if one.func.name in ("absent", "vector", "time"):
        return set()
    return max(inner, key=len)


def _must(used: set[str], known: set[str], where: str) -> None:
    if used - known:
        raise Unknown(f"{where}: no label {', '.join(sorted(used - known))}")
