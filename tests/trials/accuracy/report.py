"""docs/accuracy.md: what a run found, for people."""

from pathlib import Path

from tests.trials.accuracy.cost import Cost
from tests.trials.accuracy.pressure import SERVERS, Pressure
from tests.trials.accuracy.results import Results, outages_table, targets_table
from tests.trials.accuracy.trials import REST
from tests.trials.common.report import filled
from tests.trials.common.tables import Table

TEMPLATE = Path(__file__).with_name("accuracy.md.template")
MB = 1e6


def document(results: Results) -> str:
    return filled(
        TEMPLATE,
        results.at,
        busy=f"{results.busy:.0%}",
        host=results.host,
        targets=targets_table(results.targets).markdown(),
        outages=outages_table(results.rows).markdown(),
        attempts=results.truth.attempts,
        failed=results.truth.failed,
        gap=f"{results.truth.longest_gap * 1000:.0f}",
        rest=f"{REST:g}",
        late=results.late,
        unread=results.unread,
        cost=_cost(results.cost) if results.cost else "Not measured in this run (`--cost SECONDS`).",
        servers=f"{SERVERS:,}",
        pressure=_pressure(results.pressure)
        if results.pressure
        else "without a pause. Not measured in this run.",
    )


def _pressure(found: Pressure) -> str:
    took = f"{found.seconds:.0f} s, the slowest scrape {found.slowest:.2f} s"
    late = f"{found.late} were late (begun more than one interval after they were due)"
    attempts = f"Of its {found.attempts} attempts in\nthat time, {late}."
    return f"{found.scrapes} times without a pause: {took}. {attempts}"


def _cost(cost: Cost) -> str:
    samples = cost.samples[:: max(1, (len(cost.samples) - 1) // 10)]
    rows = [
        (
            f"{one.at:.0f}",
            f"{one.cpu:.2f}",
            f"{one.resident / MB:.2f}",
            str(one.descriptors),
            str(one.threads),
        )
        for one in samples
    ]
    table = Table(("second", "CPU s so far", "resident MB", "descriptors", "threads"), rows)
    return f"Measured for {cost.seconds:.0f} s, with {cost.attempts} attempts.\n\n{table.markdown()}"
