"""Everything that one run found, as data."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.trials.accuracy.cost import Cost
from tests.trials.accuracy.pressure import Pressure
from tests.trials.accuracy.verdict import Row, Target, targets
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.tables import Table


@dataclass(frozen=True)
class Truth:
    attempts: int
    failed: int
    longest_gap: float  # seconds between two launches


@dataclass(frozen=True)
class Results:
    at: Circumstances
    host: str  # the vantage point
    busy: float  # the share of the machine's CPU that was in use before the first trial
    fewest: int  # outages that a verdict needs
    rows: tuple[Row, ...]
    unread: int  # outages that the page counted and that ended between two readings: not in the table
    late: int
    truth: Truth
    cost: Cost | None
    pressure: Pressure | None

    @property
    def targets(self) -> list[Target]:
        cost = self.cost.targets if self.cost else []
        pressure = self.pressure.targets if self.pressure else []
        return [*targets(self.rows, self.fewest), *cost, *pressure]

    @property
    def met(self) -> bool:
        return all(target.met for target in self.targets)

    def as_json(self) -> dict[str, object]:
        plain = asdict(self)
        del plain["at"]
        return {
            **self.at.as_json(),
            **plain,
            "rows": [{**asdict(row), "error": row.error} for row in self.rows],
            "targets": [asdict(target) for target in self.targets],
            "met": self.met,
        }


def outages_table(rows: Sequence[Row]) -> Table:
    """One row an outage."""
    return Table(("what was done", "clients, s", "exporter, s", "difference, s"), [_row(row) for row in rows])


def _row(row: Row) -> tuple[str, ...]:
    truth = f"{row.truth.duration:.3f}" if row.truth else "none: invented"
    page = f"{row.page.duration:.3f}" if row.page else "not seen"
    error = f"{row.error:+.3f}" if row.error is not None else ""
    return row.trial, truth, page, error


def targets_table(found: Sequence[Target]) -> Table:
    rows = [(one.what, one.wanted, one.measured, "met" if one.met else "missed") for one in found]
    return Table(("target", "wanted", "measured", ""), rows)


def same(topology: str | None, release: str | None, cost: float | None, *, short: bool) -> str:
    """What to type for the same, without a cost for the outages only; where the lab's records lie makes no
    difference."""
    chosen = {"--topology": topology, "--release": release}
    options = [word for name, value in chosen.items() if value for word in (name, value)]
    options += ["--short"] if short else []
    options += ["--outages-only"] if cost is None else ["--cost", f"{cost:g}"]
    return shlex.join(["python", "-m", "tests.trials.accuracy", *options])
