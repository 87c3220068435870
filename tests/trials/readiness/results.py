"""Everything that one run found, as data and as a table (pure)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from exporter import typed_yaml
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.kept import Kept
from tests.trials.common.tables import Table
from tests.trials.readiness.foretold import Foretold

HEAD = (
    "what was done",
    "then lost",
    "predicted by its page",
    "predicted by the peer's page",
    "a check that fails on the peer",
    "what happened",
    "a client's login",
    "right",
)


@dataclass(frozen=True)
class Outcome:
    foretold: Foretold
    happened: Mapping[str, str]  # by resource the node that runs it afterwards; "" for none
    login: str | None = None  # seconds until a client logged in again; None: never

    def problems(self, why: str) -> Iterator[str]:
        """`why`: the reason, or check, that has to be named; empty where there is none."""
        foretold = self.foretold
        for page, resource, said in foretold.each():
            node = self.happened[resource]
            if foretold.runs[resource] and not said.said:
                yield f"{page} said nothing of {resource}"
            elif not foretold.barring and said.to != ((node,) if node else ()):
                yield f"{page} predicted for {resource}: {said}; it ran {node or 'nowhere'}"
        for page in foretold.pages:
            if foretold.serves(page) != (self.login is not None):
                yield f"{page} predicted {_service(foretold.serves(page))}; there was {_service(self.login)}"
            if why and not foretold.names(page, why):
                yield f"{page} did not name {why}"


def _service(there: object) -> str:
    return "service" if there else "none"


@dataclass(frozen=True)
class Row:
    done: str
    why: str
    outcome: Outcome | None = None  # None: it could not be carried out
    troubles: tuple[str, ...] = ()  # of the lab
    seconds: float = 0.0  # that it took, with putting the lab back

    @property
    def problems(self) -> list[str]:
        found = self.outcome.problems(self.why) if self.outcome else ()
        return [f"{self.done}: {one}" for one in (*self.troubles, *found)]

    @property
    def right(self) -> bool:
        return self.outcome is not None and not any(self.outcome.problems(self.why))


@dataclass(frozen=True)
class Results:
    at: Circumstances
    rows: tuple[Row, ...]
    cost: float  # CPU seconds of one simulation

    @property
    def problems(self) -> list[str]:
        return [problem for row in self.rows for problem in row.problems]

    @property
    def seconds(self) -> float:
        return sum(row.seconds for row in self.rows)

    @property
    def served(self) -> int:
        """Of how many rows clients were served afterwards."""
        return sum(bool(row.outcome and row.outcome.login) for row in self.rows)

    def as_json(self) -> dict[str, object]:
        return {
            **self.at.as_json(),
            "rows": [asdict(row) for row in self.rows],
            "cost": self.cost,
            "seconds": self.seconds,
            "problems": self.problems,
        }


def keep(kept: Kept[Row], name: str, row: Row) -> None:
    """One that is not right is left for the next run."""
    if not row.problems:
        kept.add(name, row)


def read_row(raw: Mapping[str, Any]) -> Row:
    """From what asdict() made of one. Raises ValueError. JSON is YAML; an absent key has its default."""
    try:
        return typed_yaml.parse(Row, json.dumps(_without_none(raw)), "row")
    except typed_yaml.ConfigError as error:
        raise ValueError(str(error)) from None


def _without_none(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_none(one) for key, one in value.items() if one is not None}
    return [_without_none(one) for one in value] if isinstance(value, list | tuple) else value


def table(rows: Sequence[Row]) -> Table:
    return Table(HEAD, [_cells(one) for one in rows])


def _cells(row: Row) -> tuple[str, ...]:
    if row.outcome is None:
        return (row.done, *("" for _ in HEAD[1:-1]), "could not be carried out")
    foretold = row.outcome.foretold
    return (
        row.done,
        foretold.lost,
        _each(foretold.pages[foretold.lost]),
        _each(foretold.pages[foretold.left]),
        "; ".join(map(str, foretold.barring)),
        _each({resource: node or "nowhere" for resource, node in row.outcome.happened.items()}),
        f"after {row.outcome.login} s" if row.outcome.login else "none",
        "yes" if row.right else "no",
    )


def _each(found: Mapping[str, object]) -> str:
    return "; ".join(f"{resource}: {where}" for resource, where in found.items())
