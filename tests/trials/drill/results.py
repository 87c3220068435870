"""Everything that one drill found, as data and as a table (pure)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.tables import Table
from tests.trials.drill.cases import Case
from tests.trials.drill.felt import Commits, Felt
from tests.trials.drill.journal import PARTS, Event

SEEN_FROM = 0.15  # seconds: every outage in which attempts fail for so long is seen
APART = 1.0  # seconds by which phases may be more than the outage of clients outside
MARGIN = 0.25  # seconds by which a promise may be missed: a login, and a busy machine
HEAD = (
    "what was done",
    "the article, s",
    "promised at most, s",
    "clients out, s",
    "exporter, s",
    "slowest connect, s",
    "slowest broken login, s",
    "exporter, slowest",
    "cause",
    "detection + address + service + reconnect, s",
    "commits",
    "in doubt",
    "lost",
)


@dataclass(frozen=True)
class Outcome:
    case: Case
    truth: Felt
    exporter: Felt
    events: tuple[Event, ...]  # in the journal of the balancer that serves afterwards
    commits: Commits
    promised: float | None = None  # seconds; None: it could not be known, or nothing is promised of the case

    @property
    def kept_to(self) -> float:
        """What the promise is about, as clients had it."""
        return self.truth.slowest if self.case.connects else self.truth.seconds

    @property
    def causes(self) -> list[str]:
        return list(dict.fromkeys(one.cause for one in self.events))

    @property
    def phases(self) -> Event | None:
        """The event whose phases are whole: the last resource to start is the one that clients waited for."""
        return next((one for one in reversed(self.events) if one.whole), None)

    @property
    def problems(self) -> list[str]:
        expected = [self.case.cause] if self.case.cause else []
        found = []
        if self.causes != expected:
            wanted = self.case.cause or "no event"
            found.append(f"reported {', '.join(self.causes) or 'no event'} instead of {wanted}")
        if self.truth.failing >= SEEN_FROM and not self.exporter.outages:
            found.append(f"an outage of {self.truth.seconds:.3f} s was not seen")
        if self.exporter.outages and not self.truth.outages:
            found.append(f"an outage of {self.exporter.seconds:.3f} s was invented")
        if self.phases and self.phases.seconds["total"] > self.truth.seconds + APART:
            found.append(f"its phases, of {self.phases.seconds['total']:.3f} s, are those of another outage")
        if self.promised is None:
            if self.case.promised:
                found.append(f"nothing was promised of {self.case.promised}")
        elif self.kept_to > self.promised + MARGIN:
            found.append(f"took {self.kept_to:.3f} s, promised were {self.promised:.3f} s at most")
        if not self.commits.acknowledged:
            found.append("no commit was acknowledged")
        if self.commits.lost:
            found.append(f"{self.commits.lost} acknowledged commits are lost")
        return [f"{self.case.name}: {one}" for one in found]


@dataclass(frozen=True)
class Results:
    at: Circumstances
    host: str  # the vantage point
    outcomes: tuple[Outcome, ...]

    @property
    def problems(self) -> list[str]:
        return [problem for outcome in self.outcomes for problem in outcome.problems]

    def as_json(self) -> dict[str, object]:
        outcomes = [{**asdict(one), "causes": one.causes} for one in self.outcomes]
        return {**self.at.as_json(), "host": self.host, "outcomes": outcomes, "problems": self.problems}


def table(outcomes: Sequence[Outcome]) -> Table:
    return Table(HEAD, [_row(one) for one in outcomes])


def _row(one: Outcome) -> tuple[str, ...]:
    return (
        one.case.name,
        one.case.article,
        _promised(one),
        _seconds(one.truth),
        _seconds(one.exporter),
        f"{one.truth.slowest:.3f}",
        f"{one.truth.broken:.3f}" if one.truth.broken else "-",
        f"≤ {one.exporter.slowest:g}",
        ", ".join(one.causes) or "-",
        " + ".join(f"{one.phases.seconds.get(part, 0.0):.2f}" for part in PARTS) if one.phases else "-",
        str(one.commits.acknowledged),
        str(one.commits.in_doubt),
        str(one.commits.lost),
    )


def _promised(one: Outcome) -> str:
    """Of one connection or of the outage."""
    if one.promised is None:
        return "not known" if one.case.promised else "-"
    return f"{one.promised:.2f}" + (", one connect" if one.case.connects else "")


def _seconds(felt: Felt) -> str:
    if not felt.outages:
        return "none"
    return f"{felt.seconds:.3f}" + (f" in {felt.outages} outages" if felt.outages > 1 else "")
