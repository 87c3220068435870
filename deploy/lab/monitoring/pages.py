"""The web pages on the machine's own loopback, while the lab is up.

The listening sockets are made in the machine's network and inherited by a forwarder that lives in the host:
it ends with the host, and with it the sockets, after any kind of end.
"""

import errno
import json
import socket
from pathlib import Path

from deploy.lab.host import PYTHON, Host

DAEMON = "forwarder"
RECORD = "/run/lab/pages.json"
PROGRAM = Path(__file__).with_name("forwarder.py")


def urls(host: Host) -> dict[str, str]:
    """By name, as they were opened last."""
    return {name: f"http://127.0.0.1:{port}" for name, port in _ports(host).items()}


def _ports(host: Host) -> dict[str, int]:
    try:
        return dict(json.loads(host.path(RECORD).read_text()))
    except FileNotFoundError:
        return {}


def show(host: Host, wanted: dict[str, tuple[int, int]]) -> None:
    """Name to its port inside and on the loopback: that of the last time; another one if it is taken."""
    if host.daemon(DAEMON):
        return
    last = _ports(host)
    sockets = {name: _listen(last.get(name, outside)) for name, (_, outside) in wanted.items()}
    try:
        ways = [f"{sockets[name].fileno()}:{inside}" for name, (inside, _) in wanted.items()]
        host.write(RECORD, json.dumps({name: one.getsockname()[1] for name, one in sockets.items()}))
        argv = [PYTHON, str(PROGRAM), *ways]
        host.spawn(DAEMON, argv, fds=[one.fileno() for one in sockets.values()])
    finally:
        for one in sockets.values():
            one.close()


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return socket.create_server(("127.0.0.1", 0))
