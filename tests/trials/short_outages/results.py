"""Everything that one run found, as data."""

from dataclasses import asdict, dataclass

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.tables import Table
from tests.trials.short_outages.verdict import Row


@dataclass(frozen=True)
class Idle:
    probe: str
    rate: float  # attempts a second
    cpu: float  # of one core


@dataclass(frozen=True)
class Results:
    at: Circumstances
    busy: float  # the share of the machine's CPU that was in use before
    rows: tuple[Row, ...]
    not_judged: int  # outages that were made while the clients were not on time
    late: int  # attempts of the three probes
    late_of_many: int
    idle: tuple[Idle, ...]

    @property
    def none_invented(self) -> bool:
        return not any(row.more for row in self.rows)

    @property
    def idle_table(self) -> Table:
        rows = [(one.probe, f"{one.rate:.1f}", f"{one.cpu:.2%}") for one in self.idle]
        return Table(("probe", "attempts a second", "of one core"), rows)

    def as_json(self) -> dict[str, object]:
        plain = asdict(self)
        del plain["at"]
        return {**self.at.as_json(), **plain, "none_invented": self.none_invented}
