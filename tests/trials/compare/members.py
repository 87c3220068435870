"""What is scraped side by side: the peers on the hosts where people run them, and this exporter."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.lab import exporters
from deploy.lab.errors import LabError
from deploy.lab.galera import account_file
from deploy.lab.haproxy import SOCKET
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.waiting import until
from tests.trials.compare.client import Client
from tests.trials.compare.documented import HACLUSTER, HAPROXY, MYSQLD
from tests.trials.compare.processes import NO_MEMORY, Memory, Watched, outside

PACKAGES = Path(__file__).with_name("packages.txt")
OURS = "failover-exporter"
HAPROXY_PORT = 8404
START = 15.0  # seconds that a peer may take to answer
MY_CNF = "/run/lab/compare.cnf"
# Of mysqld_exporter's default collectors, those that give wsrep; the others are off, to its advantage.
WITHOUT = ("slave_status", "info_schema.innodb_cmp", "info_schema.innodb_cmpmem")
WITHOUT_TOO = ("info_schema.query_response_time",)


@dataclass(frozen=True)
class Member:
    """One page, and the program behind it."""

    name: str
    kind: str
    package: str
    host: Host
    port: int
    path: str = "/metrics"
    argv: tuple[str, ...] = ()  # none: it runs anyway
    says: str = ""  # how it was run, for the reader
    added: tuple[tuple[str, str], ...] = ()  # labels that ours has and its page doesn't

    @property
    def daemon(self) -> str:
        return f"compare-{self.port}"

    def watched(self) -> Watched:
        if self.kind == HAPROXY:
            inside = haproxies(self.host)
        else:
            name = exporters.DAEMON if self.kind == OURS else self.daemon
            inside = [process.pid for process in [self.host.daemon(name)] if process]
        if not inside:
            raise LabError(f"{self.name} does not run on {self.host.name}")
        return Watched(outside(self.host.pid(), inside))

    def memory(self) -> Memory:
        """What it adds: HAProxy is there with or without anyone who asks it."""
        return NO_MEMORY if self.kind == HAPROXY else self.watched().memory()

    def client(self) -> Client:
        return Client(self.host, self.port, self.path)


def ours(lab: Lab) -> Member:
    return Member(OURS, OURS, OURS, lab.host(lab.holder()), exporters.PORT, says="the one that the lab runs")


def peers(lab: Lab) -> list[Member]:
    """Those of the balancer that holds the address, and one for each Galera node on that node."""
    balancer = lab.host(lab.holder())
    target = f"{lab.topology.vip}:{lab.topology.port}"
    mysqld = [_mysqld(lab.host(place.name)) for place in lab.topology.databases]
    return [
        Member(
            HACLUSTER,
            HACLUSTER,
            "prometheus-hacluster-exporter",
            balancer,
            19664,
            argv=("ha_cluster_exporter", "--web.listen-address=127.0.0.1:19664"),
            says="as installed",
        ),
        Member(
            "haproxy_exporter",
            "haproxy_exporter",
            "prometheus-haproxy-exporter",
            balancer,
            19101,
            argv=(
                "prometheus-haproxy-exporter",
                "--web.listen-address=127.0.0.1:19101",
                f"--haproxy.scrape-uri=unix:{SOCKET}",
            ),
            says="over HAProxy's socket",
        ),
        Member(
            "blackbox_exporter",
            "blackbox_exporter",
            "prometheus-blackbox-exporter",
            balancer,
            19115,
            f"/probe?module=tcp_connect&target={target}",
            argv=(
                "prometheus-blackbox-exporter",
                "--web.listen-address=127.0.0.1:19115",
                "--config.file=/etc/prometheus/blackbox.yml",
            ),
            says="tcp_connect to the floating address",
        ),
        Member(
            HAPROXY,
            HAPROXY,
            "haproxy",
            balancer,
            HAPROXY_PORT,
            says="HAProxy's CPU while it answers; no memory",
        ),
        *mysqld,
    ]


def haproxies(host: Host) -> list[int]:
    """The pids inside of HAProxy itself: its init script, run for each monitor, is called `haproxy` too."""
    found = []
    for process in host.named("haproxy"):
        with suppress(OSError):  # such a script that has just ended
            if host.path(f"/proc/{process.pid}/exe").readlink().name == "haproxy":
                found.append(process.pid)
    return found


def _mysqld(host: Host) -> Member:
    off = [f"--no-collect.{name}" for name in (*WITHOUT, *WITHOUT_TOO)]
    return Member(
        f"{MYSQLD} of {host.name}",
        MYSQLD,
        "prometheus-mysqld-exporter",
        host,
        19104,
        argv=(
            "prometheus-mysqld-exporter",
            "--web.listen-address=127.0.0.1:19104",
            f"--config.my-cnf={MY_CNF}",
            *off,
        ),
        says="on the Galera node; its default collectors that give wsrep: global_status, global_variables",
        added=(("node", host.name),),
    )


@contextmanager
def running(members: list[Member]) -> Iterator[None]:
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


def start(host: Host, daemon: str, argv: tuple[str, ...], client: Client) -> None:
    """Returns once it serves its page."""

    def log() -> str:
        return host.tail(f"/var/log/lab/{daemon}.log")

    def answers() -> bool:
        if not host.daemon(daemon):
            raise LabError(f"{host.name}: {argv[0]} ended; its log:\n{log()}")
        try:
            client.scrape()
        except LabError:
            return False
        return True

    host.spawn(daemon, argv)
    try:
        until(f"{argv[0]} on {host.name}", answers, START, log=log)
    finally:
        client.close()


def stop(host: Host, daemon: str, program: str) -> None:
    """Ends exactly the process that `start` recorded in the host under this name, and forgets it."""
    found = host.daemon(daemon)
    if found and found.name == Path(program).name[:15]:
        host.signal("TERM", [found])
        until(f"{daemon} on {host.name} to stop", lambda: not host.daemon(daemon), 15)
    host.path(f"/run/lab/{daemon}.pid").unlink(missing_ok=True)
