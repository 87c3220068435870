"""How long this host would take to take over, by what its own Keepalived says (pure).

A BACKUP waits for `adverts` advertisements of the master's interval and for its skew time: (256 - priority)
/ 256 of a second, with VRRP 3 of that interval (RFC 3768, RFC 5798; vrrp.h, VRRP_MS_DOWN_TIMER). A master
that stops, or whose tracked script without a weight fails, says so by an advertisement of priority 0: then
for the skew time alone (vrrp.c, vrrp_state_backup). One that a script makes the lower one advertises on,
and is not listened to: the BACKUP waits as for a lost one. A script is bad after `fall` failed runs in a
row, one each `interval` (vrrp_scheduler.c, vrrp_script_child_thread); a check of a dead process fails at
once, so its own time is not counted.
"""

from collections.abc import Iterable, Mapping

from exporter.sources.haproxy.configuration.timers import Timers
from exporter.sources.keepalived.reading import BACKUP, Details, Instance, KeepalivedReading, Tracked, Waits
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
from exporter.watchers.readiness.expected.terms import Found, Term, Terms, Unknown, slowest, total

VERSION_3 = 3
_ADDED = (Term("Keepalived adds the address", STEP_SECONDS),)


def promises(reading: KeepalivedReading, backends: Iterable[Timers]) -> tuple[Promise, ...]:
    """A host that holds the addresses, or may not, promises nothing but what is HAProxy's alone."""
    ready = [one for one in reading.instances if one.state == BACKUP]
    gone = {SERVER_GONE: of_fault(SERVER_GONE, Settings(backends=tuple(backends)))}
    return promised({**_takeovers(ready, reading.details), **gone} if ready else gone)


def _takeovers(ready: Iterable[Instance], details: Details | None) -> Mapping[str, Mapping[str, Found]]:
    if details is None:
        unknown = Unknown("what Keepalived waits for was not read")
        return {fault: {DETECTION: unknown} for fault in (NODE_LOST, HAPROXY_CRASH, MOVE)}
    waits = [(one, details.waits.get(one.name, Waits())) for one in ready]
    return {
        NODE_LOST: _phases(slowest((_down(*one) for one in waits), "")),
        HAPROXY_CRASH: _phases(slowest((_crash(*one, details) for one in waits), "")),
        MOVE: _phases(slowest((_skew(one) for one, _ in waits), "")),
    }


def _phases(detection: Found) -> Mapping[str, Found]:
    return {DETECTION: detection, ADDRESS: _ADDED, SERVICE: (), RECONNECT: SYN}


def _down(one: Instance, waits: Waits) -> Terms:
    missed = Term(f"{waits.adverts} advertisements", waits.adverts * one.master_advert_interval)
    return (missed, *_skew(one))


def _skew(one: Instance) -> Terms:
    unit = one.master_advert_interval if one.version == VERSION_3 else 1.0
    return (Term("skew time", (256 - one.effective_priority) / 256 * unit),)


def _crash(one: Instance, waits: Waits, details: Details) -> Found:
    """Of several scripts the first to notice; those of the master are taken for the same."""
    known = [found for tracked in waits.tracked if (found := _noticed(tracked, one, waits, details))]
    sure = [found for found in known if not isinstance(found, Unknown)]
    if sure:
        return min(sure, key=total)
    return known[0] if known else Unknown("Keepalived tracks no script here that looks at HAProxy")


def _noticed(tracked: Tracked, one: Instance, waits: Waits, details: Details) -> Found | None:
    """None of a script that does not look at HAProxy."""
    script = next((script for script in details.scripts if script.name == tracked.script), None)
    if script is None or not script.haproxy or tracked.reverse:
        return None
    runs = Term(f"{script.fall} runs of the script {script.name}", script.fall * script.interval)
    if not tracked.weight:
        return (runs, *_skew(one))
    left = one.master_priority - abs(tracked.weight)
    if not one.preempts or left >= one.effective_priority:
        return Unknown(
            f"the script {script.name} leaves the address where it is: the priority there is {left} then"
        )
    return (runs, *_down(one, waits))
