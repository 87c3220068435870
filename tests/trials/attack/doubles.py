"""What the exporter under attack reads and probes, as doubles on loopback."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.golden import CAPTURES

CRM_MON = (CAPTURES / "crm_mon-2.1.5-article.xml").read_bytes()
MOVED = (CAPTURES / "crm_mon-2.1.5-article-resource-moved-haproxy-node02.xml").read_bytes()
CIBADMIN = (CAPTURES / "cibadmin-2.1.5-article.xml").read_bytes()
HAPROXY = (CAPTURES / "haproxy-2.6.12-article.txt").read_text()
SERVERS = 940  # of the large HAProxy: a page of about 4.6 MB

# Protocol 10: version, thread, salt, capabilities, character set, status, capabilities, length of the salt, …
GREETING = (
    b"\x0a5.5.5-10.11.6-MariaDB\x00"
    + struct.pack("<I", 7)
    + b"abcdefgh\x00"
    + struct.pack("<HBHHB10x", 0xF7FE, 45, 2, 0x81BF, 21)
    + b"ijklmnopqrst\x00mysql_native_password\x00"
)
REFUSAL = (
    b"\xff\x15\x04#28000Access denied for user 'failover-exporter-probe'@'localhost' (using password: NO)"
)


def packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body) | number << 24) + body


class _Database(socketserver.BaseRequestHandler):
    """Greets, and refuses each login: for a probe without an account that is a server which is alive."""

    def handle(self) -> None:
        self.request.settimeout(10)
        try:
            self.request.sendall(packet(0, GREETING))
            if self.request.recv(1024):
                self.request.sendall(packet(2, REFUSAL))
                self.request.recv(1024)
        except OSError:  # the client left
            return


class _Haproxy(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            self.request.recv(1024)
            self.request.sendall(self.server.answer)  # type: ignore[attr-defined]  # set below
        except OSError:
            return


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    answer: bytes


def haproxy_answer(servers: int) -> bytes:
    """The captured answer with this many servers more."""
    lines = HAPROXY.splitlines()
    model = next(line for line in lines if ",galera-node01," in line)
    more = [model.replace(",galera-node01,", f",db{number:04},") for number in range(servers)]
    at = lines.index(model)
    return "\n".join([*lines[:at], *more, *lines[at:], ""]).encode()


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def database() -> Iterator[int]:
    """Gives its port."""
    server = _TcpServer(("127.0.0.1", 0), _Database)
    with _serving(server):
        yield int(server.server_address[1])


@contextmanager
def haproxy(path: Path, servers: int = 0) -> Iterator[None]:
    path.unlink(missing_ok=True)
    server = _UnixServer(str(path), _Haproxy)
    server.answer = haproxy_answer(servers)
    with _serving(server):
        yield


def write_tool(folder: Path, name: str, command: str) -> None:
    """A tool that runs this shell command; $* are its arguments."""
    written = folder / f".{name}"
    written.write_text(f"#!/bin/sh\n{command}\n")
    written.chmod(0o755)
    written.replace(folder / name)  # whole at once: the exporter may run it at any moment


def write_pacemaker(folder: Path, state: bytes = CRM_MON) -> None:
    """crm_mon with that state of a cluster; the one that follows changes waits for one that never comes."""
    new = folder / ".crm_mon.xml"
    new.write_bytes(state)
    new.replace(folder / "crm_mon.xml")
    (folder / "cib.xml").write_bytes(CIBADMIN)
    answer = f'case "$*" in *xml*) exec cat {folder}/crm_mon.xml;; *) exec sleep 3600;; esac'
    write_tool(folder, "crm_mon", answer)
    write_tool(folder, "cibadmin", f"exec cat {folder}/cib.xml")
    write_tool(folder, "crm_resource", "echo 127.0.0.1")
