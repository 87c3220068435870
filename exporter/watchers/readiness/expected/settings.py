"""What decides how long a failover takes, as it is configured now and as operations went before (pure)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from exporter.sources.corosync.parse.configuration import QdeviceConfiguration
from exporter.sources.corosync.reading import CorosyncReading
from exporter.sources.haproxy.configuration.timers import Timers
from exporter.sources.pacemaker.reading import Operation, PacemakerReading
from exporter.watchers.failover.detection.snapshot import Snapshot

# By resource and task (start, stop, monitor), seconds.
Durations = Mapping[tuple[str, str], float]

_HAPROXY = "haproxy"  # in an agent's name: lsb:haproxy, systemd:haproxy, ocf:heartbeat:haproxy


@dataclass(frozen=True)
class Part:
    """A resource. None is what was not seen yet, or is not configured; durations in seconds."""

    name: str
    start: float | None = None
    stop: float | None = None
    check: float | None = None  # one run of its monitor
    interval: float | None = None  # between two of them; None: it has no monitor
    moves: bool = False  # its next failure reaches migration-threshold: it is not restarted in place


@dataclass(frozen=True)
class Group:
    """An address, or several, and what Pacemaker starts with it."""

    addresses: tuple[Part, ...]
    services: tuple[Part, ...] = ()  # HAProxy; empty: it runs on both nodes
    clones: tuple[Part, ...] = ()  # HAProxy, where Pacemaker runs it on both nodes
    follows: bool = False  # the addresses are stopped and started with their clone


@dataclass(frozen=True)
class Settings:
    groups: tuple[Group, ...] = ()  # empty: Pacemaker was not read
    token: float | None = None  # seconds; None: Corosync was not read
    consensus: float | None = None
    qdevice: QdeviceConfiguration | None = None  # None: there is none
    fencing: bool = False
    backends: tuple[Timers, ...] = ()  # of MySQL services; empty: no haproxy.cfg was read


def settings(
    reading: PacemakerReading,
    snapshot: Snapshot,
    corosync: CorosyncReading | None = None,
    backends: Iterable[Timers] = (),
    before: Durations | None = None,
) -> Settings:
    """`before`: how long operations took that Pacemaker lists no more."""
    totem = corosync.layout.configuration if corosync else None
    took = {**(before or {}), **durations(reading.view.operations)}
    options = reading.view.options
    return Settings(
        groups=tuple(_groups(reading, snapshot, took)),
        token=totem.token_timeout if totem else None,
        consensus=totem.consensus_timeout if totem else None,
        qdevice=totem.qdevice if totem else None,
        fencing=options is not None and options.stonith_enabled,
        backends=tuple(backends),
    )


def durations(operations: Iterable[Operation]) -> dict[tuple[str, str], float]:
    """Of those that succeeded; on several nodes the longest. A node keeps the latest of start and stop."""
    found: dict[tuple[str, str], float] = {}
    for one in operations:
        if one.rc == 0 and one.exec_time is not None:
            key = one.resource, one.task
            found[key] = max(found.get(key, 0.0), one.exec_time)
    return found


def _groups(reading: PacemakerReading, snapshot: Snapshot, took: Durations) -> Iterable[Group]:
    seen = set[frozenset[str]]()
    agents = {one.id: one.agent for one in reading.view.resources}
    for address in sorted(snapshot.addresses & snapshot.holders.keys()):
        together = frozenset(snapshot.together[address] & snapshot.holders.keys() | {address})
        if together in seen:
            continue
        seen.add(together)
        addresses, here = sorted(together & snapshot.addresses), snapshot.holders[address]
        others = sorted(together - snapshot.addresses)
        clones = _haproxy((name for name, tied in snapshot.clones.items() if tied & together), agents)
        yield Group(
            tuple(_part(name, here, reading, took) for name in addresses),
            tuple(_part(name, here, reading, took) for name in _haproxy(others, agents) or others),
            tuple(_part(name, here, reading, took) for name in clones),
            follows=any(snapshot.before.get(name, frozenset()) & {*clones} for name in addresses),
        )


def _haproxy(names: Iterable[str], agents: Mapping[str, str]) -> list[str]:
    return [name for name in names if _HAPROXY in agents.get(name, "").lower()]


def _part(name: str, nodes: Collection[str], reading: PacemakerReading, took: Durations) -> Part:
    """`nodes`: where its group is, or its instance that counts."""
    monitors = (
        one.interval for one in reading.view.operations if one.resource == name and one.task == "monitor"
    )
    return Part(
        name,
        start=took.get((name, "start")),
        stop=took.get((name, "stop")),
        check=took.get((name, "monitor")),
        interval=min((interval for interval in monitors if interval > 0), default=None),
        moves=any(
            0 < one.migration_threshold <= one.fail_count + 1
            for one in reading.view.histories
            if one.resource == name and one.node in nodes
        ),
    )
