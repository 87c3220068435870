"""One fault: a monitoring without data, the fault, what is notified, healing, the all-clear."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from deploy.lab.borrowed import Report
from deploy.lab.errors import Overdue
from deploy.lab.fleet import side_by_side as together
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Message, Monitoring, Notification
from deploy.lab.waiting import until
from exporter.rules.rule import Severity
from tests.trials.common import ground_truth
from tests.trials.common.truth import Span, outages
from tests.trials.matrix.expectations import CALM, Expectation
from tests.trials.matrix.holders import Holders
from tests.trials.matrix.results import Notified, Outcome, Sent
from tests.trials.matrix.today import Peers
from tests.trials.matrix.verdict import clear_within, told

EVERY = 0.025  # seconds between the logins of the client: a finer one is most of what a lab costs
PAST = 30.0  # seconds past the time in which all must be notified: later is late, and still seen
LOOK = 1.0  # seconds between two readings of the notifications
LONGEST = 1800.0  # seconds to the all-clear of pages that come again and again
# What happened before the fault would be notified too: FailoverHappened and VIPOutage tell it for a minute.
_EVENTS = ("failover_last_event_timestamp_seconds", "vip_outage_last_end_timestamp_seconds")
RECENT = " or ".join(f"{one} > time() - 65" for one in _EVENTS)
OLD_WITHIN = 90.0  # seconds
PAGES_AND_TICKETS = (Severity.CRITICAL, Severity.WARNING)
FIRING = "firing"

Watching = tuple[Monitoring, Expectation]


def run(lab: Lab, monitoring: Monitoring, today: Peers, expected: Expectation, step: Report) -> Outcome:
    """Returns with the lab whole; LabError if the fault can't be made or healed."""
    (outcome,) = side_by_side(lab, [(monitoring, expected)], today, step)
    return outcome


def side_by_side(lab: Lab, watching: Sequence[Watching], today: Peers, step: Report) -> tuple[Outcome, ...]:
    """One fault, told by several at once, each with times of its own; an outcome for each of them."""
    expected = watching[0][1]
    wait_old(watching[0][0])
    together(*(monitoring.reset for monitoring, _ in watching))
    today.start()
    host = ground_truth.vantage(lab)
    with ground_truth.running(host, lab.topology, EVERY) as running, Holders(lab.fleet) as holders:
        running.wait_quiet()
        before, begun = today.alerts(), time.monotonic()
        did = "nothing" if expected.name == CALM else lab.fault(expected.name)
        placed = time.monotonic()
        step(f"{expected.name}: {did}")
        _watch(watching, placed)
        waiting, fired = today.alerts() - before, today.fired(time.monotonic() - begun) - before
        heal = lab.heal()
        healed = time.monotonic()
        step(f"healed in {heal:.0f} s")
        _wait_clear(watching, placed, healed)
        running.wait_quiet()
    common = Outcome(
        name=expected.name,
        topology=lab.topology.name,
        did=did,
        felt=_felt(outages(running.attempts()), begun),
        heal=heal,
        shared=holders.shared,
        today=tuple(sorted(fired)),
        today_later=tuple(sorted(waiting - fired)),
    )
    return tuple(
        replace(
            common,
            notified=notified(monitoring.notifications(), placed, healed),
            messages=sent(monitoring.messages(), placed),
        )
        for monitoring, _ in watching
    )


def wait_old(monitoring: Monitoring) -> None:
    until(
        "the last failover and the last outage to be old",
        lambda: not monitoring.query(RECENT),
        OLD_WITHIN,
        step=LOOK,
    )


def _felt(spans: Iterable[Span], begun: float) -> tuple[float, ...]:
    """Seconds of each outage; one may have begun just before the fault was known to be in place."""
    return tuple(span.duration for span in spans if span.start >= begun - 1)


def _watch(watching: Sequence[Watching], placed: float) -> None:
    """Until each has notified all that it must, and at least for the time of the expectation."""

    def enough() -> bool:
        return all(_told(monitoring, expected, placed) for monitoring, expected in watching)

    longest = max(max(one.within, one.warn_within, one.watch) for _, one in watching) + PAST
    try:
        until("all that must be notified", enough, longest, step=LOOK)
    except Overdue:
        return  # the verdict says what was not


def _told(monitoring: Monitoring, expected: Expectation, placed: float) -> bool:
    found = notified(monitoring.notifications(), placed, None)
    return told(expected, found) and time.monotonic() - placed >= expected.watch


def _wait_clear(watching: Sequence[Watching], placed: float, healed: float) -> None:
    """Until nothing fires that is for a person, and each receiver knows; as long as the verdict allows it of
    what is notified by then: a page that comes only now holds a ticket's end back."""

    def over() -> bool:
        if all(clear(monitoring) for monitoring, _ in watching):
            return True
        allowed = max(patience(one.notifications(), expected, placed, healed) for one, expected in watching)
        return time.monotonic() - healed > allowed + PAST

    until("the all-clear", over, LONGEST, step=LOOK)


def patience(
    notifications: Iterable[Notification], expected: Expectation, placed: float, healed: float
) -> float:
    """Seconds from healing until all that was notified so far must be resolved."""
    found = notified(notifications, placed, healed)
    return max([expected.clear_within, *(clear_within(one, expected, found) for one in found)])


def clear(monitoring: Monitoring) -> bool:
    firing = [one for one in monitoring.alerts() if one.labels.get("severity") in PAGES_AND_TICKETS]
    return not firing and not _open(monitoring.notifications())


def _key(one: Notification) -> tuple[str, frozenset[tuple[str, str]]]:
    return one.receiver, frozenset(one.labels.items())


def _open(notifications: Sequence[Notification]) -> set[object]:
    """What was notified as firing, and is not over yet."""
    return {key for key, told in _fired(notifications).items() if _end(told, notifications) is None}


def notified(
    notifications: Iterable[Notification], placed: float, healed: float | None
) -> tuple[Notified, ...]:
    """Each alert once: when it was first notified, and when it was over for its receiver."""
    every = list(notifications)
    return tuple(_one(told, _end(told, every), placed, healed) for told in _fired(every).values())


def _fired(notifications: Iterable[Notification]) -> dict[object, list[Notification]]:
    """By alert all that a receiver got of it, of those that it got as firing."""
    by_key: dict[object, list[Notification]] = {}
    for one in notifications:
        if one.severity in PAGES_AND_TICKETS:
            by_key.setdefault(_key(one), []).append(one)
    return {key: told for key, told in by_key.items() if any(one.status == FIRING for one in told)}


def _end(told: Sequence[Notification], every: Iterable[Notification]) -> float | None:
    """When the alert was over for its receiver, for good: its own end, or that of its group, whichever came
    first. Of one that another alert held back in the end, Alertmanager tells no end but the group's.

    An end is notified again and again: Prometheus repeats it for a quarter of an hour.
    """
    fired = max(one.at for one in told if one.status == FIRING)
    later = [one for one in every if one.receiver == told[0].receiver and one.at > fired]
    going_on = {one.at for one in later if one.status == FIRING}
    own = [one.at for one in told if one.at > fired]
    group = [one.at for one in later if one.at not in going_on and one.severity in PAGES_AND_TICKETS]
    return min([*own, *group], default=None)


def _one(told: Sequence[Notification], end: float | None, placed: float, healed: float | None) -> Notified:
    start = told[0]
    cleared = None if healed is None or end is None else max(0.0, end - healed)
    return Notified(start.alert, start.severity, dict(start.labels), start.at - placed, cleared)


def sent(messages: Iterable[Message], placed: float) -> tuple[Sent, ...]:
    """To people, and what each is to its receiver: all alerts of a cluster are one group there."""
    found: list[Sent] = []
    opened: set[str] = set()
    for one in messages:
        if any(alert.severity in PAGES_AND_TICKETS for alert in one.alerts):
            what = ("updated" if one.receiver in opened else "opened") if one.firing else "closed"
            (opened.add if one.firing else opened.discard)(one.receiver)
            names = tuple(sorted({alert.alert for alert in one.alerts}))
            found.append(Sent(one.receiver, what, one.at - placed, one.headline, names))
    return tuple(found)
