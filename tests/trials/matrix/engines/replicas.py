"""Two Prometheus servers and two Alertmanagers, one of which is killed during a fault: how many messages?"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.lab.borrowed import Report, whole_again
from deploy.lab.errors import LabError
from deploy.lab.fleet import side_by_side as together
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring, Notification, Stack
from deploy.lab.monitoring.daemon import Place
from deploy.lab.monitoring.engines.pair import ALERTMANAGER, PROMETHEUS
from deploy.lab.waiting import until
from exporter.rules.rule import Severity
from tests.trials.common.kept import Kept
from tests.trials.matrix import trial
from tests.trials.matrix.trial import FIRING, LOOK

FAULT = "galera-two-primaries"  # nothing in it comes and goes by itself
PAGER = "pager"
WITHIN = 30.0  # seconds to the page, as of one server
PATIENCE = 90.0  # seconds until it is late for sure
# Seconds after the page in which another one would come: an Alertmanager waits 15 s for the other, Prometheus
# sends again after a minute, and a group is looked at every 5 s.
AFTER = 90.0
OVER = 120.0  # seconds after healing
NUMBER = 9  # of the first one's place on the host


@dataclass(frozen=True)
class Case:
    name: str
    killed: str = ""  # a daemon of the pair
    paged: bool = False  # whether it is killed once the page was sent, or while the fault is new


CASES = (
    Case("nobody"),
    Case("a Prometheus, while the fault is new", PROMETHEUS["a"]),
    Case("a Prometheus, after the page", PROMETHEUS["a"], paged=True),
    Case("an Alertmanager, while the fault is new", ALERTMANAGER["a"]),
    Case("an Alertmanager, after the page", ALERTMANAGER["a"], paged=True),
)


@dataclass(frozen=True)
class Told:
    """What the pager got of one case."""

    name: str
    after: float | None  # seconds from the fault to the page
    opened: int  # messages that something fires
    closed: int  # messages that all is over
    alerts: tuple[str, ...]  # that they were about
    error: str = ""

    @property
    def well(self) -> bool:
        """A message for each beginning and each end; while it is healed, the alert itself may come back."""
        soon = self.after is not None and self.after <= WITHIN
        return soon and self.opened == self.closed > 0


def told(raw: Mapping[str, Any]) -> Told:
    """From what asdict() made of one."""
    return Told(**{**raw, "alerts": tuple(raw["alerts"])})


def run(lab: Lab, kept: Kept[Told], step: Report) -> None:
    """All cases at once, each with a pair of its own."""
    pairs = {case: _pair(lab, NUMBER + index) for index, case in enumerate(CASES)}
    try:
        found = try_all(lab, pairs, step)
    except LabError as error:
        step(f"pairs: {error}")
        whole_again(lab, step)
        found = [Told(case.name, None, 0, 0, (), error=str(error)) for case in CASES]
    finally:
        for monitoring in pairs.values():
            monitoring.stack.stop()
            monitoring.stack.forget()
    for one in found:
        kept.add(one.name, one)
        step(f"{one.name} is killed: {one.opened} begun, {one.closed} over, the first after {one.after} s")


def left(kept: Kept[Told]) -> bool:
    """Whether a case has no result yet."""
    done = {name for name, one in kept.load().items() if not one.error}
    return not done >= {case.name for case in CASES}


def _pair(lab: Lab, number: int) -> Monitoring:
    own = Stack.of(lab.fleet)
    pair = Stack(own.host, "pair", Place(own.place.interval, number))
    pair.configure(lab.topology)
    return Monitoring(lab.fleet, pair)


def try_all(lab: Lab, pairs: Mapping[Case, Monitoring], step: Report) -> list[Told]:
    """With the lab whole before and afterwards; LabError if the fault can't be made or healed."""
    trial.wait_old(Monitoring(lab.fleet))
    together(*(monitoring.reset for monitoring in pairs.values()))
    did = lab.fault(FAULT)
    placed = time.monotonic()
    _kill(pairs, [case for case in pairs if not case.paged])
    step(f"pairs: {did}")
    until("every page", lambda: _all_paged(pairs), PATIENCE, step=LOOK)
    time.sleep(AFTER)  # what is waited for is that nothing comes
    lab.heal()
    until("every end", lambda: all(map(_over, pairs.values())), OVER, step=LOOK)
    return [_told(case, one.notifications(), placed) for case, one in pairs.items()]


def _all_paged(pairs: Mapping[Case, Monitoring]) -> bool:
    """Kills what is to be killed once the page is there."""
    paged = [case for case, monitoring in pairs.items() if _pages(monitoring)]
    _kill(pairs, [case for case in paged if case.paged])
    return len(paged) == len(pairs)


def _kill(pairs: Mapping[Case, Monitoring], cases: Sequence[Case]) -> None:
    for case in cases:
        stack = pairs[case].stack
        if case.killed:
            stack.stop([stack.place.name(case.killed)])


def _of_pager(notifications: Sequence[Notification]) -> dict[float, list[Notification]]:
    """Messages by the time of their arrival."""
    messages: dict[float, list[Notification]] = {}
    for one in notifications:
        if one.receiver == PAGER and one.severity == Severity.CRITICAL:
            messages.setdefault(one.at, []).append(one)
    return messages


def _fires(message: Sequence[Notification]) -> bool:
    return any(one.status == FIRING for one in message)


def _pages(monitoring: Monitoring) -> bool:
    return any(map(_fires, _of_pager(monitoring.notifications()).values()))


def _over(monitoring: Monitoring) -> bool:
    ended = not all(map(_fires, _of_pager(monitoring.notifications()).values()))
    return ended and trial.clear(monitoring)


def _told(case: Case, notifications: Sequence[Notification], placed: float) -> Told:
    messages = _of_pager(notifications)
    opened = [at for at, message in messages.items() if _fires(message)]
    alerts = sorted({one.alert for message in messages.values() for one in message})
    closed = len(messages) - len(opened)
    return Told(case.name, round(min(opened) - placed, 1), len(opened), closed, tuple(alerts))
