"""Builds a topology: what can go side by side does, since an election alone takes 20 seconds."""

from collections.abc import Callable

from deploy.lab import (
    cluster,
    exporters,
    galera,
    haproxy,
    network,
    package,
    pdu,
    qdevice,
    repair,
    roots,
    sbd_hardware,
    vrrp,
)
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.monitoring import Monitoring, Stack, engines
from deploy.lab.waiting import until

WHOLE = 60.0  # seconds from the last start to a whole cluster
Report = Callable[[str], object]


def build(fleet: Fleet, lock: int, report: Report) -> None:
    engines.find(fleet.state.monitoring().engine).root()  # it may take minutes to make, so before all else
    _hosts(fleet, lock)
    report(f"{len(fleet.hosts)} hosts on {len(fleet.topology.prefixes)} network(s)")
    _configure(fleet)
    _fencing(fleet, lock, report)
    fleet.together(
        lambda: (_vrrp if fleet.topology.keepalived else _cluster)(fleet, report),
        lambda: _databases(fleet, report),
        lambda: _install(fleet, report),
    )
    repair.wait_whole(fleet, WHOLE, tidy=True)
    report(f"whole: {fleet.holder().name} holds {fleet.topology.vip}")
    if fleet.monitor:
        _exporters(fleet, report)
        Monitoring(fleet).wait_scraped()
        report(f"{fleet.state.monitoring()} on {fleet.monitor.name} has scraped them")


def _hosts(fleet: Fleet, lock: int) -> None:
    files = [(host, roots.root(fleet.release(host))) for host in fleet.everything]
    for host, root in files:
        host.begin(lock, root)
    for host in fleet.everything:
        host.wait_ready()
    network.build_switch(fleet.switch, fleet.topology)
    names = "".join(f"{place.address}\t{place.name}\n" for place in fleet.topology.hosts)
    for host in fleet.hosts.values():
        network.plug(fleet.switch, host, fleet.place(host.name))
        host.write("/etc/hosts", "127.0.0.1\tlocalhost\n" + names)


def _configure(fleet: Fleet) -> None:
    topology = fleet.topology
    if topology.keepalived:
        vrrp.configure(fleet)
    else:
        cluster.configure(fleet.balancers, topology)
    for host in fleet.balancers:
        haproxy.configure(host, topology)
        if topology.haproxy_everywhere:
            haproxy.run_everywhere(host)
    galera.configure(fleet.databases, topology)
    if fleet.monitor:
        Stack.of(fleet).configure(topology)


def _fencing(fleet: Fleet, lock: int, report: Report) -> None:
    way = fleet.topology.fencing
    balancers = ", ".join(host.name for host in fleet.balancers)
    if fleet.pdu and way:
        pdu.begin(fleet, fleet.pdu, way, lock)
        report(f"{fleet.pdu.name} can cut off {balancers}")
    elif way:
        sbd_hardware.begin(fleet, lock)
        report(f"{sbd_hardware.disk(fleet)} is a disk that {balancers} share")


def _cluster(fleet: Fleet, report: Report) -> None:
    if fleet.arbiter:
        qdevice.configure(fleet.arbiter, fleet.balancers, fleet.topology)
        qdevice.start_arbiter(fleet.arbiter)
        report(f"the arbiter runs on {fleet.arbiter.name}")
    fleet.each(fleet.balancers, cluster.start)
    report("corosync and pacemaker run; the first DC is being elected")
    first = fleet.balancers[0]
    everyone = {host.name for host in fleet.balancers}

    def elected() -> bool:
        view = cluster.view(first)
        return view is not None and bool(view.dc) and view.online == everyone

    log = cluster.tail_of(first, cluster.PACEMAKER_LOG)
    until("a DC and all balancers online", elected, cluster.ELECTION, log=log, abort=fleet.abort)
    report("a DC is elected, all balancers are online")
    cluster.load(first, fleet.topology)
    report("the resources are configured")
    if fleet.monitor:
        Stack.of(fleet).start()


def _vrrp(fleet: Fleet, report: Report) -> None:
    fleet.each(fleet.balancers, vrrp.start)
    report("haproxy and keepalived run")
    if fleet.monitor:
        Stack.of(fleet).start()


def _databases(fleet: Fleet, report: Report) -> None:
    first, *others = fleet.databases
    galera.bootstrap(first)
    report(f"{first.name} started a Galera cluster")

    def join(host: Host) -> None:
        galera.start(host)
        report(f"{host.name} joined, Synced")

    fleet.each(others, join)


def _install(fleet: Fleet, report: Report) -> None:
    """As people install it, on the hosts where they do."""
    if not fleet.state.exporters():
        return
    hosts = fleet.balancers + fleet.clients
    debs = {name: package.deb(name) for name in {fleet.release(host) or roots.codename() for host in hosts}}
    fleet.each(hosts, lambda host: exporters.install(host, debs[fleet.release(host) or roots.codename()]))
    names = ", ".join(deb.name for deb in debs.values())
    report(f"installed on {', '.join(host.name for host in hosts)}: {names}")


def _exporters(fleet: Fleet, report: Report) -> None:
    """Once clients are served: what they had to wait for would be an outage, and an alert."""
    exporters.configure(fleet.balancers, fleet.clients, fleet.topology)
    fleet.each(fleet.balancers, exporters.grant)
    if fleet.topology.keepalived:
        vrrp.start_again(fleet)
    fleet.each(fleet.exporters, exporters.start)
    report(f"the exporters answer on port {exporters.PORT}")
