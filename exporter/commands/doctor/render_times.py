"""How long a failover would take: each phase, what sets it, what a change would bring, its price (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from exporter.commands.printable import printable
from exporter.watchers.readiness.expected import formulas
from exporter.watchers.readiness.expected.explanation import Change, Explanation
from exporter.web.status.wording import duration

_FAULTS = {
    formulas.NODE_LOST: "A node is lost",
    formulas.HAPROXY_CRASH: "HAProxy crashes",
    formulas.SERVER_GONE: "A server is gone",
    formulas.MOVE: "A move by hand",
}
_PHASE, _SECONDS = 9, 9  # columns


def as_object(one: Explanation) -> dict[str, object]:
    return asdict(one)


def as_text(times: Sequence[Explanation]) -> Iterator[RenderableType]:
    """By fault its total, then each phase that takes time or can't be known, and below it the changes."""
    for fault, grouped in groupby(times, lambda one: one.fault):
        phases = [*grouped]
        total = next((one.seconds for one in phases if one.phase == formulas.TOTAL), None)
        yield Text(f"\n{_FAULTS.get(fault, fault)}: {_said(total)}", "bold")
        yield _phases(one for one in phases if one.phase != formulas.TOTAL and one.seconds != 0)


def _phases(told: Iterable[Explanation]) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=_PHASE, no_wrap=True)
    table.add_column(width=_SECONDS, no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for one in told:
        table.add_row(one.phase, _said(one.seconds), Text(printable(one.set_by)))
        for change in one.changes:
            table.add_row("", "", Text(printable(_sentence(change))))
    return table


def _said(seconds: float | None) -> str:
    return "not known" if seconds is None else duration(seconds)


def _sentence(change: Change) -> str:
    return f"{duration(change.seconds)} less with {change.what}. Price: {change.price}"
