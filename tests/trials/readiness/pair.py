"""The two balancers as a case finds them, and what it asks of them."""

from contextlib import ExitStack
from dataclasses import dataclass

from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.waiting import until

SECONDS = 60.0  # for a resource to move, or to be started again


@dataclass(frozen=True)
class Pair:
    """Who serves when it is asked, and who doesn't; `address` and `proxy` are resources.

    `undo` takes what neither the CIB as it was before nor the lab's `heal` puts back.
    """

    lab: Lab
    undo: ExitStack

    @property
    def holder(self) -> Host:
        return self.lab.fleet.holder()

    @property
    def peer(self) -> Host:
        return self.lab.fleet.peer(self.holder)

    @property
    def held_by(self) -> list[str]:
        """Names: `lab.fleet` makes its hosts anew each time, so that no two of them are equal."""
        return [host.name for host in self.lab.fleet.holders()]

    @property
    def address(self) -> str:
        return self.lab.topology.primitives[0]

    @property
    def proxy(self) -> str:
        return self.lab.topology.primitives[1]

    def resource(self, *words: str) -> None:
        self.holder.run("crm_resource", *words, timeout=SECONDS)

    def meta(self, resource: str, name: str, value: str) -> None:
        words = ("--set-parameter", name, "--parameter-value", value)
        self.resource("--resource", resource, "--meta", *words)

    def option(self, name: str, value: str) -> None:
        self.holder.run("crm_attribute", "--type", "crm_config", "--name", name, "--update", value)

    def clear(self) -> None:
        """Forgets a move or a ban of the address."""
        self.resource("--clear", "--resource", self.address)

    def wait_idle(self) -> None:
        """Until the cluster has nothing more to do."""
        self.lab.fleet.balancers[0].run("crm_resource", "--wait", timeout=SECONDS)

    def wait_serving(self, host: Host) -> None:
        """Until that one serves and the cluster has nothing more to do."""

        def serves() -> bool:
            return self.held_by == [host.name] and bool(host.named("haproxy"))

        until(f"{host.name} to serve", serves, SECONDS)
        self.wait_idle()
