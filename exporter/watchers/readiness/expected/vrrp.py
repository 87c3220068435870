"""How long this host would take to take over, by what its own Keepalived says (pure).

A BACKUP waits for `adverts` advertisements of the master's interval and for its skew time: (256 - priority)
/ 256 of a second, with VRRP 3 of that interval (RFC 3768, RFC 5798; vrrp.h, VRRP_MS_DOWN_TIMER). A master
that stops, or that what it tracks without a weight forbids it, says so by an advertisement of priority 0:
then for the skew time alone (vrrp.c, vrrp_state_backup). One that a weight makes the lower one advertises on,
and is not listened to: the BACKUP waits as for a lost one. With preempt_delay it does listen from the first
such advertisement on for so long (likewise); nothing else waits for that.

A script is bad after `fall` failed runs in a row, one each `interval` (vrrp_scheduler.c,
vrrp_script_child_thread); a check of a dead process fails at once, so its own time is not counted. That a
tracked process ended the kernel says at once; it counts after terminate_delay (track_process.c).

A sync group takes over when the last of its instances would (vrrp_sync.c, vrrp_sync_can_goto_master), and
gives up when what one of them tracks without a weight forbids it (vrrp_sync_fault). A weight moves it only
where each of its instances becomes the lower one.

The address is announced at once. With garp_interval each further one of an interface waits for its turn
(vrrp_arp.c, send_gratuitous_arp); garp_master_delay is when all are announced a second time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporter.sources.haproxy.configuration.timers import Timers
from exporter.sources.keepalived.reading import (
    BACKUP,
    Details,
    Instance,
    KeepalivedReading,
    Tracked,
    Tracks,
    Waits,
)
from exporter.watchers.readiness.expected.formulas import (
    ADDRESS,
    DETECTION,
    HAPROXY_CRASH,
    MOVE,
    NODE_LOST,
    RECONNECT,
    SERVER_GONE,
    SERVICE,
    STEP_SECONDS,
    SYN,
    Promise,
    of_fault,
    promised,
)
from exporter.watchers.readiness.expected.settings import Settings
from exporter.watchers.readiness.expected.terms import (
    Found,
    Term,
    Terms,
    Unknown,
    one_after_the_other,
    slowest,
    total,
)

VERSION_3 = 3
HAPROXY = "haproxy"  # in the name of a tracked file
NOBODY_LOOKS = Unknown("Keepalived tracks nothing here that looks at HAProxy")


@dataclass(frozen=True)
class _Look:
    """Something that is tracked and looks at HAProxy: how soon it says that HAProxy is dead."""

    what: str
    weight: int
    says: Found


@dataclass(frozen=True)
class _Member:
    """An instance in BACKUP."""

    instance: Instance
    waits: Waits
    looks: tuple[_Look, ...]  # also those of its sync group


def promises(reading: KeepalivedReading, backends: Iterable[Timers]) -> tuple[Promise, ...]:
    """A host that holds the addresses, or may not, promises nothing but what is HAProxy's alone."""
    ready = [one for one in reading.instances if one.state == BACKUP]
    gone = {SERVER_GONE: of_fault(SERVER_GONE, Settings(backends=tuple(backends)))}
    return promised({**_takeovers(ready, reading.details), **gone} if ready else gone)


def _takeovers(ready: Sequence[Instance], details: Details | None) -> Mapping[str, Mapping[str, Found]]:
    if details is None:
        unknown = Unknown("what Keepalived waits for was not read")
        return {fault: {DETECTION: unknown} for fault in (NODE_LOST, HAPROXY_CRASH, MOVE)}
    members = {one.name: _member(one, details) for one in ready}
    found = {
        NODE_LOST: slowest(map(_down, members.values()), ""),
        HAPROXY_CRASH: slowest((_crash(unit) for unit in _units(members, details)), ""),
        MOVE: _slowest_skew(members.values()),
    }
    added = _added(ready, details)
    return {
        fault: {DETECTION: detection, ADDRESS: added, SERVICE: (), RECONNECT: SYN}
        for fault, detection in found.items()
    }


def _member(one: Instance, details: Details) -> _Member:
    waits = details.waits.get(one.name, Waits())
    tracks = [waits.tracks, *(group.tracks for group in details.groups if one.name in group.members)]
    return _Member(one, waits, tuple(look for each in tracks for look in _looks(each, details)))


def _units(members: Mapping[str, _Member], details: Details) -> list[list[_Member]]:
    """What moves together: the instances of a sync group; each other one by itself."""
    groups = [[members[name] for name in group.members if name in members] for group in details.groups]
    grouped = {one.instance.name for unit in groups for one in unit}
    alone = [[one] for name, one in members.items() if name not in grouped]
    return [unit for unit in (*groups, *alone) if unit]


def _added(ready: Iterable[Instance], details: Details) -> Terms:
    on_interfaces = Counter(held.interface for one in ready for held in one.addresses)
    others = max(on_interfaces.values(), default=1) - 1
    return (
        Term("Keepalived adds the address", STEP_SECONDS),
        Term(f"garp_interval, {others} times", others * details.announce_interval),
    )


def _down(one: _Member) -> Terms:
    adverts, interval = one.waits.adverts, one.instance.master_advert_interval
    return (Term(f"{adverts} advertisements", adverts * interval), *_skew(one))


def _skew(one: _Member) -> Terms:
    instance = one.instance
    unit = instance.master_advert_interval if instance.version == VERSION_3 else 1.0
    return (Term("skew time", (256 - instance.effective_priority) / 256 * unit),)


def _slowest_skew(members: Iterable[_Member]) -> Found:
    return slowest(map(_skew, members), "")


def _crash(unit: Sequence[_Member]) -> Found:
    """The first way in which HAProxy's death moves it; the master is taken to track the same as this host."""
    ways = [
        one_after_the_other(look.says, _slowest_skew(unit))
        for one in unit
        for look in one.looks
        if not look.weight
    ]
    if any(look.weight for one in unit for look in one.looks):
        ways.append(slowest(map(_outbids, unit), ""))
    return _soonest(ways)


def _soonest(ways: Sequence[Found]) -> Found:
    """Where none is known: why the first is not."""
    known = [one for one in ways if not isinstance(one, Unknown)]
    return min(known, key=total) if known else ways[0] if ways else NOBODY_LOOKS


def _outbids(one: _Member) -> Found:
    """Until this instance takes over from a master that a weight makes the lower one."""
    return _soonest([_lowered(one, look) for look in one.looks if look.weight])


def _lowered(one: _Member, look: _Look) -> Found:
    left = one.instance.master_priority - abs(look.weight)
    if not one.instance.preempts or left >= one.instance.effective_priority:
        return Unknown(f"{look.what} leaves the address where it is: the priority there is {left} then")
    return one_after_the_other(look.says, _listens(one), _down(one))


def _listens(one: _Member) -> Terms:
    """To a master of a lower priority, from its first advertisement on."""
    delay = one.waits.preempt_delay
    first = Term("first advertisement of the lower priority", one.instance.master_advert_interval)
    return (first, Term("preempt_delay", delay)) if delay else ()


def _looks(tracks: Tracks, details: Details) -> Iterator[_Look]:
    """What speaks for the host while HAProxy is dead (`reverse`) does not count."""
    scripts = {one.name: one for one in details.scripts if one.haproxy}
    processes = {one.name: one for one in details.processes if one.haproxy}
    for tracked in _forwards(tracks.scripts):
        if script := scripts.get(tracked.name):
            runs = Term(f"{script.fall} runs of the script {script.name}", script.fall * script.interval)
            yield _Look(f"the script {script.name}", tracked.weight, (runs,))
    for tracked in _forwards(tracks.processes):
        if process := processes.get(tracked.name):
            ended = Term(f"terminate_delay of the process {process.name}", process.delay)
            yield _Look(f"the process {process.name}", tracked.weight, (ended,))
    for tracked in _forwards(tracks.files):
        if HAPROXY in tracked.name.lower():
            unknown = Unknown(f"nothing says how soon the file {tracked.name} is written")
            yield _Look(f"the file {tracked.name}", tracked.weight, unknown)


def _forwards(tracked: Iterable[Tracked]) -> Iterator[Tracked]:
    return (one for one in tracked if not one.reverse)
