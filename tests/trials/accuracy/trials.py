"""What is broken, one after the other. Each must leave the lab whole."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.topology import Topology
from tests.trials.accuracy.block import block
from tests.trials.common.ground_truth import vantage

# Seconds, from what a prober of 10 attempts a second can just see to the longest of a failover.
BLOCKS = (
    0.1, 0.12, 0.15, 0.16, 0.18, 0.2, 0.22, 0.24, 0.26, 0.28, 0.3, 0.32, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6,
    0.65, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 1.8, 2.0, 2.2, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0,
)  # fmt: skip
SHORT_BLOCKS = (0.2, 0.4, 0.8, 1.5, 3.0)
FAULTS = (
    *("haproxy-killed", "resource-moved") * 3,
    *("corosync-stopped", "corosync-killed") * 2,
    *("corosync-killed",) * 4,
    *("galera-stopped",) * 3,
)
SHORT_FAULTS = ("haproxy-killed", "resource-moved", "corosync-stopped")
KEEPALIVED_FAULTS = ("haproxy-killed", "vrrp-killed", "node-off")  # long or short
SETTLE = 6.0  # seconds in which the cluster answers a fault, before it is healed
# Seconds that a whole cluster is left alone. HAProxy brings a server back at that moment: of one that stops
# again at once an attempt each 0.1 s learns nothing before.
REST = 3.0
FREEZE = 7.0  # seconds: longer than an attempt's timeout, else clients wait and none fails


@dataclass(frozen=True)
class Trial:
    name: str
    make: Callable[[Lab], object]  # returns when it is over and the lab whole


def trials(topology: Topology, *, short: bool) -> list[Trial]:
    blocks = SHORT_BLOCKS if short else BLOCKS
    names = SHORT_FAULTS if short else FAULTS
    faults = [_fault(name) for name in (KEEPALIVED_FAULTS if topology.keepalived else names)]
    mixed = [_block(seconds, at_holder=number % 2 == 1) for number, seconds in enumerate(blocks)]
    return [*mixed, *faults] if short else [*mixed, *faults, Trial("haproxy-frozen", _freeze)]


def _block(seconds: float, *, at_holder: bool) -> Trial:
    def make(lab: Lab) -> None:
        block(lab.host(lab.holder()) if at_holder else vantage(lab), lab.topology, seconds)
        time.sleep(seconds)

    return Trial(f"rejected {'by the holder' if at_holder else 'at the client'}, {seconds:g} s", make)


def _fault(name: str) -> Trial:
    def make(lab: Lab) -> None:
        lab.fault(name)
        time.sleep(SETTLE)
        lab.heal()
        time.sleep(REST)

    return Trial(name, make)


def _freeze(lab: Lab) -> None:
    lab.fault("haproxy-frozen")
    time.sleep(FREEZE)
    lab.heal()


def hosts(lab: Lab) -> Sequence[Host]:
    """Where connects are rejected."""
    return [vantage(lab), *lab.fleet.balancers]
