"""Variables are filled in as Grafana does it."""

import pytest

from dashboards.src.interpolate import Window, interpolate

HOUR = Window(1_700_000_000, 1_700_003_600)


@pytest.mark.parametrize(
    ("seconds", "points", "step", "rate"),
    [
        (900, 1000, 5, 20),  # the shortest: what is scraped
        (3600, 1000, 5, 20),
        (6 * 3600, 1000, 20, 25),
        (24 * 3600, 1000, 60, 65),
        (7 * 24 * 3600, 1000, 600, 605),
        (30 * 24 * 3600, 1000, 1800, 1805),
    ],
)
def test_intervals_are_those_of_grafana(seconds: int, points: int, step: int, rate: int) -> None:
    """The range by the points, rounded as Grafana rounds it, and four scrapes at the least for a rate."""
    window = Window(0, seconds, points)
    assert (window.step, window.rate_interval) == (step, rate)


def test_the_built_in_variables() -> None:
    """The range, the interval and the times that are shown."""
    text = "[$__range:$__interval] $__range_s [$__rate_interval] ${__from} ${__to}"
    assert interpolate(text, {}, HOUR) == "[3600s:5s] 3600 [20s] 1700000000000 1700003600000"


@pytest.mark.parametrize("form", ["$cluster", "${cluster}", "${cluster:regex}", "[[cluster]]"])
def test_every_form_of_a_variable(form: str) -> None:
    """All that Grafana reads."""
    assert interpolate(f"a {form} b", {"cluster": "one"}, HOUR) == "a one b"


@pytest.mark.parametrize(
    ("chosen", "filled"),
    [
        (".+", ".+"),  # All
        (("one",), "one"),
        (("one", "two"), "(one|two)"),
        (("a.b:1",), r"a\\.b:1"),  # inside of a PromQL string two backslashes are one
    ],
)
def test_what_is_chosen_becomes_a_regular_expression(chosen: str | tuple[str, ...], filled: str) -> None:
    """A value is matched as it is, several by either."""
    assert interpolate('m{c=~"$c"}', {"c": chosen}, HOUR) == f'm{{c=~"{filled}"}}'


def test_what_is_no_variable_stays() -> None:
    """`$1` of label_replace, and names that nobody gave a value."""
    assert interpolate('"$1" $other ${__data.fields.x}', {"c": "1"}, HOUR) == '"$1" $other ${__data.fields.x}'
