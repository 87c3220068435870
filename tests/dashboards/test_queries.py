"""What the dashboards ask for exists: metrics and labels are emitted, legends name labels of the result."""

import re

import pytest
from promql_parser import VectorSelector

from dashboards.src.panels import last_of
from dashboards.src.targets import targets
from tests.dashboards.documented import series
from tests.dashboards.labels import Unknown, labels
from tests.dashboards.pages import PAGES, PANELS, REPOSITORY, nodes, parsed

EMITTED = series(REPOSITORY / "docs" / "metrics.md")
# Of the port that was out for longest; how many clusters.
ONE_ROW = {
    "failover-fleet: Clusters",
    "failover-fleet: Each cluster",
    "failover-story: Failovers in this time range",
}
IN_TEXT = re.compile(r"\{\{(\w+)\}\}")


@pytest.mark.parametrize("uid", PAGES)
def test_every_metric_and_label_is_emitted(uid: str) -> None:
    """So says docs/metrics.md, which is tested against the pages that the exporter makes."""
    for target in targets(PAGES[uid]):
        labels(parsed(target.expr), EMITTED)


@pytest.mark.parametrize("name", PANELS)
def test_legends_name_labels_of_the_result(name: str) -> None:
    """No legend has a hole."""
    for query in PANELS[name]["targets"]:
        known = labels(parsed(query["expr"]), EMITTED)
        assert set(IN_TEXT.findall(query["legendFormat"])) <= known


@pytest.mark.parametrize("name", [name for name in PANELS if name not in ONE_ROW])
def test_ports_of_one_address_are_kept_apart(name: str) -> None:
    """What is measured by port is shown by port, with its name in the legend."""
    for query in PANELS[name]["targets"]:
        selectors = [one for one in nodes(parsed(query["expr"])) if isinstance(one, VectorSelector)]
        if any("port" in EMITTED[str(one.name)] for one in selectors):
            assert "port" in labels(parsed(query["expr"]), EMITTED)
            assert "{{port}}" in query["legendFormat"]


@pytest.mark.parametrize("name", [name for name, panel in PANELS.items() if panel["type"] == "table"])
def test_columns_are_fields_of_the_result(name: str) -> None:
    """Every column of a table is a label of its queries, or the value of one of them."""
    panel = PANELS[name]
    known = set().union(*(labels(parsed(query["expr"]), EMITTED) for query in panel["targets"]))
    several = len(panel["targets"]) > 1
    values = {f"Value #{query['refId']}" if several else "Value" for query in panel["targets"]}
    steps = {step["id"]: step["options"] for step in panel["transformations"]}
    columns = set(steps["filterFieldsByName"]["include"]["names"])
    last = {last_of(value) for value in values}
    assert columns <= known | values | (last if "groupBy" in steps else set())
    titles = set(steps["organize"]["renameByName"].values())
    assert {one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]} == titles


@pytest.mark.parametrize("uid", PAGES)
def test_annotations_name_labels_of_the_result(uid: str) -> None:
    """The words at a mark have no hole, and both places where Grafana looks for the query have the same."""
    for mark in PAGES[uid]["annotations"]["list"]:
        words = mark["titleFormat"] + mark["textFormat"]
        assert set(IN_TEXT.findall(words)) <= labels(parsed(mark["expr"]), EMITTED)
        assert (mark["target"]["expr"], mark["target"]["interval"]) == (mark["expr"], mark["step"])


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        ("m", {"a", "b", "cluster", "job", "instance"}),
        ("sum by (a) (rate(m[5m]))", {"a"}),
        ("topk by (a) (1, m)", {"a", "b", "cluster", "job", "instance"}),
        ("sum by (a) (m) * on (a) group_left (c) n", {"a", "c"}),
        ("m * on (a) n", {"a"}),
        ('label_replace(sum(m), "x", "", "", "")', {"x"}),
        ("max by (a) (max_over_time(m[1h:1m]))", {"a"}),
    ],
)
def test_labels_follow_promql(expr: str, found: set[str]) -> None:
    """What the checks above rest on."""
    targets = {"cluster", "job", "instance"}
    assert labels(parsed(expr), {"m": {"a", "b"} | targets, "n": {"a", "c"} | targets}) == found


@pytest.mark.parametrize(
    "expr",
    [
        "nothing",
        'vip_bound{port="1"}',
        "sum by (port) (vip_bound)",
        "vip_bound * on (port) vip_probe_up",
        "vip_bound * on (vip) group_left (port) vip_bound",
        'label_replace(vip_bound, "x", "$1", "port", "(.*)")',
    ],
)
def test_what_is_not_there_is_found(expr: str) -> None:
    """A metric or a label that nobody emits."""
    with pytest.raises(Unknown):
        labels(parsed(expr), EMITTED)
