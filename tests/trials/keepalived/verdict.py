"""What came of a fault, and whether that is what was expected (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.rules.rule import Severity
from tests.trials.keepalived.cases import HAPPENED, MAY, Case, Told


@dataclass(frozen=True)
class Fired:
    """An alert: its severity, the cause that it names if it does, and how soon it fired."""

    alert: str
    severity: str
    cause: str
    after: float  # seconds after the fault


@dataclass(frozen=True)
class Outcome:
    fault: str
    did: str
    told: tuple[Told, ...]
    fired: tuple[Fired, ...]
    out: float  # seconds in which clients were out until it was healed, in all
    heal: float  # seconds
    after: float = 0.0  # seconds in which clients were out from then on

    @property
    def alerts(self) -> frozenset[str]:
        return frozenset(one.alert for one in self.fired)


def outcome(raw: Mapping[str, Any]) -> Outcome:
    """From what asdict() made of one."""
    told, fired = (tuple(kind(**one) for one in raw[key]) for kind, key in ((Told, "told"), (Fired, "fired")))
    return Outcome(**{**raw, "told": told, "fired": fired})


def complete(case: Case, told: tuple[Told, ...], fired: tuple[Fired, ...]) -> bool:
    """Whether all that must come is there."""
    return not list(_missing(case, told, fired))


def problems(case: Case, seen: Outcome) -> list[str]:
    found = list(_missing(case, seen.told, seen.fired))
    found += [f"false event: {_shown(one)}" for one in seen.told if one not in case.told + case.may_tell]
    allowed = {*case.page, *case.warn, *case.may, *MAY}
    for one in seen.fired:
        if one.alert not in allowed:
            found.append(f"false {'page' if one.severity == Severity.CRITICAL else 'ticket'}: {one.alert}")
    if not case.told and HAPPENED in seen.alerts:
        found.append(f"false ticket: {HAPPENED}")
    if seen.out > case.out:
        found.append(f"clients were out for {seen.out:.1f} s")
    if seen.after > case.healed:
        found.append(f"clients were out for {seen.after:.1f} s after it was healed")
    return found


def _missing(case: Case, told: tuple[Told, ...], fired: tuple[Fired, ...]) -> Iterator[str]:
    alerts = {one.alert for one in fired}
    yield from (f"no event: {_shown(one)}" for one in case.told if one not in told)
    yield from (f"no {name}" for name in (*case.page, *case.warn) if name not in alerts)
    causes = {one.cause for one in fired if one.alert == HAPPENED}
    if case.cause and case.cause not in causes:
        named = f", but {', '.join(sorted(causes))}" if causes else ""
        yield f"no {HAPPENED} with {case.cause}{named}"


def _shown(one: Told) -> str:
    where = f"from {one.origin} to {one.target}" if one.kind == "move" else f"on {one.target}"
    return f"{one.kind} {where}, {one.cause}, told by the {one.by}"
