"""docs/scaling.md (pure but for reading the template)."""

from pathlib import Path

from tests.trials.common.report import filled, listed, listed_in_bold
from tests.trials.fleet import results
from tests.trials.fleet.results import Results

RIGHT = "In each run exactly the ten that failed were told, with the right alerts and in time."
TEMPLATE = Path(__file__).with_name("scaling.md.template")


def document(found: Results) -> str:
    runs = found.runs
    return filled(
        TEMPLATE,
        found.at,
        load=f"{max(run.load for run in runs):.0f}",
        clusters=max(run.clusters for run in runs),
        of_one=results.of_one(runs).markdown(),
        cost=results.cost(runs).markdown(),
        aims=listed(results.aims(runs)) or "Nothing was run every 15 s.",
        rules=results.rules(runs).markdown(),
        queries=results.queries(runs).markdown(),
        told=results.told(runs).markdown(),
        problems=listed_in_bold(found.problems) or RIGHT,
    )
