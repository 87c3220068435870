"""What both pages say of a takeover while everything runs (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.lab.page import Page

READY, TARGET, BLOCKED = (f"failover_takeover_{what}" for what in ("ready", "target_info", "blocked_info"))
CHECK, WHY = "failover_check_ok", "failover_check_failed_info"


@dataclass(frozen=True)
class Predicted:
    """Of one resource, on one page."""

    to: tuple[str, ...]  # nodes; none: nowhere
    reasons: tuple[str, ...] = ()
    said: bool = True  # False: the page has nothing of it

    def __str__(self) -> str:
        if not self.said:
            return "nothing said"
        return ", ".join(self.to) or f"nowhere ({', '.join(self.reasons)})"


@dataclass(frozen=True)
class Failed:
    """A check that fails."""

    check: str
    reason: str

    def __str__(self) -> str:
        return f"{self.check}: {self.reason}"


Prediction = Mapping[str, Predicted]  # by resource


@dataclass(frozen=True)
class Foretold:
    lost: str  # the node that is about to be lost
    left: str
    runs: Mapping[str, bool]  # by resource, whether the node that is about to be lost runs it
    pages: Mapping[str, Prediction]  # by balancer
    failed: Mapping[str, tuple[Failed, ...]]  # by balancer

    @property
    def barring(self) -> tuple[Failed, ...]:
        """The checks that fail on the one that is left. What fails on the other as well, which serves with
        it, as with a Galera node that neither reaches, does not keep clients from being served.
        """
        return tuple(one for one in self.failed[self.left] if one not in self.failed[self.lost])

    def serves(self, page: str) -> bool:
        """Whether clients will be served, by that page, and by the checks of the one that is left."""
        taken_over = all(one.to == (self.left,) for one in self.pages[page].values())
        return taken_over and all(self.runs.values()) and not self.barring

    def names(self, page: str, why: str) -> bool:
        """Whether that reason, or failed check, is among what is said."""
        reasons = {reason for one in self.pages[page].values() for reason in one.reasons}
        return why in reasons | {one.check for one in self.barring}

    @property
    def complete(self) -> bool:
        """Whether both pages say something of each resource that they have to."""
        return not any(self.runs[resource] and not one.said for _, resource, one in self.each())

    def each(self) -> list[tuple[str, str, Predicted]]:
        """Page, resource, and what is predicted there of it."""
        return [(page, resource, one) for page, said in self.pages.items() for resource, one in said.items()]


def predicted(page: Page, resource: str, lost: str) -> Predicted:
    labels = {"resource": resource, "lost": lost}
    ready = page.get(READY, **labels)
    to, why = page.values("to", TARGET, **labels), page.values("reason", BLOCKED, **labels)
    if ready is not None and bool(ready) != bool(to):
        to, why = [], ["the page contradicts itself"]
    return Predicted(tuple(to), tuple(why), said=ready is not None)


def failed(page: Page) -> tuple[Failed, ...]:
    """The page's checks that fail, each with its reasons."""
    names = sorted(dict(one.labels)["check"] for one, value in page.all(CHECK).items() if not value)
    return tuple(Failed(name, "; ".join(page.values("reason", WHY, check=name))) for name in names)
