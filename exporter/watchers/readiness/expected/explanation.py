"""Each phase for a person: what sets it, what a change would bring, and what that costs (pure).

A change is tried on the settings themselves: what it brings is the difference of two promises.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from exporter.sources.haproxy.configuration.timers import Check, Timers
from exporter.watchers.readiness.expected import formulas
from exporter.watchers.readiness.expected.formulas import Promise, promises
from exporter.watchers.readiness.expected.settings import Group, Part, Settings
from exporter.watchers.readiness.expected.terms import Unknown

TOKEN_SECONDS = 1.0  # what corosync.conf(5) had as its default to 3.0
CONSENSUS_OF_TOKEN = 1.2  # the least that corosync.conf(5) allows
QDEVICE_SECONDS = 5.0  # half of its default
INTERVAL_SECONDS = 1.0
CONNECT_SECONDS = 1.1  # one SYN that is lost is sent again after 1 s
FAST_SECONDS = 0.2
WORTH_SECONDS = 0.05  # a change that brings less is not told


@dataclass(frozen=True)
class Change:
    what: str  # where it is written, and how
    seconds: float  # that the phase would be shorter
    price: str


@dataclass(frozen=True)
class Explanation:
    fault: str
    phase: str
    seconds: float | None  # at most; None: it can't be known
    set_by: str  # what it is made of, with seconds; or why it can't be known
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class _Idea:
    """`after` gives the settings with the change, the same ones where it is made already."""

    fault: str
    phase: str
    what: str
    price: str
    after: Callable[[Settings], Settings]


def explain(settings: Settings) -> tuple[Explanation, ...]:
    """In the order of formulas.FORMULAS; a fault's total has no changes of its own."""
    now = promises(settings)
    return tuple(
        Explanation(one.fault, one.phase, one.seconds, set_by(one), tuple(_changes(one, settings)))
        for one in now
    )


def set_by(promise: Promise) -> str:
    """As in `token 3 s + consensus 3.6 s`."""
    if isinstance(promise.found, Unknown):
        return promise.found.why
    terms = [f"{one.what} {one.seconds:.3g} s" for one in promise.found if one.seconds]
    return " + ".join(terms) or "nothing has to be waited for"


def _changes(promise: Promise, settings: Settings) -> Iterator[Change]:
    for idea in _IDEAS:
        if (idea.fault, idea.phase) != (promise.fault, promise.phase):
            continue
        then = _seconds(idea.after(settings), promise)
        if promise.seconds is not None and then is not None and promise.seconds - then >= WORTH_SECONDS:
            yield Change(idea.what, promise.seconds - then, idea.price)


def _seconds(settings: Settings, promise: Promise) -> float | None:
    same = (one for one in promises(settings) if (one.fault, one.phase) == (promise.fault, promise.phase))
    return next(same).seconds


def _lower_token(settings: Settings) -> Settings:
    if settings.token is None or settings.consensus is None:
        return settings
    token = min(settings.token, TOKEN_SECONDS)
    return replace(settings, token=token, consensus=min(settings.consensus, CONSENSUS_OF_TOKEN * token))


def _default_consensus(settings: Settings) -> Settings:
    if settings.token is None or settings.consensus is None:
        return settings
    return replace(settings, consensus=min(settings.consensus, CONSENSUS_OF_TOKEN * settings.token))


def _lower_qdevice(settings: Settings) -> Settings:
    if settings.qdevice is None:
        return settings
    timeout = min(settings.qdevice.timeout, QDEVICE_SECONDS)
    return replace(settings, qdevice=replace(settings.qdevice, timeout=timeout))


def _each_service(settings: Settings, change: Callable[[Part], Part]) -> Settings:
    def changed(group: Group) -> Group:
        services, clones = (tuple(map(change, parts)) for parts in (group.services, group.clones))
        return replace(group, services=services, clones=clones)

    return replace(settings, groups=tuple(changed(one) for one in settings.groups))


def _shorter_interval(settings: Settings) -> Settings:
    return _each_service(
        settings,
        lambda one: replace(one, interval=min(one.interval, INTERVAL_SECONDS)) if one.interval else one,
    )


def _service_on_both(settings: Settings) -> Settings:
    return replace(settings, groups=tuple(replace(one, services=()) for one in settings.groups))


def _each_backend(settings: Settings, change: Callable[[Timers], Timers]) -> Settings:
    return replace(settings, backends=tuple(change(one) for one in settings.backends))


def _shorter_connect(settings: Settings) -> Settings:
    return _each_backend(
        settings, lambda one: replace(one, connect=min(one.connect, CONNECT_SECONDS)) if one.connect else one
    )


def _other_server_at_once(settings: Settings) -> Settings:
    return _each_backend(settings, lambda one: replace(one, redispatch=1))


def _faster_checks(settings: Settings) -> Settings:
    def faster(check: Check) -> Check:
        return replace(check, fastinter=min(check.after_failure, FAST_SECONDS))

    return _each_backend(
        settings,
        lambda one: replace(one, servers={name: faster(check) for name, check in one.servers.items()}),
    )


_HAPROXY_ON_BOTH = "HAProxy as a clone on both nodes, with `net.ipv4.ip_nonlocal_bind=1`"
_ON_BOTH_COSTS = (
    "a broken configuration shows on both nodes at once, and a dead HAProxy alone does not move the address"
)

_IDEAS = (
    _Idea(
        formulas.NODE_LOST,
        formulas.DETECTION,
        f"`token: {TOKEN_SECONDS * 1000:.0f}` in the section totem of corosync.conf, without `consensus`",
        "a host or a network that pauses for a second is taken for lost: without fencing both nodes hold the "
        "address then",
        _lower_token,
    ),
    _Idea(
        formulas.NODE_LOST,
        formulas.DETECTION,
        "no `consensus` in corosync.conf: it is 1.2 times the token then",
        "none; less is not allowed",
        _default_consensus,
    ),
    _Idea(
        formulas.NODE_LOST,
        formulas.DETECTION,
        f"`timeout: {QDEVICE_SECONDS * 1000:.0f}` in the section quorum.device of corosync.conf",
        "an arbiter, or a network to it, that is silent for half as long is taken for lost, and a node that "
        "is alone stops then; corosync-qdevice(8) advises to leave it at 10000",
        _lower_qdevice,
    ),
    _Idea(
        formulas.NODE_LOST,
        formulas.SERVICE,
        _HAPROXY_ON_BOTH,
        _ON_BOTH_COSTS,
        _service_on_both,
    ),
    _Idea(
        formulas.HAPROXY_CRASH,
        formulas.DETECTION,
        f"`op monitor interval={INTERVAL_SECONDS:g}s` for HAProxy's resource",
        "the agent runs that often, for ever",
        _shorter_interval,
    ),
    _Idea(
        formulas.SERVER_GONE,
        formulas.DETECTION,
        f"`default-server fastinter {FAST_SECONDS * 1000:.0f}ms` in haproxy.cfg",
        "a server whose network hiccups for less than a second is left out sooner",
        _faster_checks,
    ),
    _Idea(
        formulas.SERVER_GONE,
        formulas.RECONNECT,
        f"`timeout connect {CONNECT_SECONDS * 1000:.0f}ms` in haproxy.cfg",
        "two lost packets in a row, and the connection goes elsewhere. Far less (the article's 50 ms) makes "
        "one lost packet, or a server that accepts slowly under load, a failed attempt",
        _shorter_connect,
    ),
    _Idea(
        formulas.SERVER_GONE,
        formulas.RECONNECT,
        "`option redispatch 1` in haproxy.cfg",
        "a client that must stay with its server is sent elsewhere at the first failure",
        _other_server_at_once,
    ),
    _Idea(
        formulas.MOVE,
        formulas.SERVICE,
        _HAPROXY_ON_BOTH,
        _ON_BOTH_COSTS,
        _service_on_both,
    ),
)
