"""The table of docs/expected-seconds.md (pure but for reading that file)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.report import measured, not_run
from tests.trials.common.tables import Row, Table
from tests.trials.keepalived.promised.cases import BY_NAME
from tests.trials.keepalived.promised.runs import Outcome

HEAD = ("", "promised, s", "waited, s", "")
COMMAND = "python -m tests.trials.keepalived.promised"
PART = re.compile(rf"(?<=<!-- promised: made by `{COMMAND}` -->\n).*?(?=<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Run:
    at: Circumstances
    outcomes: Sequence[Outcome]

    @property
    def broken(self) -> list[str]:
        """The cases that took longer than promised."""
        return [one.case for one in self.outcomes if any(each.waited > each.promised for each in one.rounds)]

    def table(self) -> Table:
        return Table(HEAD, [self._row(one) for one in self.outcomes])

    def _row(self, one: Outcome) -> Row:
        return (
            BY_NAME[one.case].means,
            _range([each.promised for each in one.rounds], 1),
            _range([each.waited for each in one.rounds], 2),
            "**longer**" if one.case in self.broken else "kept",
        )


def _range(values: Sequence[float], digits: int) -> str:
    least, most = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return least if least == most else f"{least} to {most}"


def document(path: Path, run: Run) -> str:
    """The file with the run in its place."""
    rounds = max(len(one.rounds) for one in run.outcomes)
    often = {1: "Once", 2: "Twice"}.get(rounds, f"{rounds} times")
    missing = not_run(BY_NAME, {one.case for one in run.outcomes})
    text = f"\n{often} each, measured {measured(run.at)}{missing}\n\n{run.table().markdown()}\n"
    return PART.sub(lambda _: text, path.read_text())
