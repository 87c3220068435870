"""What clients had while a case lasted: by the ground truth's log, and by an exporter's page (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab.page import Page
from tests.trials.common.truth import Attempt, outages

BUCKETS = "vip_probe_duration_seconds_bucket"


@dataclass(frozen=True)
class Felt:
    outages: int
    seconds: float  # of all of them
    slowest: float  # seconds until the slowest success; by a page, the bound of its histogram's bucket
    broken: float = 0.0  # seconds until the slowest failure; 0 without one, and not known by a page
    failing: float = 0.0  # seconds of them in which attempts failed; not known by a page


@dataclass(frozen=True)
class Commits:
    attempts: int
    acknowledged: int
    in_doubt: int
    lost: int


def truth(attempts: Sequence[Attempt], start: float, end: float) -> Felt:
    """Of the attempts launched between `start` and `end`, in monotonic seconds."""
    spans = [span for span in outages(attempts) if start <= span.start < end]
    took = [one.end - one.launch for one in attempts if start <= one.launch < end and not one.failed]
    broke = [one.end - one.launch for one in attempts if start <= one.launch < end and one.failed]
    return Felt(
        len(spans),
        sum(span.duration for span in spans),
        slowest=max(took, default=0.0),
        broken=max(broke, default=0.0),
        failing=sum(span.failing for span in spans),
    )


def measured(before: Page, after: Page, vip: str) -> Felt:
    return Felt(
        int(_more(before, after, "vip_outages_total", vip)),
        _more(before, after, "vip_outage_seconds_total", vip),
        slowest(before, after, vip),
    )


def slowest(before: Page, after: Page, vip: str) -> float:
    """No attempt that ended between the two pages took longer than this."""
    old = before.all(BUCKETS, vip=vip, phase="total")
    counts = {
        float(dict(series.labels)["le"]): value - old.get(series, 0)
        for series, value in after.all(BUCKETS, vip=vip, phase="total").items()
    }
    every = max(counts.values(), default=0)
    return min((bound for bound, count in counts.items() if count == every), default=0.0)


def commits(before: Page, after: Page, vip: str) -> Commits:
    def more(what: str) -> int:
        return int(_more(before, after, f"vip_{what}_total", vip))

    return Commits(
        more("commit_attempts"),
        more("commits_acknowledged"),
        more("commits_in_doubt"),
        more("commits_lost"),
    )


def _more(before: Page, after: Page, name: str, vip: str) -> float:
    return after.need(name, vip=vip) - before.need(name, vip=vip)
