"""A second exporter, as the service's user, in front of a large cluster: a real HAProxy with many servers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.exporters import PROGRAM, USER, as_service
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.waiting import until
from tests.trials.common.members import Member, check_read, start, stop

FOLDER = "/run/lab/large"
PORT = 10665
SINK = 13306  # a loopback port, which is all of the servers

CONFIG = """\
global
    stats socket {socket} group {group} mode 660 level admin
    maxconn 8000

defaults
    mode tcp
    timeout connect 3s
    timeout client 10s
    timeout server 10s

frontend sink
    bind 127.0.0.1:{sink}
    default_backend nothing

backend nothing

backend galera
    default-server inter 60s
{servers}
"""


def haproxy_config(size: int, socket: str) -> str:
    servers = "\n".join(f"    server db{number:04} 127.0.0.1:{SINK} check" for number in range(1, size + 1))
    return CONFIG.format(socket=socket, group=USER, sink=SINK, servers=servers)


@dataclass(frozen=True)
class Setup:
    config: str  # of the exporter
    cluster: tuple[str, ...] = ()  # the program that stands for the cluster
    environment: tuple[str, ...] = ()  # of the exporter: NAME=value
    waits_for: str = ""  # a file of the host that is there once the cluster answers

    @property
    def daemon(self) -> str:
        """The cluster's program, as a daemon of the host."""
        return f"large-{Path(self.cluster[0]).name}"


@dataclass(frozen=True)
class Case:
    what: str
    how: str
    sizes: tuple[int, ...]
    set_up: Callable[[Lab, Host, int], Setup]


def haproxy(_lab: Lab, host: Host, size: int) -> Setup:
    socket = f"{FOLDER}/haproxy-{size}.sock"
    host.write(f"{FOLDER}/haproxy.cfg", haproxy_config(size, socket))
    program = ("haproxy", "-db", "-f", f"{FOLDER}/haproxy.cfg")
    return Setup(f"haproxy:\n  stats: unix:{socket}\n", program, waits_for=socket)


SERVERS = Case("HAProxy servers", "a real HAProxy with generated servers", (10, 100, 1000), haproxy)


@contextmanager
def running(case: Case, size: int, lab: Lab, host: Host, also: str = "") -> Iterator[Member]:
    """Starts both, and in the end stops exactly these two. `also` is more configuration of the exporter."""
    setup = case.set_up(lab, host, size)
    host.write(f"{FOLDER}/config.yml", setup.config + also)
    options = (f"--config.file={FOLDER}/config.yml", f"--web.listen-address=127.0.0.1:{PORT}")
    exporter = tuple(as_service(host, PROGRAM, *options, environment=setup.environment))
    member = Member(f"{size} {case.what}", host, PORT)
    try:
        stop(host, member.daemon, PROGRAM)
        if setup.cluster:
            _start_cluster(host, setup)
        start(host, member.daemon, exporter, member.client())
        check_read(member.client())
        yield member
    finally:
        stop(host, member.daemon, PROGRAM)
        if setup.cluster:
            stop(host, setup.daemon, setup.cluster[0])


def _start_cluster(host: Host, setup: Setup) -> None:
    stop(host, setup.daemon, setup.cluster[0])
    host.spawn(setup.daemon, setup.cluster)
    if setup.waits_for:
        until(f"{setup.cluster[0]} to answer", host.path(setup.waits_for).exists, 15)
