"""What breaks behind the balancers."""

from itertools import combinations

from deploy.lab import galera, load, network
from deploy.lab.faults.where import database, must, strike
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.waiting import until

PAUSED = 20.0  # seconds until the queue of the node that applies nothing is full
CLIENTS = 10  # the least that MariaDB can be limited to
FULL = 30.0  # seconds


def galera_stopped(fleet: Fleet, name: str | None) -> str:
    host = database(fleet, name)
    strike("TERM", host, "mariadbd")
    until(f"mariadbd on {host.name} to stop", lambda: not host.named("mariadbd"), 30)
    return f"MariaDB stopped in order on {host.name}"


def galera_killed(fleet: Fleet, name: str | None) -> str:
    host = database(fleet, name)
    killed = strike("KILL", host, "mariadbd")
    return f"MariaDB killed on {host.name} (pid {killed})"


def galera_frozen(fleet: Fleet, name: str | None) -> str:
    """All of them, or the one that is named."""
    hosts = [database(fleet, name)] if name else fleet.databases
    for host in hosts:
        must(host, "mariadbd")
    fleet.each(hosts, lambda host: strike("STOP", host, "mariadbd"))
    return f"MariaDB stopped by SIGSTOP on {', '.join(host.name for host in hosts)}"


def galera_network_gone(fleet: Fleet, name: str | None) -> str:
    host = database(fleet, name)
    network.unplug(fleet.switch, fleet.place(host.name))
    return f"{host.name} taken off the network"


def galera_partition(fleet: Fleet, name: str | None) -> str:
    host = database(fleet, name)
    _cut_off(host, fleet)
    return f"{host.name} cut off from the others' group traffic; clients still reach it"


def galera_split_three(fleet: Fleet, _name: str | None) -> str:
    for one, other in combinations(fleet.topology.databases, 2):
        network.separate(fleet.switch, one, other, *galera.GROUP_TRAFFIC)
    return "the Galera nodes cut off from each other's group traffic: no majority is left"


def galera_two_primaries(fleet: Fleet, name: str | None) -> str:
    host = database(fleet, name)
    _cut_off(host, fleet)
    galera.bootstrap_alone(host)
    return f"{host.name} cut off from the others' group traffic and made a Primary component of its own"


def galera_desynced(fleet: Fleet, name: str | None) -> str:
    host = database(fleet, name)
    galera.desync(host)
    return f"{host.name} desynced by hand: it takes no part in flow control"


def galera_flow_control(fleet: Fleet, name: str | None) -> str:
    host, (client, *_) = database(fleet, name), fleet.clients
    load.prepare(host)
    load.lock(host)
    load.write(client, fleet.topology)
    until(f"{host.name} to ask for a pause", lambda: load.paused(host), PAUSED, log=lambda: load.tail(client))
    return f"a table locked on {host.name}, {client.name} writes to it: {host.name} holds up all commits"


def galera_read_only(fleet: Fleet, _name: str | None) -> str:
    fleet.each(fleet.databases, galera.forbid_writes)
    return f"read_only=ON on {', '.join(host.name for host in fleet.databases)}"


def galera_full(fleet: Fleet, _name: str | None) -> str:
    client, *_ = fleet.clients
    for host in fleet.databases:
        galera.limit_clients(host, CLIENTS)
    load.crowd(client, fleet.topology, CLIENTS + 2)
    until("every Galera node to refuse clients", lambda: all(map(load.full, fleet.databases)), FULL)
    return f"max_connections={CLIENTS} on every Galera node, and as many clients that stay"


def _cut_off(host: Host, fleet: Fleet) -> None:
    for other in fleet.databases:
        if other is not host:
            places = fleet.place(host.name), fleet.place(other.name)
            network.separate(fleet.switch, *places, *galera.GROUP_TRAFFIC)
