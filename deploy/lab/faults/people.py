"""What people do, or forget to undo."""

import math
import time

from deploy.lab import cluster, galera, haproxy, network, orders, repair
from deploy.lab.errors import LabError
from deploy.lab.faults.where import balancer
from deploy.lab.fleet import Fleet, prefix_of
from deploy.lab.host import Host
from deploy.lab.waiting import until

MOVE = 30.0  # seconds that a move may take
SETTLED = 3.0  # seconds of service until a person moves it again
WHOLE = 60.0  # seconds for a balancer that came back


def resource_moved(fleet: Fleet, name: str | None) -> str:
    target = fleet.host(name) if name else fleet.peer(fleet.holder())
    moved = fleet.topology.moved
    orders.move(target, moved)
    return f"{moved} moved to {target.name} by hand; the constraint that does it stays until `heal`"


def ping_pong(fleet: Fleet, name: str | None) -> str:
    first = balancer(fleet, name)
    second, moved = fleet.peer(first), fleet.topology.moved
    for target in (second, first, second):
        orders.move(target, moved)
        _wait_settled(target, fleet)
    return f"{moved} moved from {first.name} there, back, and there again; the last constraint stays"


def _wait_settled(target: Host, fleet: Fleet) -> None:
    """Until a person would say that the move is done."""
    since = math.inf

    def settled() -> bool:
        nonlocal since
        since = min(since, time.monotonic()) if _serves(target, fleet) else math.inf
        return time.monotonic() - since >= SETTLED

    until(f"{target.name} to serve for {SETTLED:g} s", settled, MOVE, abort=fleet.abort)


def _serves(target: Host, fleet: Fleet) -> bool:
    view, topology = cluster.view(target), fleet.topology
    if view is None or any(
        view.running.get(one) != (target.name,) for one in topology.tied or topology.primitives
    ):
        return False
    answers = {galera.login(client, topology.vip, topology.port) for client in fleet.clients}
    return answers <= {host.name for host in fleet.databases}


def standby(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    orders.standby(host)
    return f"{host.name} put into standby"


def maintenance(fleet: Fleet, name: str | None) -> str:
    orders.maintenance(balancer(fleet, name))
    return "maintenance-mode=true for the whole cluster: Pacemaker manages nothing"


def probe_refused(fleet: Fleet, _name: str | None) -> str:
    galera.set_password(fleet.databases[0], "probe", "rotated")
    return "the password of the account `probe` changed on the Galera nodes; the exporters have the old one"


def probe_dropped(fleet: Fleet, _name: str | None) -> str:
    galera.drop_account(fleet.databases[0], "probe")
    return "the account `probe` dropped on the Galera nodes"


def resource_disabled(fleet: Fleet, name: str | None) -> str:
    moved = fleet.topology.moved
    orders.disable(balancer(fleet, name), moved)
    return f"{moved} disabled: Pacemaker stops it, and what needs it"


def server_in_maintenance(fleet: Fleet, name: str | None) -> str:
    host, server = balancer(fleet, name), fleet.databases[-1].name
    haproxy.maintain(host, [server])
    return f"{server} put into maintenance in the HAProxy of {host.name}"


def servers_in_maintenance(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    haproxy.maintain(host, [one.name for one in fleet.databases])
    return f"every server put into maintenance in the HAProxy of {host.name}"


def rolling_restart(fleet: Fleet, name: str | None) -> str:
    holder = balancer(fleet, name)
    order = [*(host for host in fleet.balancers if host is not holder), holder]
    for host in order:
        cluster.stop(host)
        cluster.start(host)
        repair.wait_whole(fleet, WHOLE)
    return f"Pacemaker and Corosync restarted in order on {', then on '.join(host.name for host in order)}"


def vip_twice(fleet: Fleet, name: str | None) -> str:
    holder = fleet.holder()
    host = fleet.host(name) if name else fleet.peer(holder)
    if host not in fleet.balancers or host in fleet.holders():
        raise LabError(f"{host.name} is no balancer without the address")
    vip = fleet.topology.vip
    host.run("ip", "address", "add", f"{vip}/{prefix_of(holder, vip)}", "dev", "eth0")
    return f"{vip} added by hand on {host.name}, which Pacemaker does not see: it looked once, at the start"


def vip_twice_found(fleet: Fleet, name: str | None) -> str:
    first = fleet.topology.primitives[0]
    orders.block_when_twice(fleet.holder(), first)
    done = vip_twice(fleet, name)
    fleet.balancers[0].run("crm_resource", "--refresh", "--resource", first)
    return f"{done}; then made to look again, with multiple-active=block, so that it stays"


def vip_claimed(fleet: Fleet, name: str | None) -> str:
    host = fleet.host(name) if name else fleet.databases[-1]
    if host in fleet.balancers:
        raise LabError(f"{host.name} is a balancer: that is the fault vip-twice")
    vip = fleet.topology.vip
    host.run("ip", "address", "add", f"{vip}/{prefix_of(fleet.holder(), vip)}", "dev", "eth0")
    return f"{vip} added by hand on {host.name}, which is no balancer"


def vip_deleted(fleet: Fleet, name: str | None) -> str:
    host, vip = balancer(fleet, name), fleet.topology.vip
    network.forget(host, [vip])
    return f"{vip} deleted by hand on {host.name}"
