"""HAProxy's configuration on the balancers, and what it says of its servers; Pacemaker starts it."""

import csv

from deploy.lab.host import Host
from deploy.lab.topology import Topology

SOCKET = "/run/haproxy/admin.sock"
BACKEND = "galera"

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
    timeout connect 3s
    timeout client 1h
    timeout server 1h

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


def config(topology: Topology) -> str:
    binds = "\n".join(f"    bind {vip}:{topology.port}" for vip in topology.vips)
    servers = "\n".join(f"    server {db.name} {db.address}:3306 check" for db in topology.databases)
    return CONFIG.format(socket=SOCKET, backend=BACKEND, binds=binds, servers=servers)


def configure(host: Host, topology: Topology) -> None:
    host.write("/etc/haproxy/haproxy.cfg", config(topology))


def limit(host: Host, topology: Topology, *, connect: int, client: int, server: int) -> None:
    """Other time-outs than the lab's, in milliseconds; HAProxy takes them when it next starts."""
    text = config(topology)
    for name, before, now in (("connect", "3s", connect), ("client", "1h", client), ("server", "1h", server)):
        text = text.replace(f"    timeout {name} {before}\n", f"    timeout {name} {now}\n", 1)
    host.write("/etc/haproxy/haproxy.cfg", text)


def misconfigure(host: Host, topology: Topology) -> None:
    """A slip of the pen, that HAProxy finds when it next starts."""
    host.write("/etc/haproxy/haproxy.cfg", config(topology).replace("    server ", "    sever ", 1))


def servers(host: Host) -> dict[str, str]:
    """Each server's status as the HAProxy on this host sees it; empty when it does not answer."""
    command = ["socat", "-t", "3", "-T", "3", "STDIO", f"UNIX-CONNECT:{SOCKET}"]
    return parse_servers(host.exec(command, timeout=5, stdin="show stat\n").stdout)


def parse_servers(text: str) -> dict[str, str]:
    rows = csv.DictReader(text.removeprefix("# ").splitlines())
    return {
        row["svname"]: row["status"]
        for row in rows
        if row.get("pxname") == BACKEND and row.get("svname") not in ("FRONTEND", "BACKEND")
    }
