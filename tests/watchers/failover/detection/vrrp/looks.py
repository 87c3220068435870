"""A host under Keepalived for tests: what its looks would show, one after the other."""

from dataclasses import replace
from typing import Any

from exporter.watchers.failover.detection.detector import Detected
from exporter.watchers.failover.detection.vrrp.detector import VrrpDetector
from exporter.watchers.failover.detection.vrrp.snapshot import BACKUP, MASTER, Shown, VrrpSnapshot
from exporter.watchers.failover.events import Event, Held, Moment

A, B, VIP, NAME = "proxy-a", "proxy-b", "10.4.0.100", "entrance"
BEGIN = 1_795_946_000.0  # seconds since 1970 when the monotonic clock says 0

AT_A = Shown(
    state=MASTER,
    priority=150,
    base_priority=150,
    since=BEGIN - 100,
    interval=1.0,
    received=0,
    goodbyes=0,
    addresses=frozenset({VIP}),
    bound=True,
    others=0,
    link=True,
    peers=(B,),
)
AT_B = replace(
    AT_A,
    state=BACKUP,
    priority=100,
    base_priority=100,
    bound=False,
    others=1,
    peers=(A,),
    master=A,
    received=100,
)


class Host:
    """`look(at, …)` is one look, with what is different from then on; counters of advertisements too."""

    def __init__(self, here: str, shown: Shown, kept: dict[str, Held] | None = None):
        self.here = here
        self.shown = shown
        self.detector = VrrpDetector(kept or {}, here)
        self.parent: int | None = 10
        self.children: tuple[tuple[int, float], ...] = ((11, BEGIN),)
        self.bad: frozenset[str] = frozenset()
        self.events: list[Event] = []

    def look(self, at: float, *, reported: float | None = None, **changes: Any) -> list[Event]:
        """`since` of a transition is given in seconds of the monotonic clock."""
        if "since" in changes:
            changes["since"] += BEGIN
        self.shown = replace(self.shown, **changes)
        seen = VrrpSnapshot(self.here, self.parent, self.children, {NAME: self.shown}, self.bad)
        found: list[Detected] = self.detector.observe(seen, Moment(at, BEGIN + at), reported)
        events = [one.event for one in found]
        self.events += events
        return events

    def stop(self) -> None:
        self.parent, self.children = None, ()
        self.shown = replace(self.shown, state=None)

    def start(self, at: float) -> None:
        self.parent, self.children = 20, ((21, BEGIN + at),)


def told(events: list[Event]) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.origin, one.target, one.cause) for one in events]
