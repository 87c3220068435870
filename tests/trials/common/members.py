"""A program with a page of metrics on a host of the lab: what it costs, its start and its end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.lab.host import Host
from deploy.lab.page import parse
from deploy.lab.waiting import until
from tests.trials.common.page_client import PageClient
from tests.trials.common.processes import NO_MEMORY, Memory, Watched, outside

START = 15.0  # seconds that a program may take to answer


@dataclass(frozen=True)
class Member:
    """One page, and the program behind it."""

    name: str
    host: Host
    port: int
    path: str = "/metrics"
    argv: tuple[str, ...] = ()  # none: it runs anyway
    pids: Callable[[Host], list[int]] | None = None  # of one that runs anyway, inside its host
    has_memory: bool = True  # False: the program is there with or without its page

    @property
    def daemon(self) -> str:
        return f"member-{self.port}"

    def watched(self) -> Watched:
        inside = self.pids(self.host) if self.pids else daemon_pids(self.host, self.daemon)
        if not inside:
            raise LabError(f"{self.name} does not run on {self.host.name}")
        return Watched(outside(self.host.pid(), inside), standing=True)

    def memory(self) -> Memory:
        return self.watched().memory() if self.has_memory else NO_MEMORY

    def client(self) -> PageClient:
        return PageClient(self.host, self.port, self.path)


def daemon_pids(host: Host, daemon: str) -> list[int]:
    process = host.daemon(daemon)
    return [process.pid] if process else []


def start(host: Host, daemon: str, argv: tuple[str, ...], client: PageClient) -> None:
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


def check_read(client: PageClient) -> None:
    """Only a page of this exporter whose collectors could all be read is worth measuring."""
    page = parse(client.scrape().text)
    client.close()
    for one, value in page.all("ha_cluster_scrape_success").items():
        if value != 1:
            raise LabError(f"{client.name}: {one} is {value:g}")
