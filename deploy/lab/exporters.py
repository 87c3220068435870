"""The project's own exporter on the balancers and the clients: its package, installed as people install it.

It runs as its unit says (standin/): as its own user, with the rights that `grant` gives it and no others.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.lab.galera import CLIENT_FILE
from deploy.lab.haproxy import SOCKET
from deploy.lab.host import Host
from deploy.lab.standin.unit import parse, privileges
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

DAEMON = "failover-exporter"
PROGRAM = "/usr/bin/failover-exporter"
PYTHON = "/usr/lib/failover-exporter/bin/python3"  # with which it runs
USER = "failover-exporter"  # and its group
UNIT = "/usr/lib/systemd/system/failover-exporter.service"
FOLDER = "/etc/failover-exporter"
# With which `setup` lets the service read who moves the address.
COROSYNCS_FILE = f"/etc/corosync/uidgid.d/{USER}"
KEEPALIVEDS_FILE = f"/etc/systemd/system/{DAEMON}.service.d/keepalived.conf"
CONFIG = f"{FOLDER}/config.yml"
PORT = 10664
INSTALL = 120.0  # seconds
START = 20.0  # seconds
SETUP = 60.0  # seconds
WRITE_INTERVAL = 0.2  # seconds; only within committing()


def config(topology: Topology) -> str:
    """The configuration of a balancer's exporter, as the README describes it."""
    managers = "keepalived: {}\n" if topology.keepalived else "pacemaker: {}\ncorosync: {}\n"
    return f"{managers}haproxy:\n  stats: unix:{SOCKET}\n{_galera(topology)}{_vips(topology)}"


def _galera(topology: Topology) -> str:
    nodes = "".join(f'    {db.name}: "{db.mysql}"\n' for db in topology.databases)
    return f"galera:\n  client_file: {FOLDER}/galera.cnf\n  nodes:\n{nodes}"


def vantage(topology: Topology) -> str:
    """The configuration of an exporter outside the cluster, which sees what clients see."""
    return _vips(topology, "    claimants: false\n" if topology.keepalived else "")


def _vips(topology: Topology, silent: str = "") -> str:
    probed = f"    port: {topology.port}\n    client_file: {FOLDER}/probe.cnf\n{silent}"
    return "vips:\n" + "".join(f"  - address: {vip}\n{probed}" for vip in topology.vips)


def writing(topology: Topology) -> str:
    """As vantage(), committing rows through each address and reading them back from the Galera nodes."""
    write = f"    write:\n      client_file: {FOLDER}/writer.cnf\n      interval: {WRITE_INTERVAL}\n"
    port = f"    port: {topology.port}\n"
    return _galera(topology) + vantage(topology).replace(port, port + write)


def install(host: Host, deb: Path) -> None:
    copy = f"/run/lab/{deb.name}"
    host.write(copy, deb.read_bytes())
    host.run("dpkg", "--install", copy, timeout=INSTALL, env={"DEBIAN_FRONTEND": "noninteractive"})
    host.path(copy).unlink()


def grant(host: Host) -> None:
    """What a balancer has to allow the service's user, by the command that people use."""
    host.run("failover-exporter", "setup", "--apply", timeout=SETUP)


def granted(host: Host, topology: Topology) -> bool:
    return host.path(KEEPALIVEDS_FILE if topology.keepalived else COROSYNCS_FILE).exists()


def revoke(host: Host) -> None:
    """Takes away what `grant` gave; the service has to be started anew to lose it."""
    host.run("failover-exporter", "setup", "--remove", "--apply", timeout=SETUP)


def as_service(host: Host, *command: str, environment: Sequence[str] = ()) -> list[str]:
    """A command line that has the user, the rights and the variables of the service there, by its unit."""
    own = host.path(KEEPALIVEDS_FILE)
    unit = parse(host.path(UNIT).read_text(), *([own.read_text()] if own.exists() else []))
    return ["env", *unit.words("Environment"), *environment, *privileges(unit), "--", *command]


def write_account(host: Host, path: str, user: str) -> None:
    """An option file with a password, that the service may read and nobody else."""
    host.write(path, CLIENT_FILE.format(user=user), 0o640)
    host.run("chgrp", USER, path)


def configure(balancers: list[Host], clients: list[Host], topology: Topology) -> None:
    for host in balancers + clients:
        write_account(host, f"{FOLDER}/probe.cnf", "probe")
    for host in balancers:
        write_account(host, f"{FOLDER}/galera.cnf", "exporter")
        host.write(CONFIG, config(topology))
    for host in clients:
        host.write(CONFIG, vantage(topology))


@contextmanager
def committing(host: Host, topology: Topology) -> Iterator[None]:
    """With this, the exporter on this client also commits rows; it is restarted before and after."""
    for name, user in (("galera", "exporter"), ("writer", "writer")):
        write_account(host, f"{FOLDER}/{name}.cnf", user)
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
    host.run("systemctl", "start", "--no-block", DAEMON)

    def answers() -> bool:
        if not host.daemon(DAEMON):
            raise LabError(f"{host.name}: the exporter ended; its log:\n{tail(host)}")
        return ready(host)

    until(f"the exporter on {host.name}", answers, START, log=lambda: tail(host), abort=host.abort)


def stop(host: Host) -> None:
    host.run("systemctl", "stop", DAEMON)


def ready(host: Host) -> bool:
    url = f"http://127.0.0.1:{PORT}/-/ready"
    return host.exec(["curl", "-sf", "--max-time", "3", "--output", "/dev/null", url]).returncode == 0


def tail(host: Host) -> str:
    return host.tail(f"/var/log/lab/{DAEMON}.log")
