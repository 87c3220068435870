"""Whether exactly the clusters that fail were told, with the right alerts, in time (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporter.rules.rule import Severity

FIRING = "firing"


@dataclass(frozen=True)
class Notice:
    """One alert, when it first arrived."""

    cluster: str
    alert: str
    severity: str
    at: float  # seconds since 1970


@dataclass(frozen=True)
class Failing:
    cluster: str
    fault: str
    page: tuple[str, ...]
    warn: tuple[str, ...]
    shown: float  # when its pages show it, seconds since 1970


@dataclass(frozen=True)
class Told:
    """What arrived of one failing cluster."""

    cluster: str
    fault: str
    alerts: Mapping[str, float]  # seconds from the page that shows it to the message
    whole: bool  # all that must be told was
    problems: tuple[str, ...]


def judge(
    failing: Sequence[Failing], notices: Iterable[Notice], begun: float, promised: Mapping[str, float]
) -> tuple[list[Told], list[str]]:
    """Each failing cluster, and what was told of others or before the faults, which were made at `begun`.

    `promised` is in seconds, by alert.
    """
    first: dict[tuple[str, str], Notice] = {}
    for one in sorted(notices, key=lambda notice: notice.at):
        first.setdefault((one.cluster, one.alert), one)
    told = [
        _told(one, [it for it in first.values() if it.cluster == one.cluster], promised) for one in failing
    ]
    names = {one.cluster for one in failing}
    false = [one for one in first.values() if one.cluster not in names or one.at < begun]
    return told, [f"false: {one.alert} of {one.cluster or 'no cluster'}" for one in false]


def _told(failing: Failing, notices: Sequence[Notice], promised: Mapping[str, float]) -> Told:
    after = {one.alert: one.at - failing.shown for one in notices}
    pages = [one.alert for one in notices if one.severity == Severity.CRITICAL]
    whole = after.keys() >= {*failing.page, *failing.warn}
    return Told(
        failing.cluster, failing.fault, after, whole, tuple(_problems(failing, after, pages, promised))
    )


def _problems(
    failing: Failing, after: Mapping[str, float], pages: Iterable[str], promised: Mapping[str, float]
) -> Iterator[str]:
    where = f"{failing.cluster} ({failing.fault})"
    for name in (*failing.page, *failing.warn):
        if name not in after:
            yield f"{where}: {name} is missing"
        elif after[name] > promised[name]:
            yield f"{where}: {name} after {after[name]:.0f} s, promised within {promised[name]:.0f} s"
    for name in pages:
        if name not in failing.page:
            yield f"{where}: false page {name}"
