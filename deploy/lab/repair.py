"""Brings back a whole cluster whatever was broken: it looks at what should be, not at what was done."""

from collections.abc import Callable

from deploy.lab import (
    cluster,
    exporters,
    galera,
    haproxy,
    health,
    load,
    loop,
    network,
    orders,
    power,
    qdevice,
    sbd_hardware,
    vrrp,
)
from deploy.lab.fencing import AGENTS
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.monitoring import Stack
from deploy.lab.waiting import until

FENCED = 30.0  # seconds
TIDY_EVERY = 5  # looks between two cleanups while only leftovers are wrong


def repair(fleet: Fleet) -> None:
    """Starts and reconnects what is missing; then the cluster finds itself (see wait_whole)."""
    for host in fleet.everything:
        host.signal("CONT", [process for process in host.processes() if process.state == "T"])
    _end_fencing(fleet)
    galera.end_lesser_components(fleet.databases)  # before they meet: Galera ends at the sight of another one
    network.repair(fleet.switch, fleet.topology)
    if fleet.topology.fencing == "disk":
        loop.give_back(sbd_hardware.disk(fleet))
    load.end(fleet.databases, fleet.clients)
    for host in fleet.databases + fleet.clients:
        network.forget(host, fleet.topology.vips)
    for host in fleet.balancers:
        _reset_fenced(fleet, host)
        network.open_again(host)
        haproxy.configure(host, fleet.topology)
        haproxy.bring_back(host)
    if fleet.arbiter:
        qdevice.start_arbiter(fleet.arbiter)
    start = _vrrp_again(fleet) if fleet.topology.keepalived else cluster.start
    fleet.together(
        *(lambda host=host: start(host) for host in fleet.balancers),
        *(lambda host=host: _exporter(fleet, host) for host in fleet.exporters),
        lambda: _monitoring(fleet),
        lambda: _databases(fleet),
    )


def _exporter(fleet: Fleet, host: Host) -> None:
    if host in fleet.balancers and not exporters.granted(host, fleet.topology):
        exporters.stop(host)  # one that runs keeps the rights that it had
        exporters.grant(host)
    exporters.start(host)


def _end_fencing(fleet: Fleet) -> None:
    """While its device is still out of reach: else a node would be shot that has just been started. What a
    person says ends the waiting, not the agent that is on its way."""
    way = fleet.topology.fencing
    if way is None:
        return
    agents = AGENTS[way]

    def over() -> bool:
        views = {host: cluster.view(host) for host in fleet.balancers}
        pending = {(host, node) for host, view in views.items() if view for node in view.unclean}
        for host, node in pending:
            orders.confirm_off(host, node)
        return not pending and not any(host.named(agent) for host in fleet.balancers for agent in agents)

    until("no node to be fenced any more", over, FENCED, abort=fleet.abort, step=1.0)


def _reset_fenced(fleet: Fleet, host: Host) -> None:
    """A node whose port was closed goes on with what it ran: it may come back only after a restart."""
    if network.is_fenced(fleet.switch, fleet.topology, fleet.place(host.name)):
        power.cut(host)
        network.forget(host, fleet.topology.vips)


def _vrrp_again(fleet: Fleet) -> Callable[[Host], None]:
    """With the configuration that it should have; where it runs it reads that."""

    def start(host: Host) -> None:
        # One that is started just now reads it by itself; SIGHUP would end it before it has begun.
        reads_another = vrrp.changed(host, fleet) and host.daemon("keepalived")
        vrrp.set_up(host, fleet)
        vrrp.start(host)
        if reads_another:
            vrrp.reload(host)

    return start


def _databases(fleet: Fleet) -> None:
    if not any(host.daemon("mariadbd") for host in fleet.databases):
        galera.revive(fleet.databases)
    fleet.together(
        *(lambda host=host: galera.start(host) for host in fleet.databases),
        lambda: galera.agree(fleet.databases),
    )
    galera.restore_password(fleet.databases, "probe")


def _monitoring(fleet: Fleet) -> None:
    if fleet.monitor:
        Stack.of(fleet).start()


def wait_whole(fleet: Fleet, seconds: float, *, tidy: bool = False) -> None:
    """Until nothing is wrong; `tidy` makes Pacemaker forget failures and moves once its nodes are back."""
    found: list[str] = []
    looks = 0

    def whole() -> bool:
        nonlocal looks
        found[:] = health.diagnose(fleet)
        if tidy and found and looks % TIDY_EVERY == 0 and not fleet.topology.keepalived:
            _tidy(fleet)
        looks += 1
        return not found

    until("a whole cluster", whole, seconds, log=lambda: "\n".join(found), abort=fleet.abort, step=0.3)


def _tidy(fleet: Fleet) -> None:
    balancers = fleet.balancers
    views = [cluster.view(host) for host in balancers]
    everyone = {host.name for host in balancers}
    together = all(view and view.online == everyone for view in views)
    if together and len(fleet.holders()) > 1:
        orders.look_again(balancers[0])
    if together and (orders.leftovers(balancers[0]) or any(view and view.troubles for view in views)):
        orders.tidy(balancers[0])
