"""How long each phase of a failover takes at most, when all works as it is configured (pure).

Each formula is a list of what is waited for, one after the other. They are upper bounds: a fault may come
just after the last look at it. docs/expected-seconds.md has them for people.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from exporter.sources.haproxy.configuration.timers import ROUND_ROBIN, Check, Timers
from exporter.watchers.readiness.expected import membership
from exporter.watchers.readiness.expected.settings import Group, Part, Settings
from exporter.watchers.readiness.expected.terms import (
    Found,
    Term,
    Unknown,
    one_after_the_other,
    slowest,
    total,
)

NODE_LOST, HAPROXY_CRASH, SERVER_GONE, MOVE = "node_lost", "haproxy_crash", "server_gone", "move"
DETECTION, ADDRESS, SERVICE, RECONNECT, TOTAL = "detection", "address", "service", "reconnect", "total"

# A SYN that is lost while nobody has the address is sent again after 1 s (RFC 6298; TCP_TIMEOUT_INIT).
SYN_SECONDS = 1.0
SYN = (Term("a lost SYN is sent again", SYN_SECONDS),)
# Pacemaker's own work: electing a DC after one was lost, taking the node out, deciding. No setting has it.
ELECTION_SECONDS = 1.0
# The same around one operation: from the news to its beginning, from its end to the next.
STEP_SECONDS = 0.1

# What the journal calls an event, by its kind and cause: the fault whose promise it is held to.
_OF_EVENTS = {
    ("move", "node_lost"): NODE_LOST,
    ("move", "node_shutdown"): MOVE,
    ("move", "standby"): MOVE,
    ("move", "operator_move"): MOVE,
    ("move", "failback"): MOVE,
    ("restart", "resource_failure"): HAPROXY_CRASH,
    # Under Keepalived, where HAProxy is not started again: the address moves.
    ("move", "peer_lost"): NODE_LOST,
    ("move", "peer_stopped"): MOVE,
    ("move", "script_failed"): HAPROXY_CRASH,
}

Formula = Callable[[Settings], Found]


@dataclass(frozen=True)
class Promise:
    """Of one phase of one fault."""

    fault: str
    phase: str
    found: Found

    @property
    def seconds(self) -> float | None:
        return None if isinstance(self.found, Unknown) else total(self.found)


def promises(settings: Settings) -> tuple[Promise, ...]:
    """In the order of FORMULAS."""
    return promised({fault: of_fault(fault, settings) for fault in FORMULAS})


def of_fault(fault: str, settings: Settings) -> dict[str, Found]:
    """By phase."""
    return {phase: formula(settings) for phase, formula in FORMULAS[fault].items()}


def promised(found: Mapping[str, Mapping[str, Found]]) -> tuple[Promise, ...]:
    """By fault and phase. `total` is the last of each fault, and known where all of its phases are."""
    return tuple(promise for fault, phases in found.items() for promise in _with_total(fault, phases))


def fault_of(kind: str, cause: str) -> str:
    """Empty for an event that nothing was promised of."""
    return _OF_EVENTS.get((kind, cause), "")


def _with_total(fault: str, phases: Mapping[str, Found]) -> Iterator[Promise]:
    found = [Promise(fault, phase, terms) for phase, terms in phases.items()]
    yield from found
    unknown = next((one.found for one in found if isinstance(one.found, Unknown)), None)
    known = tuple(Term(one.phase, one.seconds) for one in found if one.seconds is not None)
    yield Promise(fault, TOTAL, unknown or known)


def _of_groups(formula: Callable[[Group], Found]) -> Formula:
    def of_all(settings: Settings) -> Found:
        return slowest(map(formula, settings.groups), "Pacemaker has no address, or was not read")

    return of_all


def _of_backends(formula: Callable[[Timers], Found]) -> Formula:
    def of_all(settings: Settings) -> Found:
        return slowest(map(formula, settings.backends), "no haproxy.cfg with a MySQL service was read")

    return of_all


def _operations(task: str, parts: Iterable[Part]) -> Found:
    """They run one after the other."""
    terms: list[Term] = []
    for one in parts:
        took = one.start if task == "start" else one.stop
        if took is None:
            return Unknown(f"no {task} of {one.name} has been seen yet")
        terms += [Term("Pacemaker", STEP_SECONDS), Term(f"{task} of {one.name}", took)]
    return tuple(terms)


# A lost node: membership.py has its detection.


def _address_elsewhere(settings: Settings) -> Found:
    if settings.fencing:
        return Unknown("the lost node is fenced first, and no tool says how long the device takes")
    return _of_groups(
        lambda group: one_after_the_other(
            (Term("Pacemaker elects and decides", ELECTION_SECONDS),), _operations("start", group.addresses)
        )
    )(settings)


def _service(group: Group) -> Found:
    """Without a resource for it HAProxy runs there already."""
    return _operations("start", group.services)


def _syn(_settings: Settings) -> Found:
    return SYN


# HAProxy ends. Its monitor has just looked, waits `interval`, and looks again (Pacemaker Explained).


def _crashes(group: Group) -> tuple[Part, ...]:
    return group.services or group.clones


def _monitor(group: Group) -> Found:
    if not _crashes(group):
        return Unknown("Pacemaker does not run HAProxy: what restarts it is not known")
    return slowest(map(_next_look, _crashes(group)), "")


def _next_look(part: Part) -> Found:
    if part.interval is None or part.check is None:
        return Unknown(f"{part.name} has no monitor: nobody notices")
    return (
        Term(f"monitor interval of {part.name}", part.interval),
        Term(f"monitor of {part.name}, twice", 2 * part.check),
    )


def _moves(group: Group) -> bool:
    return any(one.moves for one in _crashes(group))


def _recovery_address(group: Group) -> Found:
    """Nothing where HAProxy is restarted in place, without what is started after it."""
    if not (_moves(group) or group.follows):
        return ()
    return one_after_the_other(
        _dead_stops(group), _operations("stop", group.addresses), _operations("start", group.addresses)
    )


def _recovery_service(group: Group) -> Found:
    """Of a clone an instance runs already where the address goes."""
    if _moves(group):
        return _operations("start", group.services)
    starts = _operations("start", _crashes(group))
    return starts if group.follows else one_after_the_other(_dead_stops(group), starts)


def _dead_stops(group: Group) -> Found:
    """Pacemaker stops what failed before it starts it: of a dead process one look that finds nothing."""
    return tuple(
        term
        for one in _crashes(group)
        for term in (
            Term("Pacemaker", STEP_SECONDS),
            Term(f"stop of {one.name}, which is dead", max(one.stop or 0.0, one.check or 0.0)),
        )
    )


def _recovery_reconnect(group: Group) -> Found:
    """In place the host refuses until HAProxy is back, and who asks again is served."""
    return SYN if _moves(group) or group.follows else ()


# A move by hand, or in order.


def _at_once(_settings: Settings) -> Found:
    return ()


def _stop_and_start(group: Group) -> Found:
    return one_after_the_other(
        _operations("stop", group.services),
        _operations("stop", group.addresses),
        _operations("start", group.addresses),
    )


# A server that answers nothing more. src/check.c, src/server.c (srv_getinter) and src/stream.c, src/backend.c
# (stream_choose_redispatch) of HAProxy 1.5 to 3.4.


def _marked_down(timers: Timers) -> Found:
    if not timers.servers:
        return Unknown("the servers are made from DNS, or there are none")
    return slowest((_checks(name, one, timers) for name, one in timers.servers.items()), "")


def _checks(name: str, check: Check, timers: Timers) -> Found:
    if not check.enabled:
        return Unknown(f"server {name} has no `check`: HAProxy never leaves it out")
    patience = check.inter
    if timers.check is not None and timers.connect is not None:
        patience = min(patience, timers.connect)
    again = check.fall - 1
    return (
        Term("inter until the next check", check.inter),
        Term(f"{check.fall} checks without an answer (fall)", check.fall * patience),
        Term(f"{again} times {'fastinter' if check.fastinter else 'inter'}", again * check.after_failure),
    )


def _connection(timers: Timers) -> Found:
    if timers.connect is None:
        return Unknown("`timeout connect` is not set: a connection waits as long as the kernel tries")
    tries = attempts(timers)
    what = "timeout connect" if tries == 1 else f"timeout connect, {tries} times"
    return (Term(what, tries * timers.connect),)


def attempts(timers: Timers) -> int:
    """At the server that is gone, until another is tried, or the connection is given up."""
    if not timers.redispatch:
        return timers.retries + 1
    if timers.balance in ROUND_ROBIN and len(timers.servers) > 1:
        return 1
    every = timers.redispatch if timers.redispatch > 0 else timers.retries + 1 + timers.redispatch
    return min(max(every, 1), timers.retries + 1)


FORMULAS: Mapping[str, Mapping[str, Formula]] = {
    NODE_LOST: {
        DETECTION: membership.detection,
        ADDRESS: _address_elsewhere,
        SERVICE: _of_groups(_service),
        RECONNECT: _syn,
    },
    HAPROXY_CRASH: {
        DETECTION: _of_groups(_monitor),
        ADDRESS: _of_groups(_recovery_address),
        SERVICE: _of_groups(_recovery_service),
        RECONNECT: _of_groups(_recovery_reconnect),
    },
    SERVER_GONE: {
        DETECTION: _of_backends(_marked_down),
        RECONNECT: _of_backends(_connection),
    },
    MOVE: {
        DETECTION: _at_once,
        ADDRESS: _of_groups(_stop_and_start),
        SERVICE: _of_groups(_service),
        RECONNECT: _syn,
    },
}
