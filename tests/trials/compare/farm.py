"""A real HAProxy with many servers, all of them one loopback port of its own (pure)."""

SINK = 13306

CONFIG = """\
global
    stats socket {socket} mode 660 level admin
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


def config(size: int, socket: str) -> str:
    servers = "\n".join(f"    server db{number:04} 127.0.0.1:{SINK} check" for number in range(1, size + 1))
    return CONFIG.format(socket=socket, sink=SINK, servers=servers)
