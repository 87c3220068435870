"""A balancer as setup sees it before anything was done."""

from exporter.commands.setup.facts import Facts
from exporter.commands.setup.rights import Acl, SocketFile, User
from exporter.config import Config
from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.watchers.prober.options import Vip

GALERA_CNF, PROBE_CNF = "/etc/failover-exporter/galera.cnf", "/etc/failover-exporter/probe.cnf"
ACCOUNTS = frozenset({GALERA_CNF, PROBE_CNF})
CONFIG = Config(
    PacemakerOptions(),
    CorosyncOptions(),
    HaproxyOptions(),
    GaleraOptions(GALERA_CNF, {"galera-node01": "10.0.0.21:3306", "galera-node02": "[fd00::22]:3306"}),
    (Vip("10.0.0.100", 3306, client_file=PROBE_CNF), Vip("fd00::100")),
)
SOCKET = SocketFile("/run/haproxy/admin.sock", 0o660, 0, "haproxy")
USER = User(990, frozenset({"failover-exporter"}))
UIDGID = "uidgid {\n    uid: 990\n}\n"
FRESH = Facts(
    "/etc/failover-exporter/config.yml",
    config_there=False,
    config=CONFIG,
    user=USER,
    groups=frozenset({"haclient", "haproxy"}),
    acl=Acl(enabled=False, granted=False),
    uidgid={"/etc/corosync/uidgid.d/other": "uidgid {\n    uid: 99\n}\n"},
    socket=SOCKET,
)
