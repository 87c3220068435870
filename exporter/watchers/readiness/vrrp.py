"""Would this host take over, were the one that holds the addresses lost now? By its own Keepalived (pure).

Each host knows itself alone: the one that holds an address is told nothing of the other.
"""

from collections.abc import Iterator

from exporter.sources.keepalived.reading import BACKUP, FAULT, KeepalivedReading
from exporter.watchers.failover.detection.vrrp.snapshot import Shown, VrrpSnapshot
from exporter.watchers.readiness.checks.parameters import Parameters
from exporter.watchers.readiness.metrics import Takeover

# What keeps this host from it. Alerts of their own tell of each: KeepalivedNotReady, KeepalivedDown.
STOPPED, LINK, SCRIPT, PROCESS, TRACKED = "keepalived_stopped", "link_down", "script", "process", "fault"
REASONS = (STOPPED, LINK, SCRIPT, PROCESS, TRACKED)


def takeovers(snapshot: VrrpSnapshot) -> tuple[Takeover, ...]:
    """Of the instances that another host holds whose name is known."""
    return tuple(_takeovers(snapshot))


def _takeovers(snapshot: VrrpSnapshot) -> Iterator[Takeover]:
    for name, shown in snapshot.instances.items():
        if shown.bound or not shown.held_elsewhere or not shown.peer:
            continue
        if reason := _reason(shown, snapshot):
            yield Takeover(name, shown.peer, (), (reason,))
        elif shown.state == BACKUP:
            yield Takeover(name, shown.peer, (snapshot.here,))


def _reason(shown: Shown, snapshot: VrrpSnapshot) -> str:
    """Empty: nothing. What is tracked with a weight leaves the instance in BACKUP: it would take over an
    address that this says it should not have."""
    if shown.state is None:
        return STOPPED
    if shown.state == FAULT and not shown.link:
        return LINK
    if snapshot.bad_scripts:
        return SCRIPT
    if snapshot.bad_processes:
        return PROCESS
    return TRACKED if shown.state == FAULT else ""


def parameters(reading: KeepalivedReading) -> Parameters:
    """The addresses, and the interface on which Keepalived would have each. A script that Keepalived runs
    as it becomes MASTER may start HAProxy after them."""
    held = [(vrrp.name, one) for vrrp in reading.instances for one in vrrp.addresses]
    return Parameters(
        addresses={f"{name} {one.address}": one.address for name, one in held},
        interfaces={one.address: one.interface for _, one in held},
        unordered=frozenset(
            one.address for vrrp in reading.instances if not vrrp.notifies for one in vrrp.addresses
        ),
    )
