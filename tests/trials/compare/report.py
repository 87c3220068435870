"""docs/comparison.md: what the runs found, for people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tests.trials.common.report import filled, listed
from tests.trials.compare import tables
from tests.trials.compare.documented import CORRECTIONS, NOT_IN_THE_CSV, NOT_READ
from tests.trials.compare.figures import FLAT
from tests.trials.compare.results import Results

TEMPLATE = Path(__file__).with_name("comparison.md.template")


def document(runs: Sequence[Results]) -> str:
    """One run of each topology; growth is the first one's."""
    first = runs[0]
    return filled(
        TEMPLATE,
        replace(first.at, topology="` and `".join(one.at.topology for one in runs)),
        rounds=first.rounds,
        busy=" and ".join(f"{one.busy:.0%}" for one in runs),
        parity=_each(runs, _parity),
        corrections=tables.differences(CORRECTIONS).markdown(),
        gaps=tables.differences(NOT_IN_THE_CSV).markdown(),
        unread=tables.differences(NOT_READ).markdown(),
        cost=_each(runs, _cost),
        asked=_each(runs, lambda one: tables.asked(one).markdown()),
        at_rest=_each(runs, lambda one: tables.at_rest(one).markdown()),
        how=listed(f"{name}: {how}" for name, how in first.how),
        growth=tables.growth(first.growth).markdown(),
        flatness=listed(tables.flatness(first.growth)),
        cases="; ".join(f"{growth.what}: {growth.how}" for growth in first.growth),
        flat=FLAT,
    )


def _each(runs: Sequence[Results], part: Callable[[Results], str]) -> str:
    return "\n\n".join(f"On `{one.at.topology}`:\n\n{part(one)}" for one in runs)


def _parity(one: Results) -> str:
    failures = listed(tables.failures(one.parity)) or "Nothing is missing, nothing differs."
    return f"{tables.parity(one.parity).markdown()}\n\n{failures}"


def _cost(one: Results) -> str:
    return f"{tables.cost(one).markdown()}\n\n{listed(tables.targets(one))}"
