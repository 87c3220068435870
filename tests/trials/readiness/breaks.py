"""What keeps a takeover from happening."""

from collections.abc import Callable
from contextlib import suppress
from xml.etree import ElementTree

from deploy.lab import cluster, haproxy, network, orders
from deploy.lab.errors import LabError
from deploy.lab.host import Host
from deploy.lab.topology import Topology
from deploy.lab.waiting import until
from tests.trials.readiness.pair import Pair

THRESHOLD = 3
TRIED = 60.0  # seconds in which the peer should have tried to start it
OWN = "eth9"  # the interface that the address has for itself
AGENTS = {"lsb": "/etc/init.d/{type}", "ocf": "/usr/lib/ocf/resource.d/{provider}/{type}"}
WRONG_LENGTH = 27  # 10.0.0.0 to 10.0.0.31: every host of the lab, but not the address
RIGHT_LENGTH = 24


def ban(resource: Callable[[Pair], str]) -> Callable[[Pair], None]:
    return lambda pair: pair.resource("--ban", "--resource", resource(pair), "--node", pair.peer.name)


def fail_counts(count: int) -> Callable[[Pair], None]:
    """Of HAProxy on the peer: as failures leave them that nobody cleaned up."""

    def make(pair: Pair) -> None:
        peer = pair.peer
        pair.meta(pair.proxy, "migration-threshold", str(THRESHOLD))
        name = f"fail-count-{pair.proxy}#monitor_1000"
        pair.undo.callback(forget_failures, pair, peer)
        pair.holder.run("attrd_updater", "--node", peer.name, "--name", name, "--update", str(count))

    return make


def forget_failures(pair: Pair, host: Host) -> None:
    host.run("crm_failcount", "--delete", "--resource", pair.proxy, "--node", host.name)


def failed_start(pair: Pair) -> None:
    """Someone tries the other node and comes back; Pacemaker remembers the failed start."""
    peer, holder = pair.peer, pair.holder
    haproxy.misconfigure(peer, pair.lab.topology)
    orders.move(peer, pair.address)
    until("the start to fail", lambda: _barred(pair, peer), TRIED)
    pair.wait_idle()
    haproxy.configure(peer, pair.lab.topology)
    holder.run("crm_resource", "--clear", "--resource", pair.address)
    pair.wait_idle()
    if pair.held_by != [holder.name]:  # the address stays there by its stickiness
        orders.move(holder, pair.address)
    pair.wait_serving(holder)
    holder.run("crm_resource", "--clear", "--resource", pair.address)


def _barred(pair: Pair, host: Host) -> bool:
    """A start that failed counts as infinitely many failures (start-failure-is-fatal)."""
    return "INFINITY" in host.run("crm_failcount", "--query", "--resource", pair.proxy, "--node", host.name)


def standby(pair: Pair) -> None:
    orders.standby(pair.peer)


def maintenance(pair: Pair) -> None:
    orders.maintenance(pair.holder)


def node_maintenance(pair: Pair) -> None:
    pair.holder.run("crm_attribute", "--node", pair.peer.name, "--name", "maintenance", "--update", "true")


def unmanaged(pair: Pair) -> None:
    pair.meta(pair.address, "is-managed", "false")


def proxy_disabled(pair: Pair) -> None:
    """It then runs nowhere, while the address stays where it is."""
    pair.meta(pair.proxy, "target-role", "Stopped")
    pair.wait_idle()


def disabled_while_unmanaged(pair: Pair) -> None:
    """So that it runs on; elsewhere it would not be started."""
    unmanaged(pair)
    pair.wait_idle()
    pair.meta(pair.address, "target-role", "Stopped")


def fencing(pair: Pair) -> None:
    pair.option("stonith-enabled", "true")


def no_quorum(pair: Pair) -> None:
    """Each has one of two votes, as without `two_node`."""
    pair.undo.callback(_corosync, pair, cluster.corosync_conf(pair.lab.topology))
    _corosync(pair, without_two_node(pair.lab.topology))
    pair.option("no-quorum-policy", "stop")


def without_two_node(topology: Topology) -> str:
    return cluster.corosync_conf(topology).replace("two_node: 1", "two_node: 0")


def _corosync(pair: Pair, text: str) -> None:
    """On both balancers; those that run take it over, whichever of them is told."""
    hosts = pair.lab.fleet.balancers
    for host in hosts:
        host.write("/etc/corosync/corosync.conf", text)
    running = next(host for host in hosts if cluster.corosync_answers(host))
    running.run("corosync-cfgtool", "-R")


def haproxy_broken(pair: Pair) -> None:
    haproxy.misconfigure(pair.peer, pair.lab.topology)


def agent_missing(pair: Pair) -> None:
    """HAProxy's on the peer."""
    described = pair.holder.run("crm_resource", "--resource", pair.proxy, "--query-xml-raw")
    agent, peer = agent_file(described), pair.peer
    file = peer.path(agent)
    pair.undo.callback(peer.write, agent, file.read_bytes(), 0o755)
    file.unlink()


def agent_file(described: str) -> str:
    """By the primitive in the CIB, ``<primitive id="haproxy" class="lsb" type="haproxy">…``."""
    found = ElementTree.fromstring(described[described.index("<") :])  # noqa: S314 - the lab's own CIB
    return AGENTS[found.get("class", "")].format(type=found.get("type"), provider=found.get("provider"))


def interface_gone(pair: Pair) -> None:
    """The address has an interface for itself, as with a VLAN for clients; the peer's is then taken away."""
    holder, peer = pair.holder, pair.peer
    for host in (holder, peer):
        _plug_own(pair, host)
    words = ("--set-parameter", "nic", "--parameter-value", OWN)
    pair.resource("--resource", pair.address, *words)
    pair.wait_idle()
    pair.wait_serving(holder)
    peer.in_network("ip", "link", "delete", OWN)


def _plug_own(pair: Pair, host: Host) -> None:
    names = [one.name for one in pair.lab.fleet.balancers]
    switch, port = pair.lab.fleet.switch, f"folab-own-{names.index(host.name)}"
    pair.undo.callback(_unplug, switch, port)
    pipe = ("type", "veth", "peer", "name", OWN, "netns", str(host.pid()))
    switch.in_network("ip", "link", "add", port, *pipe)
    switch.in_network("ip", "link", "set", port, "master", network.bridge(0), "up")
    host.in_network("ip", "link", "set", OWN, "up")


def _unplug(switch: Host, port: str) -> None:
    with suppress(LabError):  # with its other end it is gone
        switch.in_network("ip", "link", "delete", port)


def netmask_wrong(pair: Pair) -> None:
    """The peer reaches every other host, and the address is in no network of its."""
    peer = pair.peer
    address = pair.lab.fleet.place(peer.name).address
    pair.undo.callback(_renumber, peer, address, WRONG_LENGTH, RIGHT_LENGTH)
    _renumber(peer, address, RIGHT_LENGTH, WRONG_LENGTH)


def _renumber(host: Host, address: str, old: int, new: int) -> None:
    host.in_network("ip", "address", "add", f"{address}/{new}", "broadcast", "+", "dev", "eth0")
    host.in_network("ip", "address", "delete", f"{address}/{old}", "dev", "eth0")


def galera_unreachable(pair: Pair) -> None:
    fleet = pair.lab.fleet
    for database in pair.lab.topology.databases:
        network.separate(fleet.switch, fleet.place(pair.peer.name), database)
