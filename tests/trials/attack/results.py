"""What came of each attack (pure)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.trials.common.tables import Table

HEAD = ("attack", "what must hold", "measured", "")


@dataclass(frozen=True)
class Outcome:
    """Of one attack."""

    area: str
    attack: str
    promise: str  # what must hold
    measured: str
    good: bool


@dataclass(frozen=True)
class Results:
    outcomes: Sequence[Outcome]

    @property
    def well(self) -> bool:
        return all(one.good for one in self.outcomes)

    def table(self) -> Table:
        return Table(
            HEAD,
            [
                (
                    f"{one.area}: {one.attack}",
                    one.promise,
                    one.measured,
                    "good" if one.good else "**NOT GOOD**",
                )
                for one in self.outcomes
            ],
        )

    def as_json(self) -> dict[str, object]:
        return {"well": self.well, "outcomes": [asdict(one) for one in self.outcomes]}
