"""What became of each fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.trials.common.kept import Kept


@dataclass(frozen=True)
class Notified:
    """An alert that reached a receiver."""

    alert: str
    severity: str
    labels: Mapping[str, str]
    after: float  # seconds since the fault was in place; below 0 while it was being made
    cleared: float | None  # seconds since the cluster was whole again; None: it never was


@dataclass(frozen=True)
class Sent:
    """A message that a receiver got."""

    receiver: str
    what: str  # opened, updated or closed
    after: float  # seconds since the fault was in place
    headline: str  # the alert that heads it
    alerts: tuple[str, ...]  # that it is about, those that are over too


@dataclass(frozen=True)
class Outcome:
    name: str
    topology: str
    did: str  # what the lab says that it did
    felt: tuple[float, ...]  # seconds of each outage that clients had until everything was whole again
    heal: float  # seconds
    notified: tuple[Notified, ...] = ()
    messages: tuple[Sent, ...] = ()  # to the pager and the ticket queue, until all was over
    shared: float = 0.0  # seconds, the longest time in which two balancers had one address
    today: tuple[str, ...] = ()  # of today's alerts: those that fired
    today_later: tuple[str, ...] = ()  # those that were about to, had the fault lasted
    error: str = ""  # why it could not be carried out


def carried_out(kept: Kept[Outcome]) -> set[str]:
    """The names in `kept` that need no other try."""
    return {name for name, one in kept.load().items() if not one.error}


def outcome(raw: Mapping[str, Any]) -> Outcome:
    """From what asdict() made of one."""
    lists = {name: tuple(raw[name]) for name in ("felt", "today", "today_later")}
    notified = tuple(Notified(**one) for one in raw["notified"])
    sent = tuple(Sent(**{**one, "alerts": tuple(one["alerts"])}) for one in raw.get("messages", ()))
    return Outcome(**{**raw, **lists, "notified": notified, "messages": sent})
