"""docs/readiness.md (pure but for reading the template)."""

from pathlib import Path

from tests.trials.common.report import filled, listed_in_bold
from tests.trials.readiness.cost import EVERY, SCRIPT
from tests.trials.readiness.results import Results, table

RIGHT = "All predictions are right; none is invented."
TEMPLATE = Path(__file__).with_name("readiness.md.template")


def document(results: Results) -> str:
    return filled(
        TEMPLATE,
        results.at,
        table=table(results.rows).markdown(),
        problems=listed_in_bold(results.problems) or RIGHT,
        rows=len(results.rows),
        served=results.served,
        minutes=f"{results.seconds / 60:.0f}",
        milliseconds=f"{results.cost * 1000:.0f}",
        share=f"{results.cost / EVERY:.3%}",
        script=SCRIPT,
    )
