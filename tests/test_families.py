"""Families: labels checked, no series twice."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from exporter.errors import Unparsable
from exporter.families import Family, Labels, counter, gauge
from tests.golden import exposition


def two_labels() -> Family:
    return gauge("haproxy_server_weight", "Its weight.", "proxy", "server")


def test_a_series_comes_out_as_it_was_added() -> None:
    """Name, labels, value, type and HELP are on the page as the encoder writes them."""
    family = counter("haproxy_server_sessions_total", "Sessions.", "proxy", "server")
    family.add(3, proxy="app", server="a")
    (parsed,) = text_string_to_metric_families(exposition([family]))
    assert (parsed.name, parsed.type, parsed.documentation) == (
        "haproxy_server_sessions",
        "counter",
        "Sessions.",
    )
    assert [(s.name, s.labels, s.value) for s in parsed.samples] == [
        ("haproxy_server_sessions_total", {"proxy": "app", "server": "a"}, 3.0)
    ]


@pytest.mark.parametrize(
    "labels",
    [
        {"proxy": "app"},
        {"proxy": "app", "server": "a", "state": "UP"},
        {"proxy": "app", "srever": "a"},
        {},
    ],
    ids=["one missing", "one too many", "misspelt", "none"],
)
def test_labels_other_than_the_declared_ones_are_a_defect(labels: dict[str, str]) -> None:
    """A label missing or unknown is a TypeError of ours, never a series without it."""
    with pytest.raises(TypeError, match="haproxy_server_weight"):
        two_labels().add(1, **labels)
    with pytest.raises(TypeError, match="haproxy_server_weight"):
        two_labels().put(Labels(labels), 1)


def test_the_same_series_with_the_same_value_is_there_once() -> None:
    """Input that says a thing twice gives one series, whatever order the labels came in."""
    family = two_labels()
    family.add(1, proxy="app", server="a")
    family.add(1, server="a", proxy="app")
    family.put(Labels({"server": "a", "proxy": "app"}), 1)
    family.put(Labels({"proxy": "app", "server": "a"}), 1)
    assert len(family.samples) == 1


def test_the_same_series_with_another_value_is_unparsable() -> None:
    """Input that contradicts itself fails its source and never the page."""
    family = two_labels()
    family.put(Labels({"proxy": "app", "server": "a"}), 1)
    with pytest.raises(Unparsable, match="there twice: 1 and 2"):
        family.add(2, server="a", proxy="app")


def test_values_that_trade_places_are_two_series() -> None:
    """A server a of b is not a server b of a."""
    family = two_labels()
    family.add(1, proxy="a", server="b")
    family.add(2, proxy="b", server="a")
    assert len(family.samples) == 2


def test_labels_with_one_more_leave_the_first_ones_as_they_were() -> None:
    """One set of labels serves many families."""
    server = Labels({"proxy": "app", "server": "a"})
    states = gauge("haproxy_server_status", "Its state.", "proxy", "server", "state")
    states.put(server.having("state", "UP"), 1)
    weight = two_labels()
    weight.put(server, 7)
    assert weight.samples[0].labels == {"proxy": "app", "server": "a"}
    assert states.samples[0].labels == {"proxy": "app", "server": "a", "state": "UP"}


def test_a_state_set_has_a_series_for_each_state() -> None:
    """1 for the current state, 0 for the others; a state nobody knows leaves all at 0."""
    family = gauge("x", "State.", "node", "state")
    family.add_states(("up", "down"), "up", node="a")
    family.add_states(("up", "down"), "lost", node="b")
    assert [(s.labels["node"], s.labels["state"], s.value) for s in family.samples] == [
        ("a", "up", 1.0),
        ("a", "down", 0.0),
        ("b", "up", 0.0),
        ("b", "down", 0.0),
    ]


def test_a_counter_must_be_named_as_one() -> None:
    """OpenMetrics writes every counter with _total, so its name here has it."""
    with pytest.raises(ValueError, match="_total"):
        counter("haproxy_process_failed_resolutions", "Names not resolved.")
