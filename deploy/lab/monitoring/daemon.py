"""A daemon of the monitoring, and where those of one stack stand."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = "/etc/alerts"
DATA = "/var/lib/lab"
LOOPBACK = "127.0.0.1"
PORTS_APART = 100  # of the same daemon in two stacks


@dataclass(frozen=True)
class Daemon:
    name: str
    port: int  # on all of the host's addresses: the balancers ask Prometheus too
    ready: str  # a path that answers 200 once it is
    argv: tuple[str, ...]
    page: int = 0  # the port on the machine's loopback, if it has a page for people
    url_option: str = ""  # with which it is told its page's address
    root: Path | None = None  # whose files it runs with; without, the host's own


@dataclass(frozen=True)
class Place:
    """Of a stack on its host: several stand side by side, each with a number; 0 is the lab's own."""

    interval: int  # seconds between two scrapes, and between two evaluations
    number: int = 0

    @property
    def folder(self) -> str:
        return f"{FOLDER}{self._suffix}"

    @property
    def data(self) -> str:
        return f"{DATA}{self._suffix}"

    def name(self, daemon: str) -> str:
        return f"{daemon}{self._suffix}"

    def port(self, usual: int) -> int:
        return usual + PORTS_APART * self.number

    def url(self, usual: int) -> str:
        return f"http://{LOOPBACK}:{self.port(usual)}"

    @property
    def _suffix(self) -> str:
        return f"-{self.number}" if self.number else ""
