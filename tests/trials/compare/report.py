"""docs/comparison.md: what a run found, for people."""

from collections.abc import Iterable
from pathlib import Path

from tests.trials.compare import tables
from tests.trials.compare.documented import CORRECTIONS, NOT_IN_THE_CSV
from tests.trials.compare.figures import FLAT
from tests.trials.compare.results import Results

TEMPLATE = Path(__file__).with_name("comparison.md.template")


def document(results: Results) -> str:
    return TEMPLATE.read_text().format(
        when=results.at.when.strftime("%Y-%m-%d %H:%M UTC"),
        rounds=results.at.rounds,
        topology=results.at.topology,
        machine=results.at.machine,
        busy=f"{results.at.busy:.0%}",
        parity=tables.parity(results.parity).markdown(),
        failures=_listed(tables.failures(results.parity)) or "Nothing is missing, nothing differs.",
        corrections=tables.differences(CORRECTIONS).markdown(),
        gaps=tables.differences(NOT_IN_THE_CSV).markdown(),
        cost=tables.cost(results).markdown(),
        targets=_listed(tables.targets(results)),
        how=_listed(f"{name}: {how}" for name, how in results.how),
        growth=tables.growth(results.growth).markdown(),
        flatness=_listed(tables.flatness(results.growth)),
        cases="; ".join(f"{growth.what}: {growth.how}" for growth in results.growth),
        flat=FLAT,
        versions=tables.Table(("", "version"), results.at.versions).markdown(),
    )


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
