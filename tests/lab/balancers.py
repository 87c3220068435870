"""A lab, and what the exporters on its two balancers say, as the tests ask it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.lab import galera
from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until


@dataclass(frozen=True)
class Cluster:
    lab: Lab

    @property
    def balancers(self) -> list[str]:
        return [host.name for host in self.lab.topology.balancers]

    @property
    def databases(self) -> list[str]:
        return [host.name for host in self.lab.topology.databases]

    def peer(self, balancer: str) -> str:
        return self.lab.topology.peer(balancer).name

    def page(self, host: str, timeout: float = 10) -> Page:
        return scrape(self.lab, host, timeout)

    def pages(self) -> dict[str, Page]:
        return {host: self.page(host) for host in self.balancers}

    def until(self, host: str, what: str, shown: Callable[[Page], object], seconds: float = 30) -> Page:
        """The first page on which `shown` holds; fails with what was waited for and the last page."""
        pages: list[Page] = []

        def holds() -> bool:
            try:
                pages[:] = [self.page(host)]
            except LabError:
                return False
            return bool(shown(pages[0]))

        until(f"{host}'s page to show {what}", holds, seconds, log=lambda: pages[0].text if pages else "")
        return pages[0]

    @contextmanager
    def broken(self, fault: str) -> Iterator[None]:
        """With a fault where it matters; then healed to a whole cluster."""
        self.lab.fault(fault)
        yield
        self.lab.heal()

    def served(self) -> bool:
        """Whether a client gets in, and is answered."""
        fleet, topology = self.lab.fleet, self.lab.topology
        return galera.login(fleet.clients[0], topology.vip, topology.port) in self.databases
