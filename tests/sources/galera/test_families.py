"""Readings of nodes as the page shows them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.exposition import generate_latest as open_metrics

from exporter.errors import Unparsable
from exporter.sources.galera.components import primary_components
from exporter.sources.galera.families import families
from exporter.sources.galera.fields import STATUS_NUMBERS, VARIABLE_NUMBERS
from exporter.sources.galera.parse import STATES, NodeStatus, parse
from exporter.sources.galera.reading import GaleraReading
from tests.golden import CAPTURES, Page, assert_golden, exposition
from tests.sources.galera.captured import CASES, answers, silent
from tests.sources.galera.test_parse import PRIMARY, names, values


def reading(nodes: Mapping[str, NodeStatus | None]) -> GaleraReading:
    views = [node.view for node in nodes.values() if node]
    return GaleraReading(nodes, primary_components(views) if views else None, ())


def captured(case: str) -> GaleraReading:
    answered = {name: parse(answer) for name, answer in answers(case).items()}
    return reading({**answered, **dict.fromkeys(silent(case))})


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, update_golden: bool) -> None:
    """Each capture becomes the page beside it."""
    assert_golden(CAPTURES / f"{case}.prom", families(captured(case)), update=update_golden)


def test_node_that_was_not_read() -> None:
    """A node that is down has mysql_up 0 and no other series: not its last values, and no zeros."""
    nodes = {name: parse(answer) for name, answer in answers("wsrep-26.4.23-article").items()}
    page = exposition(families(reading({**nodes, "galera-node02": None})))
    about_it = [line for line in page.splitlines() if "galera-node02" in line]
    assert about_it == ['mysql_up{node="galera-node02"} 0.0']
    assert 'mysql_up{node="galera-node01"} 1.0' in page


def test_all_nodes_down() -> None:
    """No node answered: how many components there are is unknown, so the series is absent."""
    page = exposition(families(reading({"a": None, "b": None})))
    series = [line for line in page.splitlines() if not line.startswith("#")]
    assert series == ['mysql_up{node="a"} 0.0', 'mysql_up{node="b"} 0.0']


def test_nobody_is_primary() -> None:
    """A node answered and none has quorum: that is 0, and on the page."""
    assert "galera_primary_components 0.0" in exposition(families(captured("wsrep-25.3.37-minority-written")))


def test_one_state_is_set() -> None:
    """Of the state set exactly one is 1, on each node that answered, whatever its state."""
    for case in CASES:
        (family,) = [one for one in families(captured(case)) if one.name == "galera_node_state"]
        for node in answers(case):
            here = [sample for sample in family.samples if sample.labels["node"] == node]
            assert [sample.labels["state"] for sample in here] == list(STATES)
            assert sum(sample.value for sample in here) == 1


def test_every_known_number_has_its_own_help() -> None:
    """A HELP is a sentence, and no two variables share one, but for the two names of one setting."""
    for texts in (STATUS_NUMBERS, VARIABLE_NUMBERS):
        assert all(text.endswith(".") and "\n" not in text for text in texts.values())
        assert len(set(texts.values())) >= len(texts) - 1


def test_new_variable_has_a_help_that_names_it() -> None:
    """A variable of a version to come is a gauge, with its name in its HELP."""
    page = exposition(families(reading({"a": parse([[PRIMARY, ["wsrep_brand_new", "7"]], []])})))
    assert "# HELP mysql_global_status_wsrep_brand_new Galera's status variable wsrep_brand_new" in page
    assert "# TYPE mysql_global_status_wsrep_brand_new gauge" in page
    assert 'mysql_global_status_wsrep_brand_new{node="a"} 7.0' in page


@pytest.mark.parametrize("case", CASES)
def test_open_metrics_takes_it(case: str) -> None:
    """Every type and name can be written in OpenMetrics too."""
    assert open_metrics(Page(families(captured(case)))).endswith(b"# EOF\n")  # type: ignore[arg-type,no-untyped-call,unused-ignore]


@given(st.lists(st.tuples(names, values)), st.lists(st.tuples(names, values)))
def test_no_series_is_there_twice(rows: list[tuple[str, str]], more: list[tuple[str, str]]) -> None:
    """Whatever two nodes say, each series is on the page once."""
    try:
        node = parse([[PRIMARY, *rows], more])
    except Unparsable:
        return
    page = exposition(families(reading({"a": node, "b": node})))
    series = [line.rpartition(" ")[0] for line in page.splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series))
