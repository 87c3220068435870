"""What keeps a lab from being whole, in sentences; whole is when there is nothing to say."""

from dataclasses import dataclass, field

from deploy.lab import cluster, exporters, galera, haproxy, orders, qdevice, sbd, vrrp
from deploy.lab.cluster import View
from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet, addresses, side_by_side
from deploy.lab.host import Host
from deploy.lab.monitoring import Stack
from deploy.lab.topology import Topology


@dataclass
class Reading:
    """Everything that is read, as each host itself reports it; None or {} from one that does not answer."""

    views: dict[str, View | None] = field(default_factory=dict)  # Pacemaker's
    keepalived: dict[str, vrrp.View | None] = field(default_factory=dict)  # Keepalived's
    leftovers: dict[str, list[str]] = field(default_factory=dict)
    links_down: dict[str, list[str]] = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)  # balancer to the VIPs on its interfaces
    servers: dict[str, dict[str, str]] = field(default_factory=dict)
    databases: dict[str, dict[str, str]] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)
    exporters: dict[str, bool] = field(default_factory=dict)
    monitoring: dict[str, list[str]] = field(default_factory=dict)  # host to what does not run there
    votes: dict[str, bool] = field(default_factory=dict)  # balancer to whether it has the arbiter's vote
    without_sbd: list[str] = field(default_factory=list)  # balancers where it should run and does not
    stopped: dict[str, list[str]] = field(default_factory=dict)  # host to processes stopped by a signal


def read(fleet: Fleet) -> Reading:
    reading = Reading(stopped=_by_a_signal(fleet))
    vips = fleet.topology.vips

    def balancer(host: Host) -> None:
        if fleet.topology.keepalived:
            reading.keepalived[host.name] = vrrp.view(host)
        else:
            _read_pacemaker(host, reading)
        reading.held[host.name] = [address for address in addresses(host) if address in vips]
        reading.servers[host.name] = haproxy.servers(host) if reading.held[host.name] else {}
        exporter(host)

    def exporter(host: Host) -> None:
        if host in fleet.exporters:
            reading.exporters[host.name] = exporters.ready(host)

    def vote(host: Host) -> None:
        reading.votes[host.name] = qdevice.has_vote(host)

    def database(host: Host) -> None:
        reading.databases[host.name] = galera.status(host)

    def client(host: Host) -> None:
        exporter(host)
        if host is fleet.monitor:
            reading.monitoring[host.name] = Stack.of(fleet).unready()
        for vip in vips:
            reading.logins[f"{host.name} to {vip}"] = galera.login(host, vip, fleet.topology.port)

    side_by_side(
        *(lambda host=host: balancer(host) for host in fleet.balancers),
        *(lambda host=host: vote(host) for host in fleet.balancers if fleet.arbiter),
        *(lambda host=host: database(host) for host in fleet.databases),
        *(lambda host=host: client(host) for host in fleet.clients),
    )
    return reading


def _by_a_signal(fleet: Fleet) -> dict[str, list[str]]:
    found = {
        host.name: [process.name for process in host.processes() if process.state == "T"]
        for host in fleet.everything
    }
    return {name: processes for name, processes in found.items() if processes}


def _read_pacemaker(host: Host, reading: Reading) -> None:
    reading.views[host.name] = cluster.view(host)
    reading.leftovers[host.name] = orders.leftovers(host)
    reading.links_down[host.name] = cluster.links_down(host)
    if sbd.configured(host) and not sbd.runs(host):
        reading.without_sbd.append(host.name)


def problems(topology: Topology, reading: Reading) -> list[str]:
    return [
        *_stopped(reading),
        *(
            vrrp.problems(topology, reading.keepalived)
            if topology.keepalived
            else _pacemaker(topology, reading)
        ),
        *(f"{host}: is without the arbiter's vote" for host, has in reading.votes.items() if not has),
        *(f"{host}: sbd does not run" for host in reading.without_sbd),
        *_addresses(topology, reading),
        *_databases(topology, reading),
        *_service(topology, reading),
        *(f"{host}: the exporter does not answer" for host, ready in reading.exporters.items() if not ready),
        *(f"{host}: {name} does not run" for host, names in reading.monitoring.items() for name in names),
    ]


def _stopped(reading: Reading) -> list[str]:
    return [f"{host}: stopped by a signal: {', '.join(names)}" for host, names in reading.stopped.items()]


def _pacemaker(topology: Topology, reading: Reading) -> list[str]:
    found = []
    everyone = frozenset(host.name for host in topology.balancers)
    for host, view in sorted(reading.views.items()):
        found += [f"{host}: corosync link {line}" for line in reading.links_down[host]]
        if view is None:
            found.append(f"{host}: pacemaker does not answer")
            continue
        if missing := sorted(everyone - view.online):
            found.append(f"{host}: does not see {', '.join(missing)} online")
        found += [f"{host}: {trouble}" for trouble in view.troubles]
        found += [f"{host}: leftover constraint {name}" for name in reading.leftovers[host]]
        found += [f"{host}: {line}" for line in _resources(topology, view)]
    dcs = {view.dc for view in reading.views.values() if view}
    if dcs and (len(dcs) > 1 or "" in dcs):
        found.append(f"no single DC: {', '.join(sorted(dc or 'none' for dc in dcs))}")
    return found


def _resources(topology: Topology, view: View) -> list[str]:
    found = []
    for resource in topology.primitives:
        nodes = view.running.get(resource, ())
        if len(nodes) != 1:
            found.append(f"{resource} is started on {', '.join(nodes) or 'no node'}")
    for resource, nodes in view.running.items():
        if resource not in topology.primitives and len(nodes) != len(topology.balancers):
            found.append(f"clone {resource} is started on {', '.join(nodes) or 'no node'}")
    return found


def _addresses(topology: Topology, reading: Reading) -> list[str]:
    found = []
    for vip in topology.vips:
        holders = sorted(host for host, held in reading.held.items() if vip in held)
        if len(holders) != 1:
            found.append(f"{vip} is held by {', '.join(holders) or 'nobody'}")
    return found


def _databases(topology: Topology, reading: Reading) -> list[str]:
    found = []
    for host, status in sorted(reading.databases.items()):
        seen = (
            status.get("wsrep_cluster_status", "no answer"),
            status.get("wsrep_local_state_comment", "no answer"),
            status.get("wsrep_cluster_size", "no answer"),
        )
        if seen != ("Primary", "Synced", str(len(topology.databases))):
            found.append(f"{host}: Galera is {seen[0]}, {seen[1]}, size {seen[2]}")
    return found


def _service(topology: Topology, reading: Reading) -> list[str]:
    names = {host.name for host in topology.databases}
    found = []
    for host, held in reading.held.items():
        servers = reading.servers[host]
        found += [
            f"{host}: HAProxy calls {name} {servers.get(name, 'nothing')}"
            for name in sorted(names)
            if held and servers.get(name) != "UP"
        ]
    bad = {way: answer for way, answer in reading.logins.items() if answer not in names}
    found += [f"no login from {way}: {answer}" for way, answer in bad.items()]
    return found


def diagnose(fleet: Fleet) -> list[str]:
    """Problems of the lab now; a host that is gone is a problem, not an error."""
    dead = [f"{host.name} is not running" for host in fleet.everything if not host.alive()]
    if dead:
        return dead
    try:
        return problems(fleet.topology, read(fleet))
    except LabError as error:
        return [str(error)]
