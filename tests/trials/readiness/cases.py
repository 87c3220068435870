"""What is done to the pair before the node that serves is lost: breaks, and healthy states."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.lab import haproxy, orders
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.waiting import until

SECONDS = 60.0  # for a resource to move, or to be started again


@dataclass(frozen=True)
class Pair:
    """Who serves when it is asked, and who doesn't; `address` and `proxy` are resources."""

    lab: Lab

    @property
    def holder(self) -> Host:
        return self.lab.fleet.holder()

    @property
    def peer(self) -> Host:
        return self.lab.fleet.peer(self.holder)

    @property
    def address(self) -> str:
        return self.lab.topology.primitives[0]

    @property
    def proxy(self) -> str:
        return self.lab.topology.primitives[1]

    def resource(self, *words: str) -> None:
        self.holder.run("crm_resource", *words, timeout=SECONDS)

    def option(self, name: str, value: str) -> None:
        self.holder.run("crm_attribute", "--type", "crm_config", "--name", name, "--update", value)

    def wait_serving(self, host: Host) -> None:
        """Until that one serves and the cluster has nothing more to do."""

        def serves() -> bool:
            held = self.lab.fleet.holders()
            return held == [host] and bool(host.named("haproxy"))

        until(f"{host.name} to serve", serves, SECONDS)
        host.run("crm_resource", "--wait", timeout=SECONDS)


@dataclass(frozen=True)
class Case:
    name: str
    done: str  # for people
    make: Callable[[Pair], object]
    healthy: bool = False  # a takeover is expected: how long the pages are waited for, no more


def _nothing(_pair: Pair) -> None:
    pass


def _ban(resource: Callable[[Pair], str]) -> Callable[[Pair], None]:
    return lambda pair: pair.resource("--ban", "--resource", resource(pair), "--node", pair.peer.name)


def _fail_counts(pair: Pair, threshold: int, count: int) -> None:
    """Of HAProxy on the peer: as failures leave them that nobody cleaned up."""
    words = ("--set-parameter", "migration-threshold", "--parameter-value", str(threshold))
    pair.resource("--resource", pair.proxy, "--meta", *words)
    name = f"fail-count-{pair.proxy}#monitor_1000"
    pair.holder.run("attrd_updater", "--node", pair.peer.name, "--name", name, "--update", str(count))


def _at_threshold(pair: Pair) -> None:
    _fail_counts(pair, 3, 3)


def _below_threshold(pair: Pair) -> None:
    _fail_counts(pair, 3, 1)


def _failed_start(pair: Pair) -> None:
    """Someone tries the other node and comes back; Pacemaker remembers the failed start."""
    peer, holder = pair.peer, pair.holder
    haproxy.misconfigure(peer, pair.lab.topology)
    orders.move(peer, pair.address)
    holder.run("crm_resource", "--wait", timeout=SECONDS)
    haproxy.configure(peer, pair.lab.topology)
    orders.move(holder, pair.address)  # cleared alone, the address stays there by its stickiness
    pair.wait_serving(holder)
    holder.run("crm_resource", "--clear", "--resource", pair.address)


def _node_maintenance(pair: Pair) -> None:
    pair.holder.run("crm_attribute", "--node", pair.peer.name, "--name", "maintenance", "--update", "true")


def _unmanaged(pair: Pair) -> None:
    words = ("--set-parameter", "is-managed", "--parameter-value", "false")
    pair.resource("--resource", pair.address, "--meta", *words)


def _moved(pair: Pair) -> None:
    peer = pair.peer
    orders.move(peer, pair.address)
    pair.wait_serving(peer)


def _moved_and_back(pair: Pair) -> None:
    first = pair.holder
    _moved(pair)
    pair.resource("--clear", "--resource", pair.address)
    _moved(pair)
    pair.resource("--clear", "--resource", pair.address)
    pair.wait_serving(first)


def _banned_and_cleared(pair: Pair) -> None:
    _ban(lambda pair: pair.address)(pair)
    pair.holder.run("crm_resource", "--wait", timeout=SECONDS)
    pair.resource("--clear", "--resource", pair.address)


def _restarted(pair: Pair) -> None:
    holder = pair.holder
    pair.resource("--restart", "--resource", pair.proxy)
    pair.wait_serving(holder)


def _standby_and_back(pair: Pair) -> None:
    orders.standby(pair.peer)
    pair.holder.run("crm_resource", "--wait", timeout=SECONDS)
    pair.holder.run("crm_attribute", "--node", pair.peer.name, "--name", "standby", "--delete")


CASES = (
    Case("rest", "nothing", _nothing, healthy=True),
    Case("address-banned", "a ban of the address on the peer", _ban(lambda pair: pair.address)),
    Case("haproxy-banned", "a ban of haproxy on the peer", _ban(lambda pair: pair.proxy)),
    Case("failures", "haproxy's fail count on the peer at the threshold", _at_threshold),
    Case("failed-start", "haproxy could not be started on the peer, once", _failed_start),
    Case("standby", "the peer in standby", lambda pair: orders.standby(pair.peer)),
    Case("maintenance", "the cluster in maintenance mode", lambda pair: orders.maintenance(pair.holder)),
    Case("node-maintenance", "the peer in maintenance", _node_maintenance),
    Case("unmanaged", "the address unmanaged", _unmanaged),
    Case("fencing", "fencing on, without a device", lambda pair: pair.option("stonith-enabled", "true")),
    Case("moved-back", "moved to the peer and back, constraints cleared", _moved_and_back, healthy=True),
    Case("constraint-left", "moved here, the preference left", _moved, healthy=True),
    Case("ban-cleared", "a ban of the address, cleared", _banned_and_cleared, healthy=True),
    Case("restarted", "haproxy restarted by crm_resource", _restarted, healthy=True),
    Case("below-threshold", "haproxy's fail count on the peer below it", _below_threshold, healthy=True),
    Case("standby-ended", "the peer was in standby", _standby_and_back, healthy=True),
)
