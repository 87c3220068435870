"""The rules of Grafana's dashboard-linter that apply to dashboards on Prometheus, by their names."""

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

import promql_parser as promql
import pytest
from grafana_foundation_sdk.models import units

from dashboards.src.interpolate import interpolate
from dashboards.src.targets import LABEL_VALUES, targets
from tests.dashboards.pages import HOUR, PAGES, PANELS, nodes, parsed

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
UNITS = {value for name, value in vars(units).items() if isinstance(value, str) and not name.startswith("_")}
RATES = ("rate", "irate", "increase")
ON_TIME_RANGE_CHANGE = 2
CHOSEN = ["cluster", "job", "instance"]

each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
each_panel = pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)


def variables(page: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in page["templating"]["list"] if one["type"] == kind]


@each_page
def test_template_datasource_rule(page: dict[str, Any]) -> None:
    """There is one variable for the data source, named as other dashboards name it."""
    (source,) = variables(page, "datasource")
    assert (source["name"], source["label"], source["query"]) == ("datasource", "Data source", "prometheus")


@each_page
def test_template_job_and_instance_rules(page: dict[str, Any]) -> None:
    """cluster, job and instance can be chosen, several of each, all being whatever has a value."""
    found = {one["name"]: one for one in variables(page, "query")}
    assert list(found) == CHOSEN
    for name, one in found.items():
        assert one["label"] == name.capitalize()
        assert one["datasource"] == SOURCE
        assert (one["multi"], one["includeAll"], one["allValue"]) == (True, True, ".+")


@each_page
def test_template_label_promql_rule(page: dict[str, Any]) -> None:
    """Variables ask label_values() of a valid expression."""
    for one in variables(page, "query"):
        found = LABEL_VALUES.fullmatch(one["query"]["query"])
        assert found
        parsed(found["series"])
        assert one["definition"] == one["query"]["query"]


@each_page
def test_template_on_time_change_reload_rule(page: dict[str, Any]) -> None:
    """A cluster that was there last week can be chosen when last week is shown."""
    assert {one["refresh"] for one in variables(page, "query")} == {ON_TIME_RANGE_CHANGE}


@each_page
def test_uneditable_dashboard_rule(page: dict[str, Any]) -> None:
    """They are generated: nobody shall change them in Grafana and lose that."""
    assert page["editable"] is False


@each_panel
def test_panel_datasource_rule(panel: dict[str, Any]) -> None:
    """No panel or query names a data source of its own."""
    assert [panel["datasource"], *(one["datasource"] for one in panel["targets"])] == [SOURCE] * (
        len(panel["targets"]) + 1
    )


@each_panel
def test_panel_title_description_rule(panel: dict[str, Any]) -> None:
    """Each has a title, and one or more sentences on how it is read."""
    assert panel["title"]
    assert panel["description"].endswith((".", "?"))
    assert len(panel["description"].split()) >= 6


def used_units(panel: dict[str, Any]) -> Iterator[str]:
    yield panel["fieldConfig"]["defaults"]["unit"]
    for override in panel["fieldConfig"]["overrides"]:
        yield from (one["value"] for one in override["properties"] if one["id"] == "unit")


@each_panel
def test_panel_units_rule(panel: dict[str, Any]) -> None:
    """Each has a unit that Grafana knows, and so has each column."""
    assert set(used_units(panel)) <= UNITS


@each_panel
def test_panel_no_targets_rule(panel: dict[str, Any]) -> None:
    """Each asks something, under names of its own."""
    refs = [one["refId"] for one in panel["targets"]]
    assert refs and len(set(refs)) == len(refs)


@each_page
def test_target_promql_rule(page: dict[str, Any]) -> None:
    """Every query is PromQL."""
    for target in targets(page):
        parsed(target.expr)


@each_page
def test_target_job_and_instance_rules(page: dict[str, Any]) -> None:
    """Every selector is narrowed to what is chosen; alerts to the cluster, which is all that they have."""
    for target in targets(page):
        expr = promql.parse(interpolate(target.expr, {name: f"the {name}" for name in CHOSEN}, HOUR))
        for one in nodes(expr):
            if isinstance(one, promql.VectorSelector) and target.kind != "variable":
                values = {matcher.name: matcher.value for matcher in one.matchers.matchers}
                wanted = ["cluster"] if str(one.name).startswith("ALERTS") else CHOSEN
                assert {name: values.get(name) for name in wanted} == {
                    name: f"the {name}" for name in wanted
                }, target


@each_page
def test_target_rate_interval_rule(page: dict[str, Any]) -> None:
    """Rates are of $__rate_interval; what is counted over the range that is shown, of that."""
    windows = {"rate": {"$__rate_interval"}, "increase": {"$__rate_interval", "$__range"}}
    for target in targets(page):
        for name, allowed in windows.items():
            for part in target.expr.split(f"{name}(")[1:]:
                assert part[part.index("[") + 1 : part.index("]")] in allowed, target


@each_page
def test_no_query_is_made_for_one_scrape_interval(page: dict[str, Any]) -> None:
    """Windows and offsets follow from the interval of the data source, or from the range that is shown."""
    for target in targets(page):
        without_texts = re.sub(r'"[^"]*"', "", target.expr)
        windows = re.findall(r"\[([^\]]*)\]|offset ([\w$]+)", without_texts)
        times = {part for window in windows for one in window if one for part in one.split(":")}
        assert times <= {"$__rate_interval", "$__range", "$__interval"}, target


@each_page
def test_target_counter_agg_rule(page: dict[str, Any]) -> None:
    """A counter is never shown as it is: its rate is, its increase, or its difference to the point before.

    Where the last fails, as the counter is new or was reset, all that it has counted is.
    """
    for target in targets(page):
        found = nodes(parsed(target.expr))
        selectors = [one for one in found if isinstance(one, promql.VectorSelector)]
        counters = [one for one in selectors if str(one.name).endswith("_total")]
        rated = [one for one in found if isinstance(one, promql.Call) and one.func.name in RATES]
        differences = [one for one in found if difference(one)]
        instead = [one for one in found if new_or_reset(one)]
        assert len(counters) <= len(rated) + 2 * len(differences) + len(instead), target


def difference(one: promql.Expr) -> bool:
    """counter - counter offset 5s, the first also where something else narrows it down"""
    if not isinstance(one, promql.BinaryExpr) or str(one.op) != "-":
        return False
    now, before = ([each for each in nodes(side) if is_selector(each)] for side in (one.lhs, one.rhs))
    return bool(now) and len(before) == 1 and str(now[0].matchers) == str(before[0].matchers)


def is_selector(one: promql.Expr) -> TypeGuard[promql.VectorSelector]:
    return isinstance(one, promql.VectorSelector)


def new_or_reset(one: promql.Expr) -> bool:
    """(counter > 0) - counter offset 1h >= 0 or counter > 0"""
    if not isinstance(one, promql.BinaryExpr) or str(one.op) != "or":
        return False
    return any(difference(each) for each in nodes(one.lhs)) and str(one.rhs).endswith("> 0")
