"""docs/readiness.md (pure but for reading the template)."""

from pathlib import Path

from tests.trials.common.report import filled, listed_in_bold
from tests.trials.readiness.cost import EVERY, SCRIPT
from tests.trials.readiness.results import Results, table

TEMPLATE = Path(__file__).with_name("readiness.md.template")


def document(results: Results) -> str:
    return filled(
        TEMPLATE,
        results.at,
        table=table(results.outcomes).markdown(),
        problems=listed_in_bold(results.problems) or "All predictions are right; none is invented.",
        milliseconds=f"{results.cost * 1000:.0f}",
        share=f"{results.cost / EVERY:.3%}",
        script=SCRIPT,
    )
