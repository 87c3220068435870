"""What is different between two looks at one instance: the evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.watchers.failover.detection.vrrp.snapshot import FAULT, INIT, Shown, VrrpSnapshot

STOPPED = "stopped"  # Keepalived here was stopped, or stopped and started
STARTED = "started"
RESPAWNED = "respawned"  # its VRRP process alone
LINK_DOWN = "link_down"
SCRIPT = "script"  # a check script fails here, or a tracked process does not run
FAULTY = "faulty"  # something else that is tracked
CONFIGURED = "configured"  # the configured priority is another
LOWERED = "lowered"  # what is tracked takes from the priority
RAISED = "raised"
REFUSES = "refuses"  # it has another interval than before: what the other host advertises is refused
RECOVERED = "recovered"  # what is tracked is well again
GOODBYE = "goodbye"  # the other host said that it is stopped
FAILED_THERE = "failed_there"  # … that what it tracks failed
SHARED = "shared"  # two hosts answered for an address


@dataclass(frozen=True)
class Change:
    kind: str
    text: str  # a sentence for a person


def changes(name: str, before: VrrpSnapshot, now: VrrpSnapshot) -> Iterator[Change]:
    """Of the instance `name`, which is in both."""
    old, new = before.instances[name], now.instances[name]
    here = now.here
    yield from _processes(before, now)
    if new.state is None:
        return
    yield from _state(name, here, old, new)
    fails_now = new.state == FAULT and old.state != FAULT
    for script in sorted(now.bad_scripts if fails_now else now.bad_scripts - before.bad_scripts):
        yield Change(SCRIPT, f"check script {script} fails on {here}")
    for process in sorted(now.bad_processes if fails_now else now.bad_processes - before.bad_processes):
        yield Change(SCRIPT, f"tracked process {process} does not run on {here}")
    if before.parent is not None:
        yield from _priority(name, here, old, new)
        if new.own_interval != old.own_interval:
            text = f"advert_int of {name} on {here} is {new.own_interval:g} s, was {old.own_interval:g} s"
            yield Change(REFUSES, f"{text}: another one than the other host's is refused")
        yield from _goodbyes(name, before, now)


def _processes(before: VrrpSnapshot, now: VrrpSnapshot) -> Iterator[Change]:
    here = now.here
    if before.parent is not None and before.parent != now.parent:
        yield Change(STOPPED, f"Keepalived on {here} was stopped")
    if now.parent is not None and before.parent != now.parent:
        yield Change(STARTED, f"Keepalived on {here} was started")
    if now.parent is not None and before.parent == now.parent and before.children != now.children:
        yield Change(RESPAWNED, f"the VRRP process of Keepalived on {here} ended and was started anew")


def _state(name: str, here: str, old: Shown, new: Shown) -> Iterator[Change]:
    if new.state == FAULT and old.state != FAULT:
        if not new.link:
            yield Change(LINK_DOWN, f"the interface of {name} on {here} has no link")
        else:
            yield Change(FAULTY, f"{name} is in FAULT on {here}")
    if old.state in (FAULT, INIT) and new.state not in (FAULT, INIT):
        yield Change(RECOVERED, f"what {name} tracks on {here} is well again")


def _priority(name: str, here: str, old: Shown, new: Shown) -> Iterator[Change]:
    if new.base_priority != old.base_priority:
        text = f"the configured priority of {name} on {here} is {new.base_priority}, was {old.base_priority}"
        yield Change(CONFIGURED, text)
    elif new.priority != old.priority:
        kind = LOWERED if new.priority < old.priority else RAISED
        yield Change(kind, f"the priority of {name} on {here} went from {old.priority} to {new.priority}")


def _goodbyes(name: str, before: VrrpSnapshot, now: VrrpSnapshot) -> Iterator[Change]:
    """A host that fails says goodbye twice, one that is stopped once. Of a sync group the instance that fails
    does it twice, and the others, which give up with it, once."""
    if not _said(name, before, now):
        return
    whose = f"the other host said goodbye for {name}"
    if twice := [one for one in (name, *now.instances[name].together) if _said(one, before, now) > 1]:
        whom = "" if twice[0] == name else f", and for {twice[0]} of its sync group"
        yield Change(FAILED_THERE, f"{whose}{whom} twice: what it tracks failed there")
    else:
        yield Change(GOODBYE, f"{whose}: Keepalived there was stopped")


def _said(name: str, before: VrrpSnapshot, now: VrrpSnapshot) -> int:
    """How many goodbyes came since; the counters go on while the process does."""
    old, new = before.instances.get(name), now.instances.get(name)
    if old is None or new is None:
        return 0
    return max(0, new.goodbyes - (old.goodbyes if before.children == now.children else 0))
