"""Three MariaDB servers as one Galera cluster, and the accounts that everything else logs in with."""

import time
from collections.abc import Sequence

from deploy.lab.errors import LabError, Overdue
from deploy.lab.host import Host
from deploy.lab.topology import Host as Place
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

DEFAULTS = "/etc/mysql/lab.cnf"
SOCKET = "/run/mysqld/mysqld.sock"
ERROR_LOG = "/var/log/mysql/error.log"
ACCOUNTS = "/etc/mysql/accounts.sql"
# In nftables' words: the group's own traffic and incremental state transfers, whoever began the connection.
GROUP_TRAFFIC = ("tcp dport 4567-4568", "tcp sport 4567-4568")
ALONE = 60.0  # seconds until a node that is cut off has given up the others; evs.inactive_timeout is 15
AGREE = 6.0  # seconds for nodes that reach each other again to form a Primary component; a joiner waits 30
JOIN = 60.0  # seconds, a whole state transfer included

CONFIG = """\
[mysqld]
user = mysql
bind-address = {bind}
datadir = /var/lib/mysql
socket = /run/mysqld/mysqld.sock
pid-file = /run/mysqld/mysqld.pid
log-error = /var/log/mysql/error.log
binlog_format = ROW
default_storage_engine = InnoDB
innodb_autoinc_lock_mode = 2
innodb_flush_log_at_trx_commit = 0
innodb_buffer_pool_size = 64M
innodb_log_file_size = 16M
performance_schema = OFF

wsrep_on = ON
wsrep_provider = /usr/lib/galera/libgalera_smm.so
wsrep_provider_options = "gcache.size=32M"
wsrep_cluster_name = {cluster}
wsrep_cluster_address = gcomm://{addresses}
wsrep_node_name = {name}
wsrep_node_address = {address}
wsrep_sst_method = rsync
"""

# The accounts are the same on every topology; `haproxy` has no password because its check can't give one.
SQL = """\
ALTER USER root@localhost IDENTIFIED BY 'root';
CREATE USER root@'%' IDENTIFIED BY 'root';
GRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;
CREATE USER haproxy@'%';
CREATE USER exporter@'%' IDENTIFIED BY 'exporter-lab';
CREATE USER probe@'%' IDENTIFIED BY 'probe-lab';
CREATE USER client@'%' IDENTIFIED BY 'client-lab';
CREATE USER writer@'%' IDENTIFIED BY 'writer-lab';
GRANT CREATE, INSERT, SELECT, DELETE ON failover_exporter.* TO writer@'%';
"""
ROOT = {"MYSQL_PWD": "root"}
# What faults change while a server runs, as it is without them.
ORDINARY = "SET GLOBAL read_only = OFF; SET GLOBAL max_connections = DEFAULT"
# A new Primary component. MariaDB 11.8 of Debian has the provider's options as variables, and refuses the
# first way; an older one does not know the second.
BOOTSTRAP = (
    "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'",
    "SET GLOBAL wsrep_provider_pc_bootstrap = ON",
)
CLIENT_FILE = "[client]\nuser = {user}\npassword = {user}-lab\n"


def config(topology: Topology, place: Place) -> str:
    addresses = ",".join(db.address for db in topology.databases)
    return CONFIG.format(
        bind="::" if place.ipv6 else "0.0.0.0",  # noqa: S104 - of a network without a way out
        cluster=topology.cluster_name,
        addresses=addresses,
        name=place.name,
        address=place.address,
    )


def configure(hosts: Sequence[Host], topology: Topology) -> None:
    for host, place in zip(hosts, topology.databases, strict=True):
        host.write(DEFAULTS, config(topology, place))
        host.write(ACCOUNTS, SQL)


def bootstrap(host: Host) -> None:
    """The first node of a new cluster, with the accounts that the others get by state transfer."""
    install = ["mariadb-install-db", "--user=mysql", "--datadir=/var/lib/mysql", "--skip-test-db"]
    host.run(*install, "--auth-root-authentication-method=normal", timeout=60)
    _spawn(host, "--wsrep-new-cluster", f"--init-file={ACCOUNTS}")
    wait_synced(host)


def start(host: Host) -> None:
    """Joins the cluster that is there. What runs stays, takes part in flow control again, takes writes and as
    many clients as ever, and blocks nobody: clients that gave up on a frozen balancer may have blocked it.
    """
    _spawn(host)
    sql(host, f"SET GLOBAL wsrep_desync = OFF; {ORDINARY}; FLUSH HOSTS")
    wait_synced(host)


def desync(host: Host) -> None:
    sql(host, "SET GLOBAL wsrep_desync = ON")

    def desynced() -> bool:
        return status(host).get("wsrep_local_state_comment") == "Donor/Desynced"

    until(f"{host.name} to be desynced", desynced, 10, abort=host.abort)


def forbid_writes(host: Host) -> None:
    sql(host, "SET GLOBAL read_only = ON")
    until(f"{host.name} to be read-only", lambda: sql(host, "SELECT @@read_only").strip() == "1", 10)


def limit_clients(host: Host, number: int) -> None:
    sql(host, f"SET GLOBAL max_connections = {number}")


def revive(hosts: Sequence[Host]) -> None:
    """When no node is Primary and none runs: the one with the newest state starts the cluster again."""
    newest = max(hosts, key=_seqno)
    newest.run("sed", "-i", "s/^safe_to_bootstrap: .*/safe_to_bootstrap: 1/", "/var/lib/mysql/grastate.dat")
    _spawn(newest, "--wsrep-new-cluster")
    wait_synced(newest)


def agree(hosts: Sequence[Host]) -> None:
    """Nodes of which none is Primary find each other if all of the last component are there; else the newest
    of those that run makes one. One reading is not enough: who lost the others is Primary for seconds.
    """
    led = time.monotonic()

    def decided() -> bool:
        nonlocal led
        if any(map(is_primary, hosts)):
            led = time.monotonic()
        return time.monotonic() - led > AGREE or all(map(is_synced, hosts))

    until("a Primary component", decided, JOIN, abort=hosts[0].abort)
    if time.monotonic() - led > AGREE:
        _bootstrap_now(max(hosts, key=_committed))


def is_primary(host: Host) -> bool:
    return status(host).get("wsrep_cluster_status") == "Primary"


def is_synced(host: Host) -> bool:
    return status(host).get("wsrep_local_state_comment") == "Synced"


def bootstrap_alone(host: Host) -> None:
    """A node that can't reach the others any more becomes a Primary component of its own."""

    def alone() -> bool:
        return status(host).get("wsrep_cluster_status") == "non-Primary"

    until(f"{host.name} to give up the others", alone, ALONE, abort=host.abort)
    _bootstrap_now(host)


def _bootstrap_now(host: Host) -> None:
    """Asks again until it is: Galera ignores it while a node comes or goes."""

    def primary() -> bool:
        for way in BOOTSTRAP:
            sql(host, way)
        return is_primary(host)

    until(f"{host.name} to be Primary", primary, 10, abort=host.abort, step=1.0)


def _committed(host: Host) -> int:
    return int(status(host).get("wsrep_last_committed", -1))


def end_lesser_components(hosts: Sequence[Host]) -> None:
    """Of several Primary components only the largest goes on; nodes of the others forget what they have, so
    that they get all of it anew."""
    components: dict[tuple[str, ...], list[Host]] = {}
    for host in hosts:
        seen = status(host)
        if seen.get("wsrep_cluster_status") == "Primary":
            members = tuple(sorted(seen.get("wsrep_incoming_addresses", "").split(",")))
            components.setdefault(members, []).append(host)
    for lesser in sorted(components, key=len)[:-1]:
        for host in components[lesser]:
            _forget(host)


def _forget(host: Host) -> None:
    host.signal("KILL", host.named("mariadbd"))
    until(f"mariadbd on {host.name} to end", lambda: not host.named("mariadbd"), 10)
    host.run("rm", "--force", "/var/lib/mysql/grastate.dat", "/var/lib/mysql/gvwstate.dat")


def wait_synced(host: Host) -> None:
    def synced() -> bool:
        if not host.daemon("mariadbd"):
            raise LabError(f"{host.name}: mariadbd ended; its log:\n{host.tail(ERROR_LOG, 20)}")
        return is_synced(host)

    until(f"{host.name} Synced", synced, JOIN, log=lambda: host.tail(ERROR_LOG), abort=host.abort)


def status(host: Host) -> dict[str, str]:
    """wsrep_* of this node, read through its own socket; empty when it does not answer."""
    return parse_status(sql(host, "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'"))


def parse_status(text: str) -> dict[str, str]:
    """Lines of `mariadb --batch --skip-column-names`: name, tab, value."""
    return {name: value for name, _, value in (line.partition("\t") for line in text.splitlines())}


def account_file(user: str) -> str:
    """Of who asks the server on its own host."""
    return CLIENT_FILE.format(user=user) + "host = 127.0.0.1\nport = 3306\n"


def sql(host: Host, statement: str) -> str:
    """What root gets from the server on this host; empty when it does not answer within a few seconds."""
    client = ["mariadb", "--no-defaults", f"--socket={SOCKET}", "--user=root"]
    try:
        done = host.exec([*client, "--batch", "--skip-column-names", f"--execute={statement}"], 5, env=ROOT)
    except LabError:
        return ""
    return done.stdout


def set_password(host: Host, user: str, password: str) -> None:
    """On all nodes of its component, and the account with it where that is gone."""
    sql(host, f"CREATE USER IF NOT EXISTS {user}@'%'; ALTER USER {user}@'%' IDENTIFIED BY '{password}'")


def drop_account(host: Host, user: str) -> None:
    sql(host, f"DROP USER {user}@'%'")


def restore_password(hosts: Sequence[Host], user: str) -> None:
    """As ACCOUNTS has it, where a fault changed it."""
    host = next((one for one in hosts if is_synced(one)), None)
    if host is None:
        return
    client = ["mariadb", "--no-defaults", f"--socket={SOCKET}", f"--user={user}", "--execute=DO 1"]
    if host.exec(client, 5, env={"MYSQL_PWD": f"{user}-lab"}).returncode:
        set_password(host, user, f"{user}-lab")


def login(client: Host, vip: str, port: int) -> str:
    """Logs in through the address as any client would; gives the node that answered, or (the error).

    A node without a Primary component still answers with its variables, but runs no query with a table.
    """
    argv = ["mariadb", "--no-defaults", f"--host={vip}", f"--port={port}", "--user=root"]
    query = ["--batch", "--skip-column-names", "--execute=SELECT @@wsrep_node_name FROM (SELECT 1) AS one"]
    try:
        done = client.exec([*argv, *query], 6, env=ROOT)
    except Overdue:
        return "(no answer within 6 s)"
    return done.stdout.strip() if done.returncode == 0 else f"({done.stderr.strip()})"


def _spawn(host: Host, *options: str) -> None:
    host.spawn("mariadbd", ["mariadbd", f"--defaults-file={DEFAULTS}", *options])


def _seqno(host: Host) -> int:
    state = host.path("/var/lib/mysql/grastate.dat")
    lines = state.read_text().splitlines() if state.exists() else []
    return next((int(line.split(":")[1]) for line in lines if line.startswith("seqno:")), -2)
