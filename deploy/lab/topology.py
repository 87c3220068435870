"""What a topology is made of. A new one is a file in topologies/ and its name in the list there."""

from dataclasses import dataclass

from deploy.lab.fencing import Way
from exporter.endpoint import MYSQL_PORT, Endpoint


@dataclass(frozen=True)
class Host:
    name: str
    addresses: tuple[str, ...]  # one for each network it is on, in the topology's order
    ipv6: str = ""  # on the first network beside the other one

    @property
    def address(self) -> str:
        return self.addresses[0]

    @property
    def reached(self) -> str:
        """The address that others reach it at."""
        return self.ipv6 or self.address

    @property
    def mysql(self) -> Endpoint:
        return Endpoint(self.reached, MYSQL_PORT)


@dataclass(frozen=True)
class Topology:
    name: str
    help: str
    prefixes: tuple[str, ...]  # of the networks, each a bridge without an address: "10.0.0" is 10.0.0.0/24
    balancers: tuple[Host, ...]
    databases: tuple[Host, ...]
    clients: tuple[Host, ...]
    vips: tuple[str, ...]
    port: int
    cluster_name: str
    moved: str  # the resource that carries the first VIP: what a person would move, a primitive or a group
    primitives: tuple[str, ...]  # each started exactly once in a whole cluster
    cib: str  # for `crm configure load update`; empty: Keepalived moves the address, there is no Pacemaker
    tied: tuple[str, ...] = ()  # the primitives that go with `moved`; none: all of them
    haproxy_everywhere: bool = False  # it runs on each balancer, with the address or without it
    arbiter: Host | None = None  # runs corosync-qnetd, whose vote decides between two halves
    fencing: Way | None = None
    pdu: Host | None = None  # the fencing device that is on the network: of power and of fabric
    packages: tuple[str, ...] = ()  # beside those that every topology needs: of topologies/packages.txt

    @property
    def hosts(self) -> tuple[Host, ...]:
        own = tuple(host for host in (self.arbiter, self.pdu) if host)
        return self.balancers + self.databases + own + self.clients

    @property
    def keepalived(self) -> bool:
        return not self.cib

    @property
    def vip(self) -> str:
        return self.vips[0]

    def host(self, name: str) -> Host | None:
        return next((host for host in self.hosts if host.name == name), None)

    def peer(self, balancer: str) -> Host:
        """Another one; of several the first."""
        return next(host for host in self.balancers if host.name != balancer)
