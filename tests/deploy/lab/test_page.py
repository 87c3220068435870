"""A page of metrics as series with values."""

import pytest

from deploy.lab.errors import LabError
from deploy.lab.page import Point, parse, series


def test_labels_are_added() -> None:
    """A page of one Galera node gets the label by which nodes differ."""
    page = parse("# TYPE mysql_up gauge\nmysql_up 1\n", {"node": "db1"})
    assert page.points == {series("mysql_up", node="db1"): Point(1, "gauge")}


def test_names_stay_as_written() -> None:
    """A counter keeps its name, with the suffix or without."""
    page = parse("# TYPE a counter\na 1\n# TYPE b_total counter\nb_total 2\n")
    assert {one.name for one in page.points} == {"a", "b_total"}
    assert (page.get("a"), page.get("b_total")) == (1, 2)


def test_untyped_is_unknown() -> None:
    """What the text format calls untyped has a kind that is neither counter nor gauge."""
    assert parse("# TYPE a untyped\na 1\n").points == {series("a"): Point(1, "unknown")}


def test_a_series_is_shown_as_on_the_page() -> None:
    """A person finds a series again by what is printed."""
    assert str(series("a", b="c", a="d")) == 'a{a="d",b="c"}'
    assert str(series("a")) == "a"


def test_series_are_found_by_name_and_some_of_their_labels() -> None:
    """All of them, the only one, or the values of a label where the series is not 0."""
    page = parse('up{host="one",job="x"} 1\nup{host="two",job="x"} 0\nother{host="one"} 1\n')
    assert len(page.all("up", job="x")) == 2
    assert (page.get("up", host="two"), page.get("up", host="three")) == (0, None)
    assert page.values("host", "up") == ["one"]
    with pytest.raises(LookupError, match="2 series"):
        page.get("up", job="x")


def test_a_series_that_must_be_there_is_an_error_without_it() -> None:
    """A sentence with its name and labels."""
    page = parse('up{host="one"} 1\n')
    assert page.need("up", host="one") == 1
    with pytest.raises(LabError, match="the exporter's page has no up of two"):
        page.need("up", host="two")
