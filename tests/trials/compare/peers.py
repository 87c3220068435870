"""What is compared: the exporters in common use on the hosts where people run them, and this one."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from deploy.lab import exporters
from deploy.lab.galera import account_file
from deploy.lab.haproxy import SOCKET
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from tests.trials.common.members import Member, daemon_pids, start, stop
from tests.trials.compare.documented import HACLUSTER, HAPROXY, MYSQLD

OURS = "failover-exporter"
HAPROXY_PORT = 8404
MY_CNF = "/run/lab/compare.cnf"
# Of mysqld_exporter's default collectors, those that give wsrep; the others are off, to its advantage.
WITHOUT = (
    "slave_status",
    "info_schema.innodb_cmp",
    "info_schema.innodb_cmpmem",
    "info_schema.query_response_time",
)


@dataclass(frozen=True, kw_only=True)
class Peer(Member):
    kind: str
    says: str  # how it was run, for the reader
    added: tuple[tuple[str, str], ...] = ()  # labels that ours has and its page doesn't


def ours(lab: Lab) -> Peer:
    return Peer(
        name=OURS,
        kind=OURS,
        host=lab.host(lab.holder()),
        port=exporters.PORT,
        pids=lambda host: daemon_pids(host, exporters.DAEMON),
        says="the one that the lab runs",
    )


def peers(lab: Lab) -> list[Peer]:
    """Those of the balancer that holds the address, and one for each Galera node on that node."""
    balancer = lab.host(lab.holder())
    mysqld = [_mysqld(lab.host(place.name)) for place in lab.topology.databases]
    return [_hacluster(balancer), _haproxy(balancer), _blackbox(balancer, lab), _native(balancer), *mysqld]


def _hacluster(balancer: Host) -> Peer:
    return Peer(
        name=HACLUSTER,
        kind=HACLUSTER,
        host=balancer,
        port=19664,
        argv=("ha_cluster_exporter", "--web.listen-address=127.0.0.1:19664"),
        says="as installed",
    )


def _haproxy(balancer: Host) -> Peer:
    program = "prometheus-haproxy-exporter"
    options = ("--web.listen-address=127.0.0.1:19101", f"--haproxy.scrape-uri=unix:{SOCKET}")
    return Peer(
        name="haproxy_exporter",
        kind="haproxy_exporter",
        host=balancer,
        port=19101,
        argv=(program, *options),
        says="over HAProxy's socket",
    )


def _blackbox(balancer: Host, lab: Lab) -> Peer:
    program = "prometheus-blackbox-exporter"
    options = ("--web.listen-address=127.0.0.1:19115", "--config.file=/etc/prometheus/blackbox.yml")
    return Peer(
        name="blackbox_exporter",
        kind="blackbox_exporter",
        host=balancer,
        port=19115,
        path=f"/probe?module=tcp_connect&target={lab.topology.vip}:{lab.topology.port}",
        argv=(program, *options),
        says="tcp_connect to the floating address",
    )


def _native(balancer: Host) -> Peer:
    return Peer(
        name=HAPROXY,
        kind=HAPROXY,
        host=balancer,
        port=HAPROXY_PORT,
        pids=haproxies,
        has_memory=False,
        says="HAProxy's CPU while it answers; no memory",
    )


def haproxies(host: Host) -> list[int]:
    """The pids inside of HAProxy itself: its init script, run for each monitor, is called `haproxy` too."""
    found = []
    for process in host.named("haproxy"):
        with suppress(OSError):  # such a script that has just ended
            if host.path(f"/proc/{process.pid}/exe").readlink().name == "haproxy":
                found.append(process.pid)
    return found


def _mysqld(host: Host) -> Peer:
    program = "prometheus-mysqld-exporter"
    off = [f"--no-collect.{name}" for name in WITHOUT]
    options = ("--web.listen-address=127.0.0.1:19104", f"--config.my-cnf={MY_CNF}", *off)
    return Peer(
        name=f"{MYSQLD} of {host.name}",
        kind=MYSQLD,
        host=host,
        port=19104,
        argv=(program, *options),
        says="on the Galera node; its default collectors that give wsrep: global_status, global_variables",
        added=(("node", host.name),),
    )


@contextmanager
def running(members: list[Peer]) -> Iterator[None]:
    """The members that don't run anyway, started and at the end stopped, whatever happens."""
    started = [member for member in members if member.argv]
    try:
        for member in started:
            stop(member.host, member.daemon, member.argv[0])  # what an earlier run left that was killed
            if member.kind == MYSQLD:
                member.host.write(MY_CNF, account_file("exporter"), 0o600)
            start(member.host, member.daemon, member.argv, member.client())
        yield
    finally:
        for member in started:
            stop(member.host, member.daemon, member.argv[0])
