from tests.trials.pictures.dashboards import DASHBOARD, FAILOVERS, HELD, RATE, VIEW
from tests.trials.pictures.queries import Query, asked, by_ref


def test_every_query_of_panels_and_annotations_is_asked_with_its_variables_filled_in() -> None:
    """One cluster, all of everything else; a query's own shortest step."""
    assert asked(DASHBOARD, VIEW) == {FAILOVERS, HELD, RATE}


def test_a_panel_asks_for_as_many_points_as_it_shows() -> None:
    """Bars are fewer than the points of a line: the step is longer, and with it what depends on it."""
    bars = {
        "type": "timeseries",
        "maxDataPoints": 10,
        "targets": [{"refId": "A", "expr": "attempts offset $__interval"}],
    }
    found = by_ref(bars, DASHBOARD, VIEW)
    assert found == {"A": Query("attempts offset 30s", 30)}
