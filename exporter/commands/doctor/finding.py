"""What a check says: how bad it is, what was seen, what to do (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """The worst first."""

    ERROR = "error"  # it would not fail over, or the monitoring does not do its work
    WARNING = "warning"  # it works, and will bite
    UNKNOWN = "unknown"  # could not be looked at
    INFO = "info"  # worth knowing
    OK = "ok"


@dataclass(frozen=True)
class Finding:
    severity: Severity
    text: str  # one or two sentences
    remedy: Sequence[str] = ()  # commands to copy, one a line
    docs: str = ""  # below docs/, as in "runbooks/FailoverNotReady.md"


def error(text: str, *remedy: str, docs: str = "") -> Finding:
    return Finding(Severity.ERROR, text, remedy, docs)


def warning(text: str, *remedy: str, docs: str = "") -> Finding:
    return Finding(Severity.WARNING, text, remedy, docs)


def unknown(text: str, *remedy: str, docs: str = "") -> Finding:
    return Finding(Severity.UNKNOWN, text, remedy, docs)


def info(text: str, *remedy: str, docs: str = "") -> Finding:
    return Finding(Severity.INFO, text, remedy, docs)


def ok(text: str) -> Finding:
    return Finding(Severity.OK, text)


@dataclass(frozen=True)
class Examined:
    """A finding, and which check of which area made it."""

    check: str
    area: str
    finding: Finding


def worst_first(checked: Iterable[Examined]) -> tuple[Examined, ...]:
    """Within a severity in the order of the checks."""
    order = list(Severity)
    return tuple(sorted(checked, key=lambda one: order.index(one.finding.severity)))
