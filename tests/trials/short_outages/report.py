"""docs/short-outages.md: what a run found, for people (pure but for the template)."""

from pathlib import Path

from tests.trials.common.report import filled
from tests.trials.short_outages.results import Results
from tests.trials.short_outages.verdict import table

TEMPLATE = Path(__file__).with_name("short-outages.md.template")


def document(results: Results) -> str:
    return filled(
        TEMPLATE,
        results.at,
        busy=f"{results.busy:.0%}",
        rows=table(results.rows).markdown(),
        not_judged=results.not_judged,
        late=results.late,
        late_of_many=results.late_of_many,
        idle=results.idle_table.markdown(),
    )
