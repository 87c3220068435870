"""How Keepalived is configured on both hosts, what is broken, and which promise that is. Written before the
first run: what is promised is expected to be kept by each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.watchers.readiness.expected.formulas import HAPROXY_CRASH, MOVE, NODE_LOST

SECOND = "10.4.0.101"  # an address of the lab's keepalived
LOWERS = {"weight": -60}  # to below the other host's priority
LATER = {**LOWERS, "preempt_delay": 3.0}
GROUP = {"group": SECOND}
FAST = {"version": 3, "interval": 0.3}


@dataclass(frozen=True)
class Case:
    name: str
    means: str
    fault: str  # of the lab
    promise: str  # failover_expected_seconds{fault}
    settings: Mapping[str, object] = field(default_factory=dict)  # of deploy/lab/vrrp.py


CASES = (
    Case("node-off", "the host that holds the address powered off", "node-off", NODE_LOST),
    Case("node-off-v3", "powered off: VRRP 3, `advert_int 0.3`", "node-off", NODE_LOST, FAST),
    Case("node-off-delay", "powered off: `preempt_delay 3`", "node-off", NODE_LOST, LATER),
    Case("node-off-group", "powered off: a sync group of two instances", "node-off", NODE_LOST, GROUP),
    Case("haproxy-killed", "HAProxy killed there", "haproxy-killed", HAPROXY_CRASH),
    Case(
        "haproxy-killed-weight",
        "HAProxy killed: the script has weight -60",
        "haproxy-killed",
        HAPROXY_CRASH,
        LOWERS,
    ),
    Case(
        "haproxy-killed-delay",
        "HAProxy killed: weight -60, and the other host `preempt_delay 3`",
        "haproxy-killed",
        HAPROXY_CRASH,
        LATER,
    ),
    Case(
        "haproxy-killed-group",
        "HAProxy killed: a sync group; the other instance alone tracks the script",
        "haproxy-killed",
        HAPROXY_CRASH,
        GROUP,
    ),
    Case("stopped", "Keepalived stopped there", "keepalived-stopped", MOVE),
    Case(
        "stopped-group",
        "Keepalived stopped: a sync group of two instances",
        "keepalived-stopped",
        MOVE,
        GROUP,
    ),
)
BY_NAME = {case.name: case for case in CASES}
