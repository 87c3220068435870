from tests.trials.pictures.dashboards import DASHBOARD, FAILOVERS, HELD, RATE, VIEW
from tests.trials.pictures.queries import asked


def test_every_query_of_panels_and_annotations_is_asked_with_its_variables_filled_in() -> None:
    """One cluster, all of everything else; a query's own shortest step."""
    assert asked(DASHBOARD, VIEW) == {FAILOVERS, HELD, RATE}
