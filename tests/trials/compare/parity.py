"""A peer's page and ours, series by series (pure).

What moves is compared within its movement: their page is read before and after ours, and our value must
lie between the two.
"""

import math
from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum

from deploy.lab.page import Page, Point, Series
from tests.trials.compare.documented import (
    CORRECTIONS,
    KEPT,
    NOT_IN_THE_CSV,
    NOT_READ,
    OWN_AFFAIRS,
    Difference,
)

SAME_DIGITS = 1e-9  # relative; a number that each side printed in its own way


class Verdict(Enum):
    SAME = "same"
    CORRECTED = "corrected"
    NOT_IN_THE_CSV = "not in the CSV"
    NOT_READ = "not read"
    MISSING = "missing"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Finding:
    series: Series
    verdict: Verdict
    theirs: tuple[Point, Point]  # before and after ours
    ours: Point | None
    difference: Difference | None = None  # the documented one

    @property
    def failed(self) -> bool:
        return self.verdict in (Verdict.MISSING, Verdict.DIFFERENT)

    def __str__(self) -> str:
        low, high = (f"{point.value:.17g} ({point.kind})" for point in self.theirs)
        said = low if low == high else f"{low} to {high}"
        ours = f"{self.ours.value:.17g} ({self.ours.kind})" if self.ours else "nothing"
        return f"{self.series}: theirs {said}, ours {ours}"


@dataclass(frozen=True)
class Parity:
    peer: str
    findings: tuple[Finding, ...]

    def count(self, verdict: Verdict) -> int:
        return Counter(finding.verdict for finding in self.findings)[verdict]

    @property
    def failures(self) -> list[Finding]:
        return [it for it in self.findings if it.failed]

    def again(self, later: "Parity") -> "Parity":
        """With what `later` found of each that failed: what jumps between the pages agrees at one time or
        another, each series by itself; what is wrong never does."""
        found = {finding.series: finding for finding in later.findings}
        return replace(
            self, findings=tuple(found.get(it.series, it) if it.failed else it for it in self.findings)
        )


@dataclass(frozen=True)
class Triple:
    """Their page, then ours, then theirs again."""

    before: Page
    ours: Page
    after: Page


def compare(peer: str, kind: str, triple: Triple) -> Parity:
    """Every series of this kind of peer that is on both of its pages, against ours."""
    kept = [one for one in triple.before.points if KEPT[kind].match(one.name)]
    known = [one for one in kept if not OWN_AFFAIRS.match(one.name) and one in triple.after.points]
    return Parity(peer, tuple(_judge(one, kind, triple) for one in sorted(known)))


DOCUMENTED = (
    (Verdict.CORRECTED, CORRECTIONS),
    (Verdict.NOT_IN_THE_CSV, NOT_IN_THE_CSV),
    (Verdict.NOT_READ, NOT_READ),
)


def _judge(one: Series, kind: str, triple: Triple) -> Finding:
    theirs, ours = (triple.before.points[one], triple.after.points[one]), triple.ours.points.get(one)
    if ours and agrees(theirs, ours):
        return Finding(one, Verdict.SAME, theirs, ours)
    for verdict, differences in DOCUMENTED:
        for difference in differences:
            if difference.peer == kind and difference.covers(one) and _allowed(difference, theirs, ours):
                return Finding(one, verdict, theirs, ours, difference)
    return Finding(one, Verdict.DIFFERENT if ours else Verdict.MISSING, theirs, ours)


def agrees(theirs: tuple[Point, Point], ours: Point) -> bool:
    """The same type, and a value between both of theirs."""
    return ours.kind in {point.kind for point in theirs} and _between(theirs, ours.value)


def _between(theirs: tuple[Point, Point], value: float) -> bool:
    low, high = sorted(point.value for point in theirs)
    if math.isnan(value):
        return all(math.isnan(point.value) for point in theirs)
    return low <= value <= high or any(
        math.isclose(value, point.value, rel_tol=SAME_DIGITS) for point in theirs
    )


def _allowed(difference: Difference, theirs: tuple[Point, Point], ours: Point | None) -> bool:
    """Against either of theirs, or against our own value where theirs moved over it."""
    if any(difference.allows(point, ours) for point in theirs):
        return True
    if ours is None or not _between(theirs, ours.value):
        return False
    return difference.allows(Point(ours.value, theirs[0].kind), ours)
