"""What is done to the pair before the node that serves is lost: breaks, and healthy states."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.trials.readiness import breaks, healthy
from tests.trials.readiness.foretold import Foretold
from tests.trials.readiness.pair import Pair


@dataclass(frozen=True)
class Case:
    name: str
    done: str  # for people
    make: Callable[[Pair], object]
    served: bool = False  # by the one that is left
    why: str = ""  # why not: one of Pacemaker's reasons, or a check, that the pages have to name

    def agrees(self, foretold: Foretold, page: str) -> bool:
        """Whether that page says what is expected: how long it is waited for, no more."""
        named = not self.why or foretold.names(page, self.why)
        return named and foretold.serves(page) == self.served


def _well(name: str, done: str, make: Callable[[Pair], object]) -> Case:
    return Case(name, done, make, served=True)


SCHEDULED = (  # what Pacemaker's scheduler knows
    Case(
        "address-banned",
        "a ban of the address on the peer",
        breaks.ban(lambda pair: pair.address),
        why="banned",
    ),
    Case("haproxy-banned", "a ban of haproxy on the peer", breaks.ban(lambda pair: pair.proxy), why="banned"),
    Case(
        "failures",
        "haproxy's fail count on the peer at the threshold",
        breaks.fail_counts(breaks.THRESHOLD),
        why="failures",
    ),
    Case(
        "failed-start", "haproxy could not be started on the peer, once", breaks.failed_start, why="failures"
    ),
    Case("standby", "the peer in standby", breaks.standby, why="standby"),
    Case("maintenance", "the cluster in maintenance mode", breaks.maintenance, why="maintenance"),
    Case("node-maintenance", "the peer in maintenance", breaks.node_maintenance, why="maintenance"),
    Case("unmanaged", "the address unmanaged", breaks.unmanaged, why="unmanaged"),
    Case("disabled", "the address unmanaged, then disabled", breaks.disabled_while_unmanaged, why="disabled"),
    Case("haproxy-disabled", "haproxy disabled: it runs nowhere before either", breaks.proxy_disabled),
    Case("no-quorum", "no-quorum-policy=stop, without two_node", breaks.no_quorum, why="no_quorum"),
    Case("fencing", "fencing on, without a device", breaks.fencing, why="fencing"),
)
CHECKED = (  # what only the peer itself can find out
    Case("haproxy-broken", "haproxy.cfg broken on the peer", breaks.haproxy_broken, why="haproxy_config"),
    Case("agent-missing", "haproxy's agent missing on the peer", breaks.agent_missing, why="resource_agents"),
    Case(
        "interface-gone",
        "the address on an interface of its own, gone on the peer",
        breaks.interface_gone,
        why="vip_interface",
    ),
    Case(
        "netmask",
        "the peer's netmask wrong: the address is in none of its networks",
        breaks.netmask_wrong,
        why="vip_interface",
    ),
    Case(
        "galera-unreachable",
        "Galera unreachable from the peer",
        breaks.galera_unreachable,
        why="galera_reachable",
    ),
)
HEALTHY = (
    _well("rest", "nothing", healthy.nothing),
    _well("moved-back", "moved to the peer and back, constraints cleared", healthy.moved_and_back),
    _well("constraint-left", "moved here, the preference left", healthy.moved),
    _well("ban-cleared", "a ban of the address, cleared", healthy.banned_and_cleared),
    _well("restarted", "haproxy restarted by crm_resource", healthy.proxy_restarted),
    _well("reloaded", "haproxy reloaded by its init script", healthy.proxy_reloaded),
    _well("below-threshold", "haproxy's fail count on the peer below the threshold", breaks.fail_counts(1)),
    _well("cleaned-up", "a fail count at the threshold, deleted", healthy.failures_cleaned_up),
    _well("standby-ended", "moved by standby, which is ended", healthy.standby_and_back),
    _well("rebooted", "the peer lost its power, and is back", healthy.rebooted),
    _well("exporter-restarted", "the exporter restarted on the peer", healthy.exporter_restarted),
    _well("galera-node-down", "one Galera node stopped, the others serve", healthy.galera_node_down),
)
CASES = (*SCHEDULED, *CHECKED, *HEALTHY)
