"""docs/reliability.md (pure but for the template)."""

from pathlib import Path

from tests.trials.attack.results import Results
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.report import filled

TEMPLATE = Path(__file__).parent / "reliability.md.template"


def document(results: Results, at: Circumstances) -> str:
    return filled(
        TEMPLATE,
        at,
        good=sum(one.good for one in results.outcomes),
        count=len(results.outcomes),
        table=results.table().markdown(),
    )
