"""What a topology is made of. A new one is a file in topologies/ and its name in the list there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Host:
    name: str
    addresses: tuple[str, ...]  # one for each network it is on, in the topology's order

    @property
    def address(self) -> str:
        return self.addresses[0]


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
    cib: str  # for `crm configure load update`

    @property
    def hosts(self) -> tuple[Host, ...]:
        return self.balancers + self.databases + self.clients

    @property
    def vip(self) -> str:
        return self.vips[0]

    def host(self, name: str) -> Host | None:
        return next((host for host in self.hosts if host.name == name), None)

    def peer(self, balancer: str) -> Host:
        return next(host for host in self.balancers if host.name != balancer)
