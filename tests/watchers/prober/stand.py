"""A real HAProxy in front of a real MariaDB, on loopback.

HAProxy comes to the server from 127.0.0.2 and not from 127.0.0.1, which MariaDB never blocks. The server
resolves names, which it has to do to block a host.
"""

import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pymysql
from pymysql.connections import Connection
from pymysql.constants import ER

from tests.mariadb import free_ports, freeze, install, tool

SERVER_NAME = "galera-node07"
USER, PASSWORD = "probe", "probe-secret"
CHECKING = "haproxy"  # of `option mysql-check user haproxy`, which can't give a password
MAX_CONNECT_ERRORS = 10
START_SECONDS = 20.0

CONFIG = """\
global
    maxconn 1000
defaults
    mode tcp
    timeout connect 3s
    timeout client 1h
    timeout server 1h
    retries 3
    option redispatch
frontend mysql
    bind 127.0.0.1:{port}
    default_backend galera
frontend nobody
    bind 127.0.0.1:{nobody_port}
    default_backend none_up
backend galera
    server {name} 127.0.0.2:{server_port} source 127.0.0.2
backend none_up
    server {name} 127.0.0.2:{server_port} disabled
"""


def until(what: str, condition: Callable[[], object], seconds: float = START_SECONDS) -> None:
    """Check again and again until the condition holds; an AssertionError after `seconds`."""
    tick, over = threading.Event(), threading.Event()
    timer = threading.Timer(seconds, over.set)
    timer.start()
    try:
        while not condition():
            assert not over.is_set(), f"not within {seconds:g} s: {what}"
            tick.wait(0.005)
    finally:
        timer.cancel()


def missing() -> str | None:
    """Which program is not there."""
    needed = ("mariadbd", "mariadb-install-db", "haproxy")
    return next((name for name in needed if not tool(name)), None)


class Stand:
    """`port` is HAProxy's, `nobody_port` its way to a backend where no server is up."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port, self.nobody_port, self.server_port = free_ports(3)
        self._server: subprocess.Popen[bytes] | None = None
        self._haproxy: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        server = install(self.folder)
        accounts = self.folder / "accounts.sql"
        accounts.write_text(
            f"CREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{PASSWORD}';\n"
            f"CREATE USER IF NOT EXISTS {CHECKING}@'127.0.0.2';\n"
        )
        config = CONFIG.format(name=SERVER_NAME, **vars(self))
        (self.folder / "haproxy.cfg").write_text(config)
        options = {
            "socket": self.folder / "socket",
            "pid-file": self.folder / "pid",
            "init-file": accounts,
            "port": self.server_port,
            "bind-address": "127.0.0.2",
            "innodb-buffer-pool-size": "16M",
            "performance-schema": "OFF",
            "max-connect-errors": MAX_CONNECT_ERRORS,
            "wsrep-node-name": SERVER_NAME,
        }
        given = [f"--{name}={value}" for name, value in options.items()]
        self._server = self._spawn("mariadbd", *server, *given)
        until("mariadbd answers", self._answers)
        self.start_haproxy()

    def start_haproxy(self) -> None:
        config = str(self.folder / "haproxy.cfg")
        self._haproxy = self._spawn("haproxy", tool("haproxy"), "-db", "-f", config)
        until("haproxy answers", self.lets_a_client_in)

    def stop_haproxy(self) -> None:
        _end(self._haproxy)
        self._haproxy = None

    def stop(self) -> None:
        self.stop_haproxy()
        _end(self._server)

    @contextmanager
    def frozen_haproxy(self) -> Iterator[None]:
        """It takes no connection, the kernel takes them in its place."""
        assert self._haproxy
        freeze(self._haproxy)
        try:
            yield
        finally:
            self._haproxy.send_signal(signal.SIGCONT)

    def lets_a_client_in(self) -> bool:
        try:
            self.client().close()
        except pymysql.Error:
            return False
        return True

    def client(self) -> Connection:
        """As any client, through HAProxy."""
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, ssl_disabled=True
        )

    @contextmanager
    def full(self) -> Iterator[None]:
        """Clients have every connection that the server allows, but for the one of an administrator."""
        ((before,),) = self.sql("SELECT @@max_connections")
        self.sql("SET GLOBAL max_connections = 10")
        try:
            with ExitStack() as held:

                def lets_one_in() -> bool:
                    """A session that has just ended, the one above too, holds a place for a moment more."""
                    try:
                        held.enter_context(self.client())
                    except pymysql.err.OperationalError as error:
                        if error.args[0] != ER.CON_COUNT_ERROR:
                            raise
                        return False
                    return True

                for _ in range(10):
                    until("a place is free", lets_one_in)
                yield
        finally:
            until("a connection is free", self.lets_a_client_in)
            self.sql(f"SET GLOBAL max_connections = {before}")

    def sql(self, statement: str) -> tuple[tuple[object, ...], ...]:
        """As root, over the server's own socket."""
        with socket.socket(socket.AF_UNIX) as connection:  # PyMySQL's own is left open when it fails
            connection.connect(str(self.folder / "socket"))
            session = pymysql.connect(user="root", ssl_disabled=True, defer_connect=True)
            session.connect(connection)
            with session, session.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()

    def status(self, name: str) -> int:
        ((_, value),) = self.sql(f"SHOW GLOBAL STATUS LIKE '{name}'")
        return int(str(value))

    def until_no_client(self) -> None:
        """A server ends a connection a moment after its client has left; until then it holds a place."""
        others = "SELECT 1 FROM information_schema.processlist WHERE user <> 'root' AND user <> 'system user'"
        until("all clients have left the server", lambda: not self.sql(others))

    def _answers(self) -> bool:
        try:
            return (USER,) in self.sql("SELECT user FROM mysql.user")
        except (OSError, pymysql.Error):
            return False

    def _spawn(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process:
        process.kill()
        process.wait()
