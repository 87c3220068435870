"""docs/drill.md (pure but for reading the template)."""

from pathlib import Path

from tests.trials.common.report import filled, listed_in_bold
from tests.trials.drill.results import Results, table

TEMPLATE = Path(__file__).with_name("drill.md.template")


def document(results: Results) -> str:
    return filled(
        TEMPLATE,
        results.at,
        host=results.host,
        table=table(results.outcomes).markdown(),
        problems=listed_in_bold(results.problems) or "All is as it should be.",
    )
