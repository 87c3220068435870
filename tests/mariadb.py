"""A real MariaDB with Galera for the tests: one node, on loopback, in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest
import trustme
from pymysql.connections import Connection

from exporter.transports.mysql_account import Account, AccountFile

PROVIDER = Path("/usr/lib/galera/libgalera_smm.so")
START_SECONDS = 20.0
USER, PASSWORD = "exporter", "s3cret ☂ \"quoted'"
CERTIFIED_NAME = "galera.example"


def free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def account(folder: Path, *lines: str) -> Account:
    """USER's, from an option file in `folder` with these lines more."""
    path = folder / "client.cnf"
    path.write_text("\n".join(["[client]", f"user={USER}", f"password='{PASSWORD}'", *lines]))
    return AccountFile(str(path)).account()


def tool(name: str) -> str:
    """Its path, empty when it is not installed."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/bin") or ""


def install(folder: Path) -> list[str]:
    """A new server's tables in `folder`; the command that runs a server on them.

    Temporary tables get a folder of their own: a mariadbd that starts deletes all that it finds in the one
    it shares, other servers' too.
    """
    options = ["--no-defaults", f"--datadir={folder / 'data'}", f"--tmpdir={folder / 'tmp'}"]
    if os.geteuid() == 0:
        options.append("--user=root")
    (folder / "tmp").mkdir()
    done = subprocess.run(
        [
            *(tool("mariadb-install-db"), *options),
            *("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [tool("mariadbd"), *options]


class MariaDB:
    """The server and what a test does to it. `port` is on 127.0.0.1, where USER may log in with PASSWORD."""

    def __init__(self, folder: Path, name: str = ""):
        """`name` as a node of Galera; without one, this host's."""
        self.folder = folder
        self._name = name
        self.port, self._group_port, self._transfer_port = free_ports(3)
        self.ca = str(folder / "ca.pem")
        self._command: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def install(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca)
        authority.issue_cert(CERTIFIED_NAME).private_key_and_cert_chain_pem.write_to_path(
            str(self.folder / "server.pem")
        )
        password = pymysql.converters.escape_string(PASSWORD)
        (self.folder / "accounts.sql").write_text(
            f"CREATE USER IF NOT EXISTS {USER}@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        )
        self._command = install(self.folder)

    def start(self) -> None:
        (self.folder / "data/grastate.dat").unlink(
            missing_ok=True
        )  # else not safe to bootstrap after a crash
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*self._command, *self._options()], stdout=log, stderr=log)
        give_up = threading.Event()
        timer = threading.Timer(START_SECONDS, give_up.set)
        timer.start()
        try:
            while not self._answers():
                if self._process.poll() is not None or give_up.wait(0.02):
                    raise AssertionError((self.folder / "log").read_text()[-2000:])
        finally:
            timer.cancel()

    def _options(self) -> list[str]:
        options = {
            "socket": self.folder / "socket",
            "pid-file": self.folder / "pid",
            "init-file": self.folder / "accounts.sql",
            "port": self.port,
            "bind-address": "127.0.0.1",
            "ssl-ca": self.ca,
            "ssl-cert": self.folder / "server.pem",
            "ssl-key": self.folder / "server.pem",
            "binlog-format": "ROW",
            "innodb-autoinc-lock-mode": 2,
            "innodb-buffer-pool-size": "16M",
            "performance-schema": "OFF",
            "wsrep-on": "ON",
            "wsrep-provider": PROVIDER,
            "wsrep-cluster-address": "gcomm://",
            "wsrep-cluster-name": "tested",
            "wsrep-node-address": "127.0.0.1",
            "wsrep-node-incoming-address": f"127.0.0.1:{self.port}",
            "wsrep-provider-options": f"gmcast.listen_addr=tcp://127.0.0.1:{self._group_port};"
            f"ist.recv_addr=127.0.0.1:{self._transfer_port};gcache.size=4M",
        }
        options |= {"wsrep-node-name": self._name} if self._name else {}
        given = [f"--{name}={value}" for name, value in options.items()]
        return ["--skip-name-resolve", *given, "--wsrep-new-cluster"]

    def _answers(self) -> bool:
        try:
            return self.sql("SHOW STATUS LIKE 'wsrep_ready'") == (("wsrep_ready", "ON"),)
        except (OSError, pymysql.Error):
            return False

    def sql(self, statement: str) -> tuple[tuple[object, ...], ...]:
        """As root, committed at once."""
        with self.session() as session, session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Root's, over the server's own socket."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.folder / "socket"))
            session = pymysql.connect(user="root", ssl_disabled=True, autocommit=True, defer_connect=True)
            session.connect(connection)
            with session:
                yield session

    def kill_connections(self) -> int:
        """End every connection of USER on the server's side, as wait_timeout does."""
        found = [number for number, user, *_ in self.sql("SHOW PROCESSLIST") if user == USER]
        for number in found:
            self.sql(f"KILL CONNECTION {number}")
        return len(found)

    def freeze(self) -> None:
        assert self._process
        freeze(self._process)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)


def freeze(process: subprocess.Popen[bytes]) -> None:
    """Stops it by SIGSTOP, and comes back when the last of its threads stands still: until then the others
    go on with their work. SIGCONT ends it."""
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    """One server for all tests, which leave it running and thawed."""
    if not PROVIDER.exists() or not tool("mariadbd"):
        pytest.skip("mariadb-server or galera-4 is not installed")
    server = MariaDB(tmp_path_factory.mktemp("mariadb"))
    try:
        server.install()
        server.start()
        yield server
    finally:
        server.kill()
