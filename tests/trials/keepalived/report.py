"""The table of docs/keepalived.md (pure but for reading that file)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.rules.rule import Severity
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.report import measured, not_run
from tests.trials.common.tables import Row, Table
from tests.trials.keepalived.cases import BY_NAME
from tests.trials.keepalived.verdict import Outcome, problems

HEAD = (
    "fault",
    "clients out, s",
    "when healed, s",
    "told by the one that had it",
    "told by the other",
    "alerts, s after",
    "",
)
PART = re.compile(r"(?<=<!-- faults: made by `make keepalived` -->\n).*?(?=<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Run:
    at: Circumstances
    outcomes: Sequence[Outcome]

    @property
    def problems(self) -> dict[str, list[str]]:
        found = {one.fault: problems(BY_NAME[one.fault], one) for one in self.outcomes}
        return {fault: said for fault, said in found.items() if said}

    @property
    def summary(self) -> str:
        return f"{len(self.outcomes) - len(self.problems)} of {len(self.outcomes)} as expected"

    def table(self) -> Table:
        return Table(HEAD, [self._row(one) for one in self.outcomes])

    def _row(self, one: Outcome) -> Row:
        wrong = self.problems.get(one.fault, [])
        return (
            f"`{one.fault}`: {BY_NAME[one.fault].means}",
            f"{one.out:.2f}" if one.out else "none",
            f"{one.after:.2f}" if one.after else "none",
            *(_told(one, by) for by in ("holder", "peer")),
            _alerts(one),
            f"**{'; '.join(wrong)}**" if wrong else "well",
        )


def _told(one: Outcome, by: str) -> str:
    def shown(kind: str, target: str, cause: str) -> str:
        return f"{'restart' if kind == 'restart' else f'to the {target}'}: {cause}"

    return ", ".join(shown(it.kind, it.target, it.cause) for it in one.told if it.by == by) or "-"


def _alerts(one: Outcome) -> str:
    def shown(name: str, cause: str, after: float) -> str:
        return f"{name}{f' ({cause})' if cause else ''} {after:.0f}"

    texts = [(it.severity == Severity.CRITICAL, shown(it.alert, it.cause, it.after)) for it in one.fired]
    return ", ".join(f"**{text}**" if page else text for page, text in sorted(texts, reverse=True)) or "none"


def document(path: Path, run: Run) -> str:
    """The file with the run in its place."""
    missing = not_run(BY_NAME, {one.fault for one in run.outcomes})
    text = f"\n{run.summary}. Measured {measured(run.at)}{missing}\n\n{run.table().markdown()}\n"
    return PART.sub(lambda _: text, path.read_text())
