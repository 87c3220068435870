"""Everything that one run found, as data and as a table (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from deploy.lab.page import Page
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.tables import Table

HEAD = (
    "what was done",
    "then lost",
    "predicted by its page",
    "predicted by the peer's page",
    "what happened",
    "a client's login",
    "right",
)
READY, TARGET, BLOCKED = (f"failover_takeover_{what}" for what in ("ready", "target_info", "blocked_info"))


@dataclass(frozen=True)
class Predicted:
    """Of one resource, on one page."""

    to: tuple[str, ...]  # nodes; none: nowhere
    reasons: tuple[str, ...] = ()
    said: bool = True  # False: the page has nothing of it

    def __str__(self) -> str:
        if not self.said:
            return "nothing said"
        return ", ".join(self.to) or f"nowhere ({', '.join(self.reasons)})"


Prediction = Mapping[str, Predicted]  # by resource


@dataclass(frozen=True)
class Outcome:
    done: str
    lost: str  # the node
    pages: Mapping[str, Prediction]  # by balancer
    happened: Mapping[str, str]  # by resource the node that runs it afterwards; "" for none
    login: str | None  # seconds until a client logged in again; None: never

    @property
    def problems(self) -> list[str]:
        return [
            f"{self.done}: {page} predicted for {resource}: {predicted[resource]}; it ran {node or 'nowhere'}"
            for page, predicted in self.pages.items()
            for resource, node in self.happened.items()
            if not predicted[resource].said or predicted[resource].to != ((node,) if node else ())
        ]


@dataclass(frozen=True)
class Results:
    at: Circumstances
    outcomes: tuple[Outcome, ...]
    cost: float  # CPU seconds of one simulation

    @property
    def problems(self) -> list[str]:
        return [problem for outcome in self.outcomes for problem in outcome.problems]

    def as_json(self) -> dict[str, object]:
        outcomes = [asdict(outcome) for outcome in self.outcomes]
        return {**self.at.as_json(), "outcomes": outcomes, "cost": self.cost, "problems": self.problems}


def predicted(page: Page, resource: str, lost: str) -> Predicted:
    labels = {"resource": resource, "lost": lost}
    ready = page.get(READY, **labels)
    to, why = page.values("to", TARGET, **labels), page.values("reason", BLOCKED, **labels)
    if ready is not None and bool(ready) != bool(to):
        to, why = [], ["the page contradicts itself"]
    return Predicted(tuple(to), tuple(why), said=ready is not None)


def table(outcomes: Sequence[Outcome]) -> Table:
    return Table(HEAD, [_row(one) for one in outcomes])


def _row(one: Outcome) -> tuple[str, ...]:
    own = one.pages[one.lost]
    peer = next(page for name, page in one.pages.items() if name != one.lost)
    return (
        one.done,
        one.lost,
        _each(own),
        _each(peer),
        _each({resource: node or "nowhere" for resource, node in one.happened.items()}),
        f"after {one.login} s" if one.login else "none",
        "no" if one.problems else "yes",
    )


def _each(found: Mapping[str, object]) -> str:
    return "; ".join(f"{resource}: {where}" for resource, where in found.items())
