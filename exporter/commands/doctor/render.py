"""The findings for a person, the worst first, and as one JSON object (pure)."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from exporter.commands.doctor import render_times
from exporter.commands.doctor.finding import Examined, Severity
from exporter.commands.printable import printable
from exporter.watchers.readiness.expected.explanation import Explanation
from exporter.web.status.wording import count, listed

_WORDS = {
    Severity.ERROR: "WRONG",
    Severity.WARNING: "WARNING",
    Severity.UNKNOWN: "NOT SEEN",
    Severity.INFO: "TO KNOW",
    Severity.OK: "fine",
}
_COLOURS = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.UNKNOWN: "magenta",
    Severity.INFO: "blue",
    Severity.OK: "green",
}
_WIDTH = 9  # of the word before a finding
_BELOW = " " * _WIDTH


@dataclass(frozen=True)
class Report:
    host: str
    version: str
    at: float  # seconds since 1970
    user: str  # who asked
    docs: str  # where the documents are: a URL without a slash at its end
    checked: Sequence[Examined]  # the worst first
    times: Sequence[Explanation] = ()

    @property
    def worst(self) -> Severity:
        return self.checked[0].finding.severity if self.checked else Severity.OK


def as_json(report: Report) -> str:
    """Documented in docs/doctor.md; keys may be added."""
    found = {
        "host": report.host,
        "version": report.version,
        "at": report.at,
        "user": report.user,
        "worst": str(report.worst),
        "counts": {str(severity): _counts(report)[severity] for severity in Severity},
        "findings": [_object(report, one) for one in report.checked],
        "times": [render_times.as_object(one) for one in report.times],
    }
    return json.dumps(found, indent=2) + "\n"


def _object(report: Report, one: Examined) -> dict[str, object]:
    return {
        "check": one.check,
        "area": one.area,
        "severity": str(one.finding.severity),
        "text": one.finding.text,
        "remedy": list(one.finding.remedy),
        "docs": _link(report, one.finding.docs),
    }


def _link(report: Report, page: str) -> str:
    if page.startswith("../"):
        return f"{report.docs.rpartition('/')[0]}/{page.removeprefix('../')}"
    return f"{report.docs}/{page}" if page else ""


def _counts(report: Report) -> Counter[Severity]:
    return Counter(one.finding.severity for one in report.checked)


def as_text(report: Report) -> RenderableType:
    """What is wrong stands above what is fine, each command on a line of its own, to be copied."""
    bad = [one for one in report.checked if one.finding.severity is not Severity.OK]
    fine = [one for one in report.checked if one.finding.severity is Severity.OK]
    parts = [Text(_headline(report), _COLOURS[report.worst])]
    return Group(
        *parts, *(line for one in bad for line in _shown(report, one)), *_fine(fine), *_times(report)
    )


def _headline(report: Report) -> str:
    counts = _counts(report)
    said = [
        text
        for severity, text in (
            (Severity.ERROR, f"{count(counts[Severity.ERROR], 'thing')} wrong"),
            (Severity.WARNING, count(counts[Severity.WARNING], "warning")),
            (Severity.UNKNOWN, f"{count(counts[Severity.UNKNOWN], 'thing')} not seen"),
        )
        if counts[severity]
    ]
    return f"{printable(report.host)}: {listed(said) if said else 'nothing wrong'}"


def _shown(report: Report, one: Examined) -> Iterator[RenderableType]:
    finding = one.finding
    row = Table.grid(padding=0)
    row.add_column(width=_WIDTH, no_wrap=True)
    row.add_column(overflow="fold")
    word = Text(_WORDS[finding.severity], _COLOURS[finding.severity])
    row.add_row(word, Text(printable(finding.text)))
    yield Padding(row, (1, 0, 0, 0))
    for line in finding.remedy:
        yield _unbroken(_command(line), "bold")
    if finding.docs:
        yield _unbroken(f"{_BELOW}{_link(report, finding.docs)}", "dim")


def _command(text: str) -> str:
    """One of several lines holds the text of a file, which the shell reads to its end: not set in."""
    lines = [*map(printable, text.split("\n"))]
    return "\n".join(lines) if len(lines) > 1 else f"{_BELOW}{lines[0]}"


def _unbroken(line: str, style: str) -> Text:
    """A command that is broken in two can't be copied: the terminal wraps it, where it has to."""
    return Text(line, style, no_wrap=True, overflow="ignore")


def _fine(checked: Iterable[Examined]) -> Iterator[RenderableType]:
    rows = list(checked)
    if not rows:
        return
    table = Table.grid(padding=0)
    table.add_column(width=_WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    for one in rows:
        table.add_row(Text(_WORDS[Severity.OK], _COLOURS[Severity.OK]), Text(printable(one.finding.text)))
    yield Padding(table, (1, 0, 0, 0))


def _times(report: Report) -> Iterator[RenderableType]:
    if report.times:
        yield Text(f"\nHow long it would take, at most: {_link(report, 'expected-seconds.md')}")
        yield from render_times.as_text(report.times)
