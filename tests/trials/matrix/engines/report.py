"""The tables, for the terminal and for docs/engines.md (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.rules.rule import Severity
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.report import filled, problems_listed
from tests.trials.common.tables import Table
from tests.trials.matrix.engines.answers import MOMENTS, Answers
from tests.trials.matrix.engines.replicas import CASES, Told
from tests.trials.matrix.engines.runs import DOZEN
from tests.trials.matrix.engines.stacks import USUALLY, Beside
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.results import Notified
from tests.trials.matrix.verdict import Verdict, first, tickets

TEMPLATE = Path(__file__).parent.with_name("engines.md.template")

ByEngine = Mapping[Beside, Verdict]


@dataclass(frozen=True)
class Run:
    at: Circumstances
    versions: Mapping[str, str]  # of each engine, in words
    faults: Mapping[str, ByEngine]
    pair: Sequence[Told]
    answers: Sequence[Answers]

    @property
    def whole(self) -> bool:
        """Whether each part was run."""
        return (
            len(self.faults) == len(DOZEN)
            and len(self.pair) == len(CASES)
            and len(self.answers) == len(MOMENTS)
        )

    @property
    def problems(self) -> list[str]:
        return [*self._of_faults(), *self._of_pair(), *self._of_answers()]

    def _of_faults(self) -> Iterator[str]:
        """What all have in common is said once: it is of the fault, not of an engine."""
        for fault, verdicts in self.faults.items():
            for problem in dict.fromkeys(problem for one in verdicts.values() for problem in one.problems):
                by = [one for one, verdict in verdicts.items() if problem in verdict.problems]
                names = "each" if len(by) == len(verdicts) else "; ".join(map(self.title, by))
                yield f"{fault}, {names}: {problem}"
            yield from (f"{fault}: {difference}" for difference in self._differences(verdicts))

    def _differences(self, verdicts: ByEngine) -> Iterator[str]:
        usual = pages(verdicts[USUALLY]) if USUALLY in verdicts else None
        for one, verdict in verdicts.items():
            if usual is not None and not verdict.outcome.error and pages(verdict) != usual:
                here = f"{self.title(USUALLY)} {_names(usual)}"
                yield f"{self.title(one)} pages {_names(pages(verdict))}, {here}"

    def _of_pair(self) -> Iterator[str]:
        yield from (f"pair, {one.name}: {one.error or _messages(one)}" for one in self.pair if not one.well)

    def _of_answers(self) -> Iterator[str]:
        for one in self.answers:
            yield from (f"dashboards, {one.moment}, refused: {what}" for what in one.refused)
            yield from (f"dashboards, {one.moment}, empty: {what}" for what in one.empty)
            yield from (
                f"dashboards, {one.moment}, data where Prometheus has none: {what}" for what in one.more
            )
            yield from (f"dashboards, {one.moment}, other series: {what}" for what in one.otherwise)

    @property
    def summary(self) -> str:
        every = [verdict for verdicts in self.faults.values() for verdict in verdicts.values()]
        false = sum(problem.startswith("false page") for one in every for problem in one.problems)
        well = f"{sum(one.well for one in every)} of {len(every)}"
        once = f"{sum(one.well for one in self.pair)} of {len(self.pair)}"
        return (
            f"{len(self.faults)} faults were told as they should be in {well} tellings, with {false} false "
            f"pages; a pair told nothing twice in {once} cases"
        )

    def title(self, one: Beside) -> str:
        return f"{self.versions[one.engine]}, {one.interval} s"

    def as_json(self) -> dict[str, object]:
        return {
            **self.at.as_json(),
            "summary": self.summary,
            "problems": self.problems,
            "faults": {
                fault: {self.title(one): _told(verdict) for one, verdict in verdicts.items()}
                for fault, verdicts in self.faults.items()
            },
        }


def pages(verdict: Verdict) -> frozenset[str]:
    """The alerts that reached the pager."""
    return frozenset(one.alert for one in verdict.outcome.notified if one.severity == Severity.CRITICAL)


def faults_table(run: Run) -> Table:
    engines = list(dict.fromkeys(one for verdicts in run.faults.values() for one in verdicts))
    rows = [
        (fault, _tells(next(iter(verdicts.values())).expected), *(_told(verdicts[one]) for one in engines))
        for fault, verdicts in run.faults.items()
    ]
    return Table(("fault", "is told by", *(run.title(one) for one in engines)), rows)


def pair_table(run: Run) -> Table:
    rows = [
        (one.name, "-" if one.after is None else f"{one.after:.0f}", str(one.opened), str(one.closed))
        for one in run.pair
    ]
    return Table(("killed", "page after, s", "messages that it began", "messages that it is over"), rows)


def answers_table(run: Run) -> Table:
    rows = [
        (
            one.moment,
            *(str(number) for number in (one.asked, len(one.refused), len(one.empty), len(one.more))),
            str(len(one.otherwise)),
        )
        for one in run.answers
    ]
    return Table(("moment", "queries", "refused", "empty", "more than Prometheus has", "other series"), rows)


def document(run: Run) -> str:
    return filled(
        TEMPLATE,
        run.at,
        summary=run.summary,
        faults=faults_table(run).markdown(),
        pair=pair_table(run).markdown(),
        answers=answers_table(run).markdown(),
        problems=problems_listed(run.problems),
    )


def _tells(expected: Expectation) -> str:
    if expected.page:
        return f"**{', '.join(expected.page)}**"
    return ", ".join(expected.warn) or ("not required" if expected.allowed else "nothing")


def _told(verdict: Verdict) -> str:
    """Seconds to the last of what must be notified; where that is nothing, what came first."""
    expected, outcome = verdict.expected, verdict.outcome
    if outcome.error:
        return "could not be tried"
    notified = outcome.notified
    severity, entries = (
        (Severity.CRITICAL, expected.page)
        if expected.page
        else (Severity.WARNING, tickets(expected, notified))
    )
    found = [first(notified, entry, severity) for entry in entries]
    times = [max(one.after, 0.0) for one in found if one]
    text = "not told" if len(times) < len(entries) else f"{max(times):.0f}" if times else _came(notified)
    return text if verdict.well else f"{text} (!)"


def _came(notified: Sequence[Notified]) -> str:
    if not notified:
        return "nothing"
    earliest = min(notified, key=lambda one: one.after)
    name = f"**{earliest.alert}**" if earliest.severity == Severity.CRITICAL else earliest.alert
    return f"{name} {max(earliest.after, 0.0):.0f}"


def _names(alerts: frozenset[str]) -> str:
    return ", ".join(sorted(alerts)) or "nothing"


def _messages(one: Told) -> str:
    about = ", ".join(one.alerts)
    return f"{one.opened} messages that it began, after {one.after} s, {one.closed} that it is over ({about})"
