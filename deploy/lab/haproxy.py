"""HAProxy's configuration on the balancers, and what it says of its servers; Pacemaker starts it."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.lab.host import Host
from deploy.lab.topology import Topology
from exporter.endpoint import Endpoint

SOCKET = "/run/haproxy/admin.sock"
BACKEND = "galera"
OWN_AGENT = Path(__file__).with_name("agents") / "haproxy"

CONFIG = """\
global
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
    stats socket {socket} mode 660 level admin
    stats timeout 30s
    maxconn 2000

defaults
    mode tcp
    retries 3
    option redispatch
    timeout connect {connect}
    timeout client {client}
    timeout server {server}

frontend mysql
{binds}
    default_backend {backend}

backend {backend}
    balance roundrobin
    option mysql-check user haproxy
    default-server inter 1s rise 2 fall 3
{servers}

frontend stats
    mode http
    bind 127.0.0.1:8404
    timeout client 10s
    http-request use-service prometheus-exporter if {{ path /metrics }}
    stats enable
    stats uri /stats
"""


@dataclass(frozen=True)
class Timeouts:
    """As haproxy.cfg has them; a number alone is milliseconds."""

    connect: str
    client: str
    server: str


OWN = Timeouts("3s", "1h", "1h")


def config(topology: Topology, timeouts: Timeouts = OWN) -> str:
    binds = "\n".join(f"    bind {Endpoint(vip, topology.port)}" for vip in topology.vips)
    servers = "\n".join(f"    server {db.name} {db.mysql} check" for db in topology.databases)
    parts = {"socket": SOCKET, "backend": BACKEND, "binds": binds, "servers": servers, **asdict(timeouts)}
    return CONFIG.format(**parts)


AGENT = "/usr/lib/ocf/resource.d/heartbeat/haproxy"


def run_everywhere(host: Host) -> None:
    """HAProxy may listen on addresses that the host does not hold, and Pacemaker has an agent for it."""
    host.run("sysctl", "-q", "-w", "net.ipv4.ip_nonlocal_bind=1")
    if not host.path(AGENT).exists():
        host.write(AGENT, OWN_AGENT.read_bytes(), 0o755)


def configure(host: Host, topology: Topology, timeouts: Timeouts = OWN) -> None:
    """HAProxy takes it when it next starts."""
    host.write("/etc/haproxy/haproxy.cfg", config(topology, timeouts))


def misconfigure(host: Host, topology: Topology) -> None:
    """A slip of the pen, that HAProxy finds when it next starts."""
    host.write("/etc/haproxy/haproxy.cfg", config(topology).replace("    server ", "    sever ", 1))


def reload(host: Host) -> None:
    """As after a change of its configuration: a new process takes over, the old ends with its sessions."""
    host.run("/etc/init.d/haproxy", "reload")


def maintain(host: Host, names: Iterable[str]) -> None:
    """Takes servers out, as a person does on the page or the socket."""
    for name in names:
        _ask(host, f"set server {BACKEND}/{name} state maint")


def bring_back(host: Host) -> None:
    """Every server that was taken out."""
    for name, status in servers(host).items():
        if status.startswith("MAINT"):
            _ask(host, f"set server {BACKEND}/{name} state ready")


def servers(host: Host) -> dict[str, str]:
    """Each server's status as the HAProxy on this host sees it; empty when it does not answer."""
    return parse_servers(_ask(host, "show stat"))


def _ask(host: Host, command: str) -> str:
    socat = ["socat", "-t", "3", "-T", "3", "STDIO", f"UNIX-CONNECT:{SOCKET}"]
    return host.exec(socat, timeout=5, stdin=f"{command}\n").stdout


def parse_servers(text: str) -> dict[str, str]:
    rows = csv.DictReader(text.removeprefix("# ").splitlines())
    return {
        row["svname"]: row["status"]
        for row in rows
        if row.get("pxname") == BACKEND and row.get("svname") not in ("FRONTEND", "BACKEND")
    }
