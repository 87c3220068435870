"""docs/comparison.md: what a run found, for people."""

from pathlib import Path

from tests.trials.common.report import filled, listed
from tests.trials.compare import tables
from tests.trials.compare.documented import CORRECTIONS, NOT_IN_THE_CSV
from tests.trials.compare.figures import FLAT
from tests.trials.compare.results import Results

TEMPLATE = Path(__file__).with_name("comparison.md.template")


def document(results: Results) -> str:
    return filled(
        TEMPLATE,
        results.at,
        rounds=results.rounds,
        busy=f"{results.busy:.0%}",
        parity=tables.parity(results.parity).markdown(),
        failures=listed(tables.failures(results.parity)) or "Nothing is missing, nothing differs.",
        corrections=tables.differences(CORRECTIONS).markdown(),
        gaps=tables.differences(NOT_IN_THE_CSV).markdown(),
        cost=tables.cost(results).markdown(),
        asked=tables.asked(results).markdown(),
        at_rest=tables.at_rest(results).markdown(),
        targets=listed(tables.targets(results)),
        how=listed(f"{name}: {how}" for name, how in results.how),
        growth=tables.growth(results.growth).markdown(),
        flatness=listed(tables.flatness(results.growth)),
        cases="; ".join(f"{growth.what}: {growth.how}" for growth in results.growth),
        flat=FLAT,
    )
