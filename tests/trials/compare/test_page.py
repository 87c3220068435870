"""Pages as series."""

from tests.trials.compare.page import Point, parse, series


def test_labels_are_added() -> None:
    """A page of one Galera node gets the label that tells the nodes apart."""
    page = parse("# TYPE mysql_up gauge\nmysql_up 1\n", {"node": "db1"})
    assert page == {series("mysql_up", node="db1"): Point(1, "gauge")}


def test_names_stay_as_written() -> None:
    """A counter keeps its name, with the suffix or without."""
    page = parse("# TYPE a counter\na 1\n# TYPE b_total counter\nb_total 2\n")
    assert {one.name for one in page} == {"a", "b_total"}


def test_untyped_is_unknown() -> None:
    """What the text format calls untyped has a kind that is neither counter nor gauge."""
    assert parse("# TYPE a untyped\na 1\n") == {series("a"): Point(1, "unknown")}


def test_a_series_is_shown_as_on_the_page() -> None:
    """A person finds a series again by what is printed."""
    assert str(series("a", b="c", a="d")) == 'a{a="d",b="c"}'
    assert str(series("a")) == "a"
