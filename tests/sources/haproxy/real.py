"""A real HAProxy on loopback, with something of everything, for the tests that compare."""

import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from exporter.transports import unix_socket
from exporter.transports.deadline import Deadline

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")

# Names with all characters that HAProxy allows; a failed check whose text needs the CSV's quotes.
CONFIGURATION = r"""
global
  stats socket {socket} mode 600 level admin
  node test-node
  description "a \"pair\", really"
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout queue 30s
  timeout check 1s
  option socket-stats
  default-server inter 100ms fall 2 rise 2
frontend metrics
  bind 127.0.0.1:{metrics}
  http-request use-service prometheus-exporter if {{ path /metrics }}
  stats enable
  stats uri /stats
  stats show-legends
frontend origin
  bind 127.0.0.1:{origin}
  http-request return status 404 if {{ path /missing }}
  http-request return status 503 if {{ path /sick }}
  http-request return status 200 content-type text/plain string "well"
  http-after-response set-status 503 reason "no, \"not\" well" if {{ status 503 }}
frontend web
  bind 127.0.0.1:{web} name "listener:1"
  default_backend app
backend app
  option httpchk GET /
  server well 127.0.0.1:{origin} check
  server slow 127.0.0.1:{origin} check slowstart 1000s
  server down 127.0.0.1:{closed} check agent-check agent-port {closed} agent-inter 100ms
  server maint 127.0.0.1:{origin} check disabled
  server laid-off 127.0.0.1:{origin} check
  server drain 127.0.0.1:{origin} check
  server unchecked 127.0.0.1:{origin} weight 0 maxconn 7 maxqueue 9
  server backup 127.0.0.1:{origin} check backup
backend sick
  option httpchk GET /sick
  server a 127.0.0.1:{origin} check
backend empty
  timeout server 1s
backend sticky
  stick-table type ip size 1k
  stick on src
  server well 127.0.0.1:{origin}
listen weird.Name_1:with-all
  mode tcp
  bind 127.0.0.1:{tcp}
  server a.b:c_1 127.0.0.1:{origin} check
  server tracking 127.0.0.1:{origin} track app/down
  server follows-maint 127.0.0.1:{origin} track app/maint
listen queued
  mode tcp
  bind 127.0.0.1:{queued}
  server one 127.0.0.1:{web} maxconn 1
frontend off
  bind 127.0.0.1:{off}
  disabled
"""
PORTS = ("metrics", "origin", "web", "closed", "tcp", "queued", "off")
BECOME = {  # what each server must have become before the comparison begins
    "well": "UP",
    "slow": "UP",
    "down": "DOWN",
    "maint": "MAINT",
    "laid-off": "MAINT",
    "drain": "DRAIN",
    "unchecked": "no check",
    "backup": "UP",
}


@dataclass(frozen=True)
class Haproxy:
    socket: str
    pid: int
    ports: dict[str, int]

    def command(self, text: str) -> str:
        return unix_socket.ask(self.socket, text, Deadline.after(5)).decode()

    def get(self, port: str, path: str, times: int = 1) -> str:
        """The body of the last answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=5)
        for _ in range(times):
            connection.request("GET", path)
            body = connection.getresponse().read()
        connection.close()
        return body.decode()


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def listens(path: str) -> bool:
    """HAProxy makes the file before it listens there."""
    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
        connection.connect(path)
        return True
    return False


@contextmanager
def running(folder: Path, configuration: str = CONFIGURATION, *arguments: str) -> Iterator[Haproxy]:
    """Start it in the foreground, end it by its own pid."""
    assert HAPROXY
    path, ports = str(folder / "admin.sock"), dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    file = folder / "haproxy.cfg"
    file.write_text(configuration.format(socket=path, **ports))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([HAPROXY, "-db", "-f", str(file), *arguments], stdout=log, stderr=log)
    haproxy = Haproxy(path, process.pid, ports)
    try:
        wait_until(lambda: listens(haproxy.socket) or process.poll() is not None, "its socket")
        assert process.poll() is None, (folder / "log").read_text()
        yield haproxy
    finally:
        if arguments:
            process.terminate()  # the master, which ends its workers
        else:
            process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Ask again and again; never by a fixed pause."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:g} s for {what}"
        time.sleep(0.02)
