"""Rows written through the address, and a lock on one Galera node that keeps it from applying them."""

from collections.abc import Sequence

from deploy.lab import galera
from deploy.lab.host import Host
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

LOCK, WRITER, CROWD = "lock", "writer", "crowd"
TABLE = "lab.written"
LASTS = 1800  # seconds, unless it is ended
ROUNDS, ROWS = 100, 50  # connections one after the other, and commits of each

MAKE = f"CREATE DATABASE IF NOT EXISTS lab; CREATE OR REPLACE TABLE {TABLE} (id SERIAL, text CHAR(100))"
# The lock lasts as long as its session.
HOLD = f"{{ echo 'LOCK TABLES {TABLE} WRITE;'; sleep {LASTS}; }}"
LOCKED = "SHOW OPEN TABLES FROM lab WHERE In_use > 0"
# On the locked node itself a round ends at its first row, on any other when commits have to wait.
INSERT = f"INSERT INTO {TABLE} (text) VALUES (1);"  # noqa: S608 - nothing from outside
ROUND = f"{{ echo 'SET lock_wait_timeout = 1;'; yes '{INSERT}' | head -n {ROWS}; }}"
CLIENT = "mariadb --no-defaults --user=root --password=root"
CROWDS = "mariadb --no-defaults --user=client --password=client-lab"


def prepare(host: Host) -> None:
    galera.sql(host, MAKE)


def lock(host: Host) -> None:
    host.spawn(LOCK, ["sh", "-c", f"{HOLD} | {CLIENT} --socket={galera.SOCKET}"])
    until(f"{TABLE} to be locked on {host.name}", lambda: galera.sql(host, LOCKED), 10, abort=host.abort)


def write(client: Host, topology: Topology) -> None:
    one = f"{ROUND} | {CLIENT} --host={topology.vip} --port={topology.port}"
    client.spawn(WRITER, ["timeout", str(LASTS), "sh", "-c", f"for round in $(seq {ROUNDS}); do {one}; done"])


def crowd(client: Host, topology: Topology, number: int) -> None:
    """As many sessions as that stay on each Galera node, each tried again until it gets in."""
    servers = " ".join(place.address for place in topology.databases)
    session = f"{CROWDS} --host=$server --execute='DO SLEEP({LASTS})'"
    one = f"(until {session}; do sleep 0.2; done) &"
    every = f"for server in {servers}; do for session in $(seq {number}); do {one} done; done; wait"
    client.spawn(CROWD, ["timeout", str(LASTS), "sh", "-c", every])


def full(host: Host) -> bool:
    """Whether this node refuses an ordinary client."""
    crowd = ["sh", "-c", f"{CROWDS} --socket={galera.SOCKET} --execute='DO 1'"]
    return "1040" in host.exec(crowd, 5).stderr


def paused(host: Host) -> bool:
    """Whether this node has asked the others to stop replicating until it has caught up."""
    return galera.status(host).get("wsrep_flow_control_requested") == "true"


def tail(client: Host) -> str:
    return client.tail(f"/var/log/lab/{WRITER}.log")


def end(databases: Sequence[Host], clients: Sequence[Host]) -> None:
    crowded = any(host.daemon(CROWD) for host in clients)
    for host in clients:
        _end(host, WRITER)
        _end(host, CROWD)
    for host in databases:
        _end(host, LOCK)
        if crowded:  # a session that sleeps does not notice that its client is gone
            galera.sql(host, "KILL USER client")


def _end(host: Host, daemon: str) -> None:
    leader = host.daemon(daemon)
    if leader:
        host.run("kill", "-KILL", "--", f"-{leader.pid}")  # with all that it began
