"""The table, for the terminal and for docs/fault-matrix.md (pure)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from exporter.rules.rule import Severity
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.report import filled, listed, problems_listed
from tests.trials.common.tables import Table
from tests.trials.matrix.results import Notified, Outcome
from tests.trials.matrix.trial import EVERY
from tests.trials.matrix.verdict import Verdict

TEMPLATE = Path(__file__).with_name("fault-matrix.md.template")
REACHED = ("clients out, s", "notified, s after the fault", "headline", "messages", "cleared, s")
HEAD = ("", "fault", *REACHED, "", "today")
TWO = 2  # messages of a fault: it begins, it ends


@dataclass(frozen=True)
class Run:
    at: Circumstances
    clusters: Mapping[str, Sequence[Verdict]]  # by topology

    @property
    def verdicts(self) -> list[Verdict]:
        return [one for verdicts in self.clusters.values() for one in verdicts]

    @property
    def well(self) -> int:
        return sum(one.well for one in self.verdicts)

    @property
    def by_today(self) -> int:
        return sum(_reported(one.outcome) for one in self.verdicts)

    @property
    def false_pages(self) -> int:
        return sum(problem.startswith("false page") for one in self.verdicts for problem in one.problems)

    @property
    def in_two_messages(self) -> int:
        return sum(not one.outcome.error and len(one.outcome.messages) <= TWO for one in self.verdicts)

    @property
    def problems(self) -> list[str]:
        return [
            f"{topology}, {one.expected.name}: {problem}"
            for topology, verdicts in self.clusters.items()
            for one in verdicts
            for problem in one.problems
        ]

    @property
    def summary(self) -> str:
        count, to_report = len(self.verdicts), sum(_needs_alert(one) for one in self.verdicts)
        return (
            f"{self.well} of {count} as they should be, {self.false_pages} false pages, "
            f"{self.in_two_messages} in two messages at most; "
            f"today's exporters and rules report {self.by_today} of {to_report}"
        )

    def as_json(self) -> dict[str, object]:
        return {
            **self.at.as_json(),
            "summary": self.summary,
            "faults": {
                topology: [_json(one) for one in verdicts] for topology, verdicts in self.clusters.items()
            },
        }


def table(verdicts: Sequence[Verdict]) -> Table:
    return Table(HEAD, [(*row(one), _today(one.outcome)) for one in verdicts])


def document(run: Run) -> str:
    tried = list({one.expected.name: one.expected for one in run.verdicts}.values())
    return filled(
        TEMPLATE,
        run.at,
        summary=run.summary,
        every=EVERY * 1000,
        tables=by_topology(run, table),
        problems=problems_listed(run.problems),
        means=listed(f"*{one.name}*: {one.means}" for one in tried),
        argued=listed(f"*{one.name}*, {one.messages}: {one.argued}" for one in tried if one.argued),
    )


def by_topology(run: Run, made: Callable[[Sequence[Verdict]], Table]) -> str:
    """A section for each, with the table that `made` makes of its rows."""
    return "\n".join(
        f"## On {topology}\n\n{made(verdicts).markdown()}\n" for topology, verdicts in run.clusters.items()
    )


def after(one: Notified) -> str:
    return f"{one.alert} {max(one.after, 0.0):.0f}"


def row(verdict: Verdict, said: Callable[[Notified], str] = after) -> tuple[str, ...]:
    """Up to whether it is well; `said` as in reached()."""
    return (
        str(verdict.expected.number),
        verdict.expected.name,
        *reached(verdict.outcome, said),
        "well" if verdict.well else "NOT",
    )


def reached(outcome: Outcome, said: Callable[[Notified], str] = after) -> tuple[str, ...]:
    """What reached whom, in the columns of REACHED; `said` is what is told of one notification."""
    notified = sorted(outcome.notified, key=lambda one: (one.severity != Severity.CRITICAL, one.after))
    names: dict[str, str] = {}
    for one in notified:
        names.setdefault(one.alert, f"**{said(one)}**" if one.severity == Severity.CRITICAL else said(one))
    cleared = [one.cleared for one in notified if one.cleared is not None]
    return (
        ", ".join(f"{seconds:.2f}" for seconds in outcome.felt) or "none",
        ", ".join(names.values()) or "nothing",
        outcome.messages[0].headline if outcome.messages else "-",
        _counted(outcome),
        f"{max(cleared):.0f}" if cleared else "-",
    )


def _counted(outcome: Outcome) -> str:
    """How many, and where from three on what they were."""
    receivers = list(dict.fromkeys(one.receiver for one in outcome.messages))
    ways = (
        f"{receiver} {', '.join(one.what for one in outcome.messages if one.receiver == receiver)}"
        for receiver in receivers
    )
    count = len(outcome.messages)
    return str(count) if count <= TWO else f"{count}: {'; '.join(ways)}"


def _today(outcome: Outcome) -> str:
    return ", ".join([*outcome.today, *(f"({name})" for name in outcome.today_later)]) or "-"


def _reported(outcome: Outcome) -> bool:
    return bool(outcome.today or outcome.today_later)


def _needs_alert(verdict: Verdict) -> bool:
    """Whether there is anything to report."""
    return bool(verdict.expected.page or verdict.expected.warn)


def _json(verdict: Verdict) -> dict[str, object]:
    outcome = verdict.outcome
    return {
        "number": verdict.expected.number,
        "name": outcome.name,
        "topology": outcome.topology,
        "well": verdict.well,
        "problems": list(verdict.problems),
        "did": outcome.did,
        "clients_out_seconds": list(outcome.felt),
        "healed_seconds": outcome.heal,
        "two_had_the_address_seconds": round(outcome.shared, 1),
        "notified": [
            {
                "alert": one.alert,
                "severity": one.severity,
                "after_seconds": round(one.after, 1),
                "cleared_seconds": None if one.cleared is None else round(one.cleared, 1),
                "labels": dict(one.labels),
            }
            for one in outcome.notified
        ],
        "messages": [asdict(one) for one in outcome.messages],
        "today": list(outcome.today),
        "today_later": list(outcome.today_later),
    }
