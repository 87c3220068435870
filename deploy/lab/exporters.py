"""The project's own exporter on the balancers and the clients, from the project's virtual environment."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.lab.errors import LabError
from deploy.lab.galera import CLIENT_FILE
from deploy.lab.haproxy import SOCKET
from deploy.lab.host import REPOSITORY, Host
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

DAEMON = "failover-exporter"
PROGRAM = REPOSITORY / ".venv/bin/failover-exporter"
FOLDER = "/etc/failover-exporter"
CONFIG = f"{FOLDER}/config.yml"
PORT = 10664
START = 20.0  # seconds
WRITE_INTERVAL = 0.2  # seconds; only within committing()


def config(topology: Topology) -> str:
    """The configuration of a balancer's exporter, as the README describes it."""
    return (
        "pacemaker: {}\n"
        "corosync: {}\n"
        f"haproxy:\n  stats: unix:{SOCKET}\n"
        f"{_galera(topology)}"
        f"{vantage(topology)}"
    )


def _galera(topology: Topology) -> str:
    nodes = "".join(f"    {db.name}: {db.address}:3306\n" for db in topology.databases)
    return f"galera:\n  client_file: {FOLDER}/galera.cnf\n  nodes:\n{nodes}"


def vantage(topology: Topology) -> str:
    """The configuration of an exporter outside the cluster, which sees what clients see."""
    probed = f"    port: {topology.port}\n    client_file: {FOLDER}/probe.cnf\n"
    return "vips:\n" + "".join(f"  - address: {vip}\n{probed}" for vip in topology.vips)


def writing(topology: Topology) -> str:
    """As vantage(), committing rows through each address and reading them back from the Galera nodes."""
    write = f"    write:\n      client_file: {FOLDER}/writer.cnf\n      interval: {WRITE_INTERVAL}\n"
    port = f"    port: {topology.port}\n"
    return _galera(topology) + vantage(topology).replace(port, port + write)


def configure(balancers: list[Host], clients: list[Host], topology: Topology) -> None:
    for host in balancers + clients:
        host.write(f"{FOLDER}/probe.cnf", CLIENT_FILE.format(user="probe"), 0o600)
    for host in balancers:
        host.write(f"{FOLDER}/galera.cnf", CLIENT_FILE.format(user="exporter"), 0o600)
        host.write(CONFIG, config(topology))
    for host in clients:
        host.write(CONFIG, vantage(topology))


@contextmanager
def committing(host: Host, topology: Topology) -> Iterator[None]:
    """With this, the exporter on this client also commits rows; it is restarted before and after."""
    for name, user in (("galera", "exporter"), ("writer", "writer")):
        host.write(f"{FOLDER}/{name}.cnf", CLIENT_FILE.format(user=user), 0o600)
    try:
        _start_again(host, writing(topology))
        yield
    finally:
        _start_again(host, vantage(topology))


def _start_again(host: Host, config: str) -> None:
    stop(host)
    host.write(CONFIG, config)
    start(host)


def start(host: Host) -> None:
    if not PROGRAM.exists():
        raise LabError(f"{PROGRAM} is missing: run `make venv` (or `make demo`, which does everything)")
    host.spawn(DAEMON, [str(PROGRAM), f"--config.file={CONFIG}"])

    def answers() -> bool:
        if not host.daemon(DAEMON):
            raise LabError(f"{host.name}: the exporter ended; its log:\n{tail(host)}")
        return ready(host)

    until(f"the exporter on {host.name}", answers, START, log=lambda: tail(host), abort=host.abort)


def stop(host: Host) -> None:
    daemon = host.daemon(DAEMON)
    if daemon:
        host.signal("TERM", [daemon])
        what = f"the exporter on {host.name} to stop"
        until(what, lambda: not host.daemon(DAEMON), 15, log=lambda: tail(host))


def ready(host: Host) -> bool:
    url = f"http://127.0.0.1:{PORT}/-/ready"
    return host.exec(["curl", "-sf", "--max-time", "3", "--output", "/dev/null", url]).returncode == 0


def tail(host: Host) -> str:
    return host.tail(f"/var/log/lab/{DAEMON}.log")
