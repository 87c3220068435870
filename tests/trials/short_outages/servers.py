"""Three real MariaDB behind a real HAProxy, as in the lab but for the cluster."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.lab.waiting import until
from tests.mariadb import MariaDB, tool

NAMES = ("db1", "db2", "db3")
FEWEST = 10  # connections: MariaDB takes no lower limit
PATIENCE = 20.0  # seconds for HAProxy to listen

# Nobody tells HAProxy that a connection was rejected on the client's side: until its timeout it holds a place
# at a server, and each outage leaves some. Kept sessions are queried more often than that.
CONFIG = """\
global
    maxconn 4000
    stats socket {folder}/admin.sock
defaults
    mode tcp
    retries 3
    option redispatch
    timeout connect 3s
    timeout client 5s
    timeout server 5s
frontend mysql
{binds}
    default_backend galera
backend galera
    balance roundrobin
{servers}
"""


class Refusing:
    """A server that can turn every new client away, as one with too many connections does (error 1040)."""

    def __init__(self, server: MariaDB, stack: ExitStack):
        self._session = stack.enter_context(server.session())
        for _ in range(FEWEST + 2):
            stack.enter_context(server.session())

    def turn_away(self, away: bool) -> None:
        limit = FEWEST if away else 500
        with self._session.cursor() as cursor:
            cursor.execute(f"SET GLOBAL max_connections = {limit}")


@contextmanager
def running(folder: Path, binds: Sequence[str]) -> Iterator[Refusing]:
    """All of them, HAProxy on `binds`; the first server can turn clients away."""
    with ExitStack() as stack:
        databases = [MariaDB(_folder(folder, name), name) for name in NAMES]
        for database in databases:
            stack.callback(database.kill)
            database.install()
            database.start()
        refusing = Refusing(databases[0], stack)
        refusing.turn_away(False)
        config = folder / "haproxy.cfg"
        config.write_text(
            CONFIG.format(
                folder=folder,
                binds="\n".join(f"    bind {bind}" for bind in binds),
                servers="\n".join(
                    f"    server {name} 127.0.0.1:{database.port}"
                    for name, database in zip(NAMES, databases, strict=True)
                ),
            )
        )
        haproxy = subprocess.Popen([tool("haproxy"), "-db", "-f", str(config)])
        stack.callback(haproxy.wait)
        stack.callback(haproxy.terminate)
        until("HAProxy to listen", (folder / "admin.sock").exists, PATIENCE)
        yield refusing


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
