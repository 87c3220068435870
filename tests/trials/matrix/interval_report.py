"""The table at a longer scrape interval, beside what alerts/README.md promises for it (pure)."""

from collections.abc import Sequence
from pathlib import Path

from exporter.rules.rule import Severity
from tests.trials.common.report import filled, problems_listed
from tests.trials.common.tables import Table
from tests.trials.matrix.intervals import promised
from tests.trials.matrix.report import REACHED, Run, after, by_topology, row
from tests.trials.matrix.results import Notified
from tests.trials.matrix.verdict import Verdict

INTERVAL = 15  # seconds, of the document
TEMPLATE = Path(__file__).with_name(f"fault-matrix-{INTERVAL}s.md.template")
HEAD = ("", "fault", REACHED[0], "notified, s of promised", *REACHED[2:], "")


def table(verdicts: Sequence[Verdict]) -> Table:
    return Table(HEAD, [row(one, _of_promised) for one in verdicts])


def document(run: Run) -> str:
    return filled(
        TEMPLATE,
        run.at,
        well=f"{run.well} of {len(run.verdicts)}",
        false_pages=run.false_pages,
        in_two=run.in_two_messages,
        pages=_in_time(run, Severity.CRITICAL),
        tickets=_in_time(run, Severity.WARNING),
        problems=problems_listed(run.problems),
        tables=by_topology(run, table),
    )


def _in_time(run: Run, severity: Severity) -> str:
    """Of the first of each fault: those after it may come as an update of its message."""
    told = [
        min(same, key=lambda one: one.after)
        for verdict in run.verdicts
        if (same := [one for one in verdict.outcome.notified if one.severity == severity])
    ]
    return f"{sum(one.after <= promised(one.alert, INTERVAL) for one in told)} of {len(told)}"


def _of_promised(one: Notified) -> str:
    return f"{after(one)} of {promised(one.alert, INTERVAL)}"
